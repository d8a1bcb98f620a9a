// The site's server: one document for every page, its files under names that change with their content, and sign-in,
// where the browser's cookie is made of what the base service answers. Bodies are those of the application's shell
// (apps/web-next/src/app/api/v1/auth at 2893ab65).
'use strict'
const { createHash } = require('node:crypto')
const { readFileSync } = require('node:fs')
const path = require('node:path')
const fastify = require('fastify')
const { ask } = require('./base')

const COOKIE = 'naap_auth_token'
const TOKEN = new RegExp(`(?:^|;\\s*)${COOKIE}=([0-9a-f]{64})(?:;|$)`)
const TYPES = { 'shell.css': 'text/css; charset=utf-8', 'shell.js': 'text/javascript; charset=utf-8' }
const CODES = { 400: 'BAD_REQUEST', 401: 'UNAUTHORIZED', 423: 'ACCOUNT_LOCKED', 503: 'SERVICE_UNAVAILABLE' }
// Of a server without the platform's CDN before it, which states its own.
const POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'"

// Without queries, in which tokens may stand.
function logged(request) {
  return { method: request.method, path: request.url.split('?')[0] }
}

function tokenOf({ headers }) {
  return TOKEN.exec(headers.cookie ?? '')?.[1] ?? /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1]
}

// Of the site's own pages only: a foreign page may send a form, with the browser's cookie, but can't hide its origin.
function isForeign({ method, headers: { origin, host } }) {
  if (method !== 'POST' || origin === undefined) return false
  return !URL.canParse(origin) || new URL(origin).host !== host
}

function files(folder, prefix) {
  return Object.entries(TYPES).map(([name, type]) => {
    const text = readFileSync(path.join(folder, name))
    const stamp = createHash('sha256').update(text).digest('hex').slice(0, 12)
    return { name, type, text, url: `${prefix}/${stamp}/${name}` }
  })
}

function build({ base, bundles = '/bundles', immutable = '/static', secure = true, log = true }) {
  const app = fastify({
    logger: log && { serializers: { req: logged } },
    trustProxy: process.env.TRUST_PROXY ?? false,
    return503OnClosing: false, // what still comes while it ends is answered
  })
  const folder = path.join(__dirname, 'pages')
  let page = readFileSync(path.join(folder, 'index.html'), 'utf8').replace('{bundles}', bundles)
  for (const { name, type, text, url } of files(folder, immutable)) {
    page = page.replace(`{${name}}`, url)
    app.get(url, async (_, reply) =>
      reply.type(type).header('cache-control', 'public, max-age=31536000, immutable').send(text))
  }
  // Else connections that are kept would be waited for.
  app.addHook('onSend', async (_, reply) => {
    if (!app.server.listening) reply.header('connection', 'close')
  })
  app.register(signIn, { prefix: '/api/v1/auth', base, secure })
  app.setNotFoundHandler((request, reply) => {
    const below = ['/api', immutable].some((prefix) => request.url.startsWith(`${prefix}/`))
    if (below || request.method !== 'GET') return reply.code(404).send(problem(404, 'Not found'))
    return reply.type('text/html; charset=utf-8').header('cache-control', 'no-store')
      .header('content-security-policy', POLICY).send(page)
  })
  return app
}

async function signIn(routes, { base, secure }) {
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`

  routes.addHook('onRequest', async (request, reply) => {
    if (isForeign(request)) return reply.code(403).send(problem(403, 'Changes come from the pages of the site'))
  })
  for (const name of ['login', 'register']) {
    routes.post(`/${name}`, async ({ body }, reply) => {
      const { status, json: { token, user, expiresAt, error } } = await ask(base, name, { body, method: 'POST' })
      if (status !== 200) return reply.code(status).send(problem(status, error))
      const seconds = Math.floor((Date.parse(expiresAt) - Date.now()) / 1000)
      reply.header('set-cookie', `${COOKIE}=${token}; Max-Age=${seconds}; ${attributes}`)
      return { success: true, data: { user, token, expiresAt } }
    })
  }
  routes.get('/me', async (request, reply) => {
    const token = tokenOf(request)
    if (!token) return reply.code(401).send(problem(401, 'No auth token provided'))
    const { status, json } = await ask(base, 'me', { token })
    return status === 200 ? { success: true, data: json } : reply.code(status).send(problem(status, json.error))
  })
  routes.post('/logout', async (request, reply) => {
    const token = tokenOf(request)
    const { json } = token ? await ask(base, 'me', { token }) : { json: {} }
    if (json.csrfToken) await ask(base, 'logout', { token, csrf: json.csrfToken, method: 'POST' })
    reply.header('set-cookie', `${COOKIE}=; Max-Age=0; ${attributes}`)
    return { success: true }
  })
}

function problem(status, message) {
  return { success: false, error: { code: CODES[status] ?? 'ERROR', message } }
}

module.exports = { build }
