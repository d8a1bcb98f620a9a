// The shell's server, in place of the one that Next.js writes: that one takes the address that it listens on for the
// site's, so that a sign-in would end at https://0.0.0.0:3000/dashboard, and refuse forms of the site's own pages.
'use strict'
const { createServer } = require('node:http')

process.env.NODE_ENV = 'production'
process.chdir(__dirname)
// next.config.js is not in the image: what it said when this was built.
const { config } = require('./.next/required-server-files.json')
process.env.__NEXT_PRIVATE_STANDALONE_CONFIG = JSON.stringify(config)

const site = new URL(process.env.NEXT_PUBLIC_APP_URL)
const app = require('next')({
  conf: config,
  dir: __dirname,
  hostname: site.hostname,
  port: Number(site.port) || (site.protocol === 'https:' ? 443 : 80),
})

async function main() {
  await app.prepare()
  const server = createServer(app.getRequestHandler())
  process.on('SIGTERM', () => server.close(() => app.close().then(() => process.exit(0))))
  server.listen(Number(process.env.PORT) || 3000)
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
