// What the plugin answers, below its prefix. Who asks, the gateway says: it has checked the token, removes `x-user-id`
// where a client wrote it, and nobody else reaches these pods.
'use strict'
const fastify = require('fastify')

const MAX_BYTES = 10 * 1024 * 1024
const TEXT = {
  type: 'object',
  required: ['text'],
  properties: { text: { type: 'string', minLength: 1, maxLength: 2000, pattern: '\\S' } },
}
const FILE = {
  type: 'object',
  required: ['type', 'bytes'],
  properties: {
    type: { enum: ['application/pdf', 'image/jpeg', 'image/png', 'text/plain'] },
    bytes: { type: 'integer', minimum: 1, maximum: MAX_BYTES },
  },
}
const ONE = { type: 'object', properties: { id: { type: 'integer', minimum: 1, maximum: 2147483647 } } }

// Without queries, in which tokens and signatures may stand.
function logged(request) {
  return { method: request.method, path: request.url.split('?')[0] }
}

function build({ notes, uploads, ready, prefix, health = '/healthz', log = true }) {
  const app = fastify({
    logger: log && { serializers: { req: logged } },
    trustProxy: process.env.TRUST_PROXY ?? false,
    return503OnClosing: false, // what still comes while it ends is answered
  })
  app.decorateRequest('user', '')
  // Else connections that are kept would be waited for.
  app.addHook('onSend', async (_, reply) => {
    if (!app.server.listening) reply.header('connection', 'close')
  })
  // Probes are asked every few seconds: only those that fail are worth a line.
  app.get(health, { logLevel: 'warn' }, async (_, reply) => {
    const status = await ready()
    return reply.code(status.ready ? 200 : 503).send({ status: status.ready ? 'healthy' : 'starting', ...status })
  })
  app.register(async (routes) => {
    routes.addHook('onRequest', async (request, reply) => {
      request.user = request.headers['x-user-id']
      if (!request.user) return reply.code(401).send({ error: 'No user: ask through the gateway' })
    })
    routes.get('/', async (request) => ({ notes: await Promise.all((await notes.list(request.user)).map(shown)) }))
    routes.post('/', { schema: { body: TEXT } }, async (request, reply) => {
      reply.code(201)
      return notes.add(request.user, request.body.text)
    })
    routes.delete('/:id', { schema: { params: ONE } }, async (request, reply) => {
      const removed = await notes.remove(request.user, request.params.id)
      return removed ? reply.code(204).send() : missing(reply)
    })
    routes.post('/:id/attachment', { schema: { params: ONE, body: FILE } }, async (request, reply) => {
      const key = String(request.params.id)
      if (!uploads) return reply.code(503).send({ error: 'No bucket: set UPLOADS_BUCKET' })
      if (!(await notes.attach(request.user, request.params.id, key))) return missing(reply)
      return { method: 'PUT', url: await uploads.put(key, request.body), headers: { 'content-type': request.body.type } }
    })
  }, { prefix: prefix === '/' ? '' : prefix })

  async function shown({ attachment, ...note }) {
    return attachment && uploads ? { ...note, attachmentUrl: await uploads.get(attachment) } : note
  }
  return app
}

function missing(reply) {
  return reply.code(404).send({ error: 'No such note' })
}

module.exports = { build }
