// Without a database: statuses and bodies, which are the application's.
'use strict'
const assert = require('node:assert/strict')
const { test } = require('node:test')
const { build } = require('../app')
const { hashed, matches } = require('../passwords')
const { Sessions } = require('../sessions')

const TOKEN = 'ab'.repeat(32)
const CSRF = new Sessions({ pepper: 'p' })

function application(more = {}) {
  const sessions = {
    of: async (token) => (token === TOKEN ? { user: { id: 'u1' } } : undefined),
    isCsrf: (token, stated) => stated === 'right',
    end: async () => {},
    ...more,
  }
  return build({ sessions, ready: async () => ({ ready: true }), log: false })
}

test('me is of who has the token, and else says what is wrong with it', async () => {
  const asked = async (headers) => (await application().inject({ url: '/api/v1/auth/me', headers }))
  assert.equal((await asked({ authorization: `Bearer ${TOKEN}` })).json().user.id, 'u1')
  for (const [headers, error] of [
    [{}, 'No token provided'],
    [{ authorization: 'Basic YQ==' }, 'No token provided'],
    [{ authorization: `Bearer ${'0'.repeat(64)}` }, 'Invalid or expired session'],
    [{ 'x-user-id': 'u1', cookie: `naap_auth_token=${TOKEN}` }, 'No token provided'],
  ]) {
    const answer = await asked(headers)
    assert.deepEqual([answer.statusCode, answer.json()], [401, { error }])
  }
})

test('a change with a token needs its CSRF token', async () => {
  const logout = (headers) => application().inject({ method: 'POST', url: '/api/v1/auth/logout', headers })
  const authorization = `Bearer ${TOKEN}`
  assert.deepEqual((await logout({ authorization })).json().code, 'CSRF_INVALID')
  assert.equal((await logout({ authorization, 'x-csrf-token': 'right' })).statusCode, 200)
  assert.equal((await logout({})).statusCode, 200)
  assert.ok(!CSRF.isCsrf(TOKEN, undefined))
  assert.ok(!CSRF.isCsrf(TOKEN, 'x'.repeat(64)))
})

test('credentials that can be none are refused before anybody is asked', async () => {
  for (const body of [{}, { email: 'ann@example.com' }, { email: 'ann', password: 'long enough' }]) {
    const answer = await application().inject({ method: 'POST', url: '/api/v1/auth/login', payload: body })
    assert.equal(answer.statusCode, 400)
  }
  const short = { email: 'ann@example.com', password: 'short' }
  const answer = await application().inject({ method: 'POST', url: '/api/v1/auth/register', payload: short })
  assert.deepEqual([answer.statusCode, answer.json().error], [400, 'Password must be at least 8 characters'])
})

test('a failure is told to the log and not to the client', async () => {
  const app = application({ login: async () => { throw new Error('column "secret" does not exist') } })
  const body = { email: 'ann@example.com', password: 'long enough' }
  const answer = await app.inject({ method: 'POST', url: '/api/v1/auth/login', payload: body })
  assert.deepEqual([answer.statusCode, answer.json()], [500, { error: 'Internal server error' }])
})

test('reports of browsers are taken from anyone', async () => {
  const answer = await application().inject({
    method: 'POST', url: '/api/v1/csp-report', headers: { 'content-type': 'application/csp-report' },
    payload: '{"csp-report":{"violated-directive":"img-src","blocked-uri":"https://x.example/?q"}}',
  })
  assert.equal(answer.statusCode, 204)
})

test('a password is kept by a salt of its own', async () => {
  const [one, other] = [await hashed('correct horse'), await hashed('correct horse')]
  assert.notEqual(one, other)
  assert.ok(await matches('correct horse', one))
  assert.ok(!(await matches('correct horsf', one)))
})
