// bundle.mjs SERVICE APP: a service of the application's workspace as one file, APP/backend/dist/server.mjs. In it is
// the workspace's own TypeScript. Packages from registries stay outside, where tracing finds them by their names, if
// APP has them in the version that their importer was built with; others, which the service doesn't name itself or a
// library has in a version of its own, are taken in.
import { cpSync, existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const [service, app] = process.argv.slice(2)
const { build } = createRequire(path.resolve('package.json'))('esbuild')
const backend = path.resolve(app, 'backend')

// Version of the package that Node would find, seen from a folder; none: it is Node's own, or not there.
function version(name, from) {
  const manifest = path.join(from, 'node_modules', name, 'package.json')
  if (existsSync(manifest)) return JSON.parse(readFileSync(manifest, 'utf8')).version
  return from === path.dirname(from) ? undefined : version(name, path.dirname(from))
}

const outside = {
  name: 'outside',
  setup({ onResolve }) {
    // Prisma's client finds its engine beside itself.
    onResolve({ filter: /generated\/client(\/index\.js)?$/ }, () => ({ path: './client/index.js', external: true }))
    onResolve({ filter: /^[^./]/ }, ({ path: name, kind, resolveDir }) => {
      if (kind === 'entry-point' || name.startsWith('@naap/')) return undefined
      const root = name.split('/', name.startsWith('@') ? 2 : 1).join('/')
      return version(root, resolveDir) === version(root, backend) ? { path: name, external: true } : undefined
    })
  },
}

const { metafile } = await build({
  entryPoints: [path.join(realpathSync(service), 'src/server.ts')],
  outfile: path.join(backend, 'dist/server.mjs'),
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  // What is CommonJS among them asks for Node's own modules by require.
  banner: { js: "import { createRequire as _of } from 'node:module'; const require = _of(import.meta.url);" },
  sourcemap: true,
  plugins: [outside],
  metafile: true,
})
const imports = Object.values(metafile.outputs).flatMap((output) => output.imports)
if (imports.some((one) => one.path.startsWith('./client/'))) {
  cpSync('packages/database/src/generated/client', path.join(backend, 'dist/client'), { recursive: true })
}
writeFileSync(path.join(backend, 'package.json'), '{"type": "module"}\n')
