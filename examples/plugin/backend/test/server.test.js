// The whole process with a real PostgreSQL and cache: `npm test` with DATABASE_URL, and REDIS_URL where there is one.
'use strict'
const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { randomUUID } = require('node:crypto')
const { once } = require('node:events')
const http = require('node:http')
const path = require('node:path')
const { before, test } = require('node:test')
const Redis = require('ioredis')
const { Client } = require('pg')
const { connection } = require('../database')
const { migrate } = require('../migrate')

const { DATABASE_URL, DATABASE_URL_UNPOOLED = DATABASE_URL, REDIS_URL, REDIS_KEY_PREFIX = '' } = process.env
const real = { skip: DATABASE_URL ? false : 'set DATABASE_URL to a PostgreSQL that tests may write to' }
const cached = { skip: REDIS_URL ? false : 'set REDIS_URL to a cache that tests may write to' }
const API = '/api/v1/notes'

async function connected(action) {
  const client = new Client(connection(DATABASE_URL_UNPOOLED))
  await client.connect()
  try {
    return await action(client)
  } finally {
    await client.end()
  }
}

// The process, on a port of its own, until the test is over.
async function started(context, more = {}) {
  const port = 20000 + Math.floor(Math.random() * 20000)
  const environment = { ...process.env, UPLOADS_BUCKET: '', PORT: String(port), ...more }
  const child = spawn(process.execPath, ['server.js'], { cwd: path.dirname(__dirname), env: environment })
  const [ended, log] = [once(child, 'exit'), []]
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => log.push(String(text)))
  context.after(() => child.kill('SIGKILL'))
  for (let tries = 0; tries < 200; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null)
    if (answer?.ok) return { port, child, ended, log }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`not ready: ${log.join('')}`)
}

function ask({ port }, user, method = 'GET', below = '', body = undefined) {
  const headers = { 'x-user-id': user, ...(body && { 'content-type': 'application/json' }) }
  return fetch(`http://127.0.0.1:${port}${API}${below}`, { method, headers, body: body && JSON.stringify(body) })
}

async function texts(running, user) {
  return (await (await ask(running, user)).json()).notes.map((note) => note.text)
}

before(async () => {
  if (DATABASE_URL) await connected(migrate)
})

test('a second migration changes nothing', real, async () => {
  assert.deepEqual(await connected(migrate), [])
})

test('what one adds, one finds, and nobody else does', real, async (context) => {
  const [running, ann, bob] = [await started(context), randomUUID(), randomUUID()]
  const { id } = await (await ask(running, ann, 'POST', '', { text: 'first' })).json()
  await ask(running, ann, 'POST', '', { text: '<b>second</b>' })
  assert.deepEqual(await texts(running, ann), ['<b>second</b>', 'first'])
  assert.deepEqual(await texts(running, bob), [])
  assert.equal((await ask(running, bob, 'DELETE', `/${id}`)).status, 404)
  assert.equal((await ask(running, ann, 'DELETE', `/${id}`)).status, 204)
  assert.deepEqual(await texts(running, ann), ['<b>second</b>'])
})

test('lists are kept in the cache, below its prefix, and a change is seen at once', cached, async (context) => {
  const [running, ann] = [await started(context), randomUUID()]
  const direct = new Redis(REDIS_URL.split('?')[0])
  context.after(() => direct.disconnect())
  await ask(running, ann, 'POST', '', { text: 'kept' })
  await texts(running, ann)
  assert.equal(await direct.get(`${REDIS_KEY_PREFIX}version:${ann}`), '1')
  assert.match(await direct.get(`${REDIS_KEY_PREFIX}list:${ann}:1`), /kept/)
  await direct.set(`${REDIS_KEY_PREFIX}list:${ann}:1`, '[{"text":"of the cache"}]')
  assert.deepEqual(await texts(running, ann), ['of the cache'])
  await ask(running, ann, 'POST', '', { text: 'newer' })
  assert.deepEqual(await texts(running, ann), ['newer', 'kept'])
})

test('without the cache it works on', real, async (context) => {
  const [running, ann] = [await started(context, { REDIS_URL: 'redis://127.0.0.1:1' }), randomUUID()]
  await ask(running, ann, 'POST', '', { text: 'first' })
  assert.deepEqual(await texts(running, ann), ['first'])
})

test('told to end, it answers what is under way and what still comes, and ends', real, async (context) => {
  const [running, ann] = [await started(context), randomUUID()]
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const request = http.request({
    agent, port: running.port, path: API, method: 'POST', headers: { 'x-user-id': ann, 'content-type': 'application/json' },
  })
  request.write('{"text":')
  await new Promise((resolve) => setTimeout(resolve, 200))
  running.child.kill('SIGTERM')
  await new Promise((resolve) => setTimeout(resolve, 200))
  request.end('"late"}')
  const [answer] = await once(request, 'response')
  answer.resume()
  assert.equal(answer.statusCode, 201)
  assert.deepEqual(await running.ended, [0, null])
})

test('its log is JSON and has no query', real, async (context) => {
  const running = await started(context)
  await ask(running, 'ann', 'GET', '?token=secret')
  running.child.kill('SIGTERM')
  await running.ended
  const lines = running.log.join('').trim().split('\n')
  assert.ok(lines.map((line) => JSON.parse(line)).some((line) => line.req?.path === API))
  assert.ok(!running.log.join('').includes('secret'))
})
