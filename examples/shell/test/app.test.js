// The site's server, before a base service that answers as the real one.
'use strict'
const assert = require('node:assert/strict')
const http = require('node:http')
const { after, before, test } = require('node:test')
const { build } = require('../app')

const TOKEN = 'ab'.repeat(32)
const asked = []
let base, app

// What the base service says, by the path below /api/v1/auth.
function answer(path, headers, body) {
  const good = headers.authorization === `Bearer ${TOKEN}`
  if (path === 'me') return good ? [200, { user: { id: 'u1' }, csrfToken: 'c' }] : [401, { error: 'Invalid session' }]
  if (path === 'logout') return headers['x-csrf-token'] === 'c' ? [200, { success: true }] : [403, { error: 'CSRF' }]
  if (body.password !== 'right') return [401, { error: 'Invalid email or password' }]
  return [200, { token: TOKEN, user: { id: 'u1' }, expiresAt: new Date(Date.now() + 3_600_000).toISOString() }]
}

before(async () => {
  base = http.createServer((request, response) => {
    const parts = []
    request.on('data', (part) => parts.push(part)).on('end', () => {
      const path = request.url.split('/').at(-1)
      const [status, json] = answer(path, request.headers, JSON.parse(Buffer.concat(parts).toString() || '{}'))
      asked.push([path, status])
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json))
    })
  })
  await new Promise((resolve) => base.listen(0, '127.0.0.1', resolve))
  app = build({ base: `http://127.0.0.1:${base.address().port}`, bundles: '/bundles', log: false })
})

after(() => base.close())

function signIn(password, headers = {}) {
  const payload = { email: 'ann@example.com', password }
  return app.inject({ method: 'POST', url: '/api/v1/auth/login', headers, payload })
}

test('every page is the one document, which nobody keeps, and what is no page is not', async () => {
  for (const url of ['/', '/login', '/notes/7?x=1']) {
    const page = await app.inject(url)
    assert.deepEqual([page.statusCode, page.headers['cache-control']], [200, 'no-store'])
    assert.match(page.body, /data-bundles="\/bundles"/)
    assert.ok(!/<script>|<style>| on\w+=| style=/.test(page.body), 'nothing that a policy would have to name')
  }
  for (const url of ['/api/v1/other', '/static/old/shell.js']) assert.equal((await app.inject(url)).statusCode, 404)
  assert.equal((await app.inject({ method: 'POST', url: '/' })).statusCode, 404)
})

test('its files are under names that change with their content, kept for good', async () => {
  const { body } = await app.inject('/')
  const urls = [...body.matchAll(/"(\/static\/[0-9a-f]{12}\/[\w.]+)"/g)].map(([, url]) => url)
  assert.equal(urls.length, 2)
  for (const url of urls) {
    const file = await app.inject(url)
    assert.deepEqual([file.statusCode, file.headers['cache-control']], [200, 'public, max-age=31536000, immutable'])
  }
})

test('signing in gives a cookie that scripts can\'t read and other sites don\'t send', async () => {
  const answer = await signIn('right')
  assert.match(answer.headers['set-cookie'],
    new RegExp(`^naap_auth_token=${TOKEN}; Max-Age=3(599|600); Path=/; HttpOnly; SameSite=Lax; Secure$`))
  assert.equal(answer.json().data.token, TOKEN)
})

test('a wrong password is told, and gives no cookie', async () => {
  const answer = await signIn('wrong')
  assert.equal(answer.statusCode, 401)
  assert.deepEqual(answer.json().error, { code: 'UNAUTHORIZED', message: 'Invalid email or password' })
  assert.equal(answer.headers['set-cookie'], undefined)
})

test('a foreign page can neither sign in nor out', async () => {
  assert.equal((await signIn('right', { host: 'naap.example', origin: 'https://evil.example' })).statusCode, 403)
  assert.equal((await signIn('right', { host: 'naap.example', origin: 'null' })).statusCode, 403)
  assert.equal((await signIn('right', { host: 'naap.example', origin: 'https://naap.example' })).statusCode, 200)
})

test('me is of the cookie, and of a bearer token', async () => {
  const me = async (headers) => (await app.inject({ url: '/api/v1/auth/me', headers }))
  assert.equal((await me({ cookie: `a=b; naap_auth_token=${TOKEN}` })).json().data.user.id, 'u1')
  assert.equal((await me({ authorization: `Bearer ${TOKEN}` })).json().data.user.id, 'u1')
  assert.equal((await me({ cookie: `naap_auth_token=${'0'.repeat(64)}` })).statusCode, 401)
  assert.equal((await me({})).json().error.message, 'No auth token provided')
})

test('signing out ends the session, whatever is left of it', async () => {
  asked.length = 0
  const out = await app.inject({ method: 'POST', url: '/api/v1/auth/logout', headers: { cookie: `naap_auth_token=${TOKEN}` } })
  assert.match(out.headers['set-cookie'], /^naap_auth_token=; Max-Age=0; /)
  assert.deepEqual(asked, [['me', 200], ['logout', 200]])
  assert.equal((await app.inject({ method: 'POST', url: '/api/v1/auth/logout' })).statusCode, 200)
})

test('without the base service nobody is signed out: it can\'t be told', async () => {
  const alone = build({ base: 'http://127.0.0.1:1', log: false })
  const answer = await alone.inject({ url: '/api/v1/auth/me', headers: { authorization: `Bearer ${TOKEN}` } })
  assert.deepEqual([answer.statusCode, answer.json().error.code], [503, 'SERVICE_UNAVAILABLE'])
})
