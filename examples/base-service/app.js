// What base-svc answers of the application's own, as far as the gateway and the shell ask it: who signs in, and whose a
// token is. Paths, statuses and bodies are the application's (services/base-svc/src/routes/auth.ts at 2893ab65).
'use strict'
const fastify = require('fastify')
const { Refusal } = require('./sessions')

const CREDENTIALS = {
  type: 'object',
  required: ['email', 'password'],
  properties: {
    email: { type: 'string', maxLength: 254, pattern: '^[^@\\s]+@[^@\\s]+$' },
    password: { type: 'string', maxLength: 200 },
    displayName: { type: 'string', minLength: 1, maxLength: 100 },
  },
}
const SHORTEST = 8
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

// Without queries, in which tokens may stand.
function logged(request) {
  return { method: request.method, path: request.url.split('?')[0] }
}

function bearer(request) {
  const found = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')
  return found?.[1]
}

function build({ sessions, ready, log = true }) {
  const app = fastify({
    logger: log && { serializers: { req: logged } },
    trustProxy: process.env.TRUST_PROXY ?? false,
    return503OnClosing: false, // what still comes while it ends is answered
  })
  // Else connections that are kept would be waited for.
  app.addHook('onSend', async (_, reply) => {
    if (!app.server.listening) reply.header('connection', 'close')
  })
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof Refusal) return reply.code(error.status).send({ error: error.message, ...error.more })
    if (error.statusCode < 500) return reply.code(error.statusCode).send({ error: error.message })
    request.log.error({ error: error.message }, 'failed')
    return reply.code(500).send({ error: 'Internal server error' })
  })
  app.setNotFoundHandler((_, reply) => reply.code(404).send({ error: 'Not found' }))
  // Probes are asked every few seconds: only those that fail are worth a line.
  app.get('/healthz', { logLevel: 'warn' }, async (_, reply) => {
    const status = await ready()
    return reply.code(status.ready ? 200 : 503).send({ status: status.ready ? 'healthy' : 'starting', ...status })
  })
  app.register(async (routes) => {
    routes.addHook('onRequest', async (request, reply) => {
      const token = bearer(request)
      if (SAFE.has(request.method) || !token || sessions.isCsrf(token, request.headers['x-csrf-token'])) return undefined
      return reply.code(403).send({ error: 'Invalid or missing CSRF token', code: 'CSRF_INVALID' })
    })
    routes.post('/auth/register', { schema: { body: CREDENTIALS } }, async ({ body: { email, password, displayName } }) => {
      if (password.length < SHORTEST) throw new Refusal(400, `Password must be at least ${SHORTEST} characters`)
      return sessions.register(email, password, displayName)
    })
    routes.post('/auth/login', { schema: { body: CREDENTIALS } }, async ({ body: { email, password } }) =>
      sessions.login(email, password))
    routes.get('/auth/me', async (request) => {
      const token = bearer(request)
      if (!token) throw new Refusal(401, 'No token provided')
      const found = await sessions.of(token)
      if (!found) throw new Refusal(401, 'Invalid or expired session')
      return found
    })
    routes.post('/auth/logout', async (request) => {
      const token = bearer(request)
      if (token) await sessions.end(token)
      return { success: true }
    })
    // What browsers send has a type of its own.
    const json = ['application/csp-report', 'application/reports+json']
    routes.addContentTypeParser(json, { parseAs: 'string' }, routes.getDefaultJsonParser('error', 'error'))
    routes.post('/csp-report', async (request, reply) => {
      const { 'violated-directive': directive, 'blocked-uri': blocked } = request.body?.['csp-report'] ?? {}
      request.log.warn({ directive, blocked: String(blocked).split('?')[0] }, 'a browser refused')
      return reply.code(204).send()
    })
  }, { prefix: '/api/v1' })
  return app
}

module.exports = { build }
