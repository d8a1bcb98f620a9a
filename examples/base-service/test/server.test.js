// The whole process with a real PostgreSQL in which the migration has run: `npm test` with DATABASE_URL.
'use strict'
const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { randomUUID } = require('node:crypto')
const { once } = require('node:events')
const path = require('node:path')
const { after, before, test } = require('node:test')
const { Client } = require('pg')
const { connection } = require('../database')

const { DATABASE_URL } = process.env
const real = { skip: DATABASE_URL ? false : 'set DATABASE_URL to a PostgreSQL with migrations/ applied' }
const [PASSWORD, PEPPER] = ['correct horse battery', 'pepper']
let base, child, client
const log = []

before(async () => {
  if (!DATABASE_URL) return
  client = new Client(connection(DATABASE_URL))
  await client.connect()
  const port = 20000 + Math.floor(Math.random() * 20000)
  base = `http://127.0.0.1:${port}`
  const environment = { ...process.env, PORT: String(port), SESSION_TOKEN_PEPPER: PEPPER }
  child = spawn(process.execPath, ['server.js'], { cwd: path.dirname(__dirname), env: environment })
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => log.push(String(text)))
  for (let tries = 0; tries < 200; tries += 1) {
    if ((await fetch(`${base}/healthz`).catch(() => null))?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`not ready: ${log.join('')}`)
})

after(async () => {
  child?.kill('SIGKILL')
  await client?.end()
})

async function ask(path, { token, csrf, body, method = body ? 'POST' : 'GET' } = {}) {
  const headers = {
    ...(token && { authorization: `Bearer ${token}` }),
    ...(csrf && { 'x-csrf-token': csrf }),
    ...(body && { 'content-type': 'application/json' }),
  }
  const answer = await fetch(`${base}/api/v1/auth/${path}`, { method, headers, body: body && JSON.stringify(body) })
  return { status: answer.status, ...(await answer.json()) }
}

async function registered() {
  const email = `${randomUUID()}@example.com`
  return { email, ...(await ask('register', { body: { email, password: PASSWORD } })) }
}

test('a token is 64 hex digits, good until its session ends', real, async () => {
  const { email, token, csrfToken } = await registered()
  assert.match(token, /^[0-9a-f]{64}$/)
  const me = await ask('me', { token })
  assert.deepEqual([me.status, me.user.email, me.csrfToken], [200, email, csrfToken])
  assert.equal((await ask('logout', { token, method: 'POST' })).status, 403)
  assert.equal((await ask('logout', { token, csrf: csrfToken, method: 'POST' })).status, 200)
  assert.equal((await ask('me', { token })).status, 401)
})

test('a session that is past its time is nobody\'s', real, async () => {
  const { token, user } = await registered()
  await client.query('UPDATE "Session" SET "expiresAt" = now() WHERE "userId" = $1', [user.id])
  assert.equal((await ask('me', { token })).error, 'Invalid or expired session')
})

test('an address signs up once, however it is written', real, async () => {
  const { email } = await registered()
  const again = await ask('register', { body: { email: email.toUpperCase(), password: PASSWORD } })
  assert.deepEqual([again.status, again.error], [400, 'Email already registered'])
  assert.equal((await ask('login', { body: { email: email.toUpperCase(), password: PASSWORD } })).status, 200)
})

test('five wrong passwords lock the account, and the right one then opens nothing', real, async () => {
  const { email } = await registered()
  for (let tries = 0; tries < 5; tries += 1) {
    const refused = await ask('login', { body: { email, password: 'wrong' } })
    assert.deepEqual([refused.status, refused.error], [401, 'Invalid email or password'])
  }
  const locked = await ask('login', { body: { email, password: PASSWORD } })
  assert.deepEqual([locked.status, locked.code], [423, 'ACCOUNT_LOCKED'])
})

test('who is nobody is told the same as who has the wrong password', real, async () => {
  const refused = await ask('login', { body: { email: 'nobody@example.com', password: PASSWORD } })
  assert.deepEqual([refused.status, refused.error], [401, 'Invalid email or password'])
})

test('neither the database nor the log has a token or a password', real, async () => {
  const { token, user } = await registered()
  await ask('me', { token })
  await fetch(`${base}/api/v1/auth/me?token=${token}`)
  const { rows } = await client.query(
    'SELECT * FROM "Session" s JOIN "User" u ON u.id = s."userId" WHERE u.id = $1', [user.id])
  const written = JSON.stringify(rows) + log.join('')
  assert.equal(rows.length, 1)
  assert.ok(!written.includes(token))
  assert.ok(!written.includes(PASSWORD))
})

test('it doesn\'t start without a pepper', async () => {
  const { SESSION_TOKEN_PEPPER, ...without } = process.env
  const started = spawn(process.execPath, ['server.js'], { cwd: path.dirname(__dirname), env: without })
  const said = []
  started.stderr.on('data', (text) => said.push(String(text)))
  const [code] = await once(started, 'close')
  assert.deepEqual([code, JSON.parse(said.join('')).level], [1, 60])
})
