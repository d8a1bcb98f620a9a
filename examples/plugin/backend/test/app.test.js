// Routes, without servers: what is asked of them, and what never comes to be.
'use strict'
const assert = require('node:assert/strict')
const { test } = require('node:test')
const { build } = require('../app')
const { Uploads } = require('../uploads')

const UPLOADS = {
  UPLOADS_BUCKET: 'uploads', UPLOADS_PREFIX: 'notes/', AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'session',
}

function application({ kept = [], uploads = new Uploads(UPLOADS), ready = true, ...options } = {}) {
  const notes = {
    list: async (user) => kept.filter((note) => note.user === user),
    add: async (user, text) => ({ id: 1, user, text }),
    attach: async (user, id, attachment) => kept.find((note) => note.user === user && note.id === id) && { attachment },
    remove: async (user, id) => kept.find((note) => note.user === user && note.id === id),
  }
  return build({ notes, uploads, ready: async () => ({ ready }), prefix: '/api/v1/notes', log: false, ...options })
}

function as(user, method, url, payload) {
  return { method, url, payload, headers: { 'x-user-id': user } }
}

test('who comes without a user is told so, whatever the path', async () => {
  for (const [method, url] of [['GET', ''], ['POST', ''], ['DELETE', '/1'], ['POST', '/1/attachment']]) {
    const answer = await application().inject({ method, url: `/api/v1/notes${url}` })
    assert.equal(answer.statusCode, 401)
    assert.match(answer.json().error, /gateway/)
  }
})

test('a note needs a text that says something, and not too much', async () => {
  const app = application()
  for (const text of [undefined, '', '   ', 'x'.repeat(2001)]) {
    assert.equal((await app.inject(as('ann', 'POST', '/api/v1/notes', { text }))).statusCode, 400)
  }
  assert.equal((await app.inject(as('ann', 'POST', '/api/v1/notes', { text: 'x' }))).statusCode, 201)
})

test('the note of another is as one that is not there', async () => {
  const app = application({ kept: [{ id: 7, user: 'bob', text: 'his' }] })
  const file = { type: 'text/plain', bytes: 1 }
  assert.equal((await app.inject(as('ann', 'DELETE', '/api/v1/notes/7'))).statusCode, 404)
  assert.equal((await app.inject(as('ann', 'POST', '/api/v1/notes/7/attachment', file))).statusCode, 404)
  assert.equal((await app.inject(as('bob', 'DELETE', '/api/v1/notes/7'))).statusCode, 204)
})

test('a URL for a file is of one key below the prefix, one size and one type', async () => {
  const app = application({ kept: [{ id: 7, user: 'ann', text: 'hers' }] })
  const path = '/api/v1/notes/7/attachment'
  const answer = await app.inject(as('ann', 'POST', path, { type: 'image/png', bytes: 5 }))
  const url = new URL(answer.json().url)
  assert.equal(url.host, 'uploads.s3.us-east-1.amazonaws.com')
  assert.equal(url.pathname, '/notes/7')
  assert.equal(url.searchParams.get('X-Amz-SignedHeaders'), 'content-length;content-type;host')
  assert.equal(url.searchParams.get('X-Amz-Security-Token'), 'session')
  for (const file of [{ type: 'text/html', bytes: 5 }, { type: 'image/png', bytes: 11 * 1024 * 1024 }]) {
    assert.equal((await app.inject(as('ann', 'POST', path, file))).statusCode, 400)
  }
})

test('without a bucket it says which variable is missing', async () => {
  const app = application({ uploads: null })
  const answer = await app.inject(as('ann', 'POST', '/api/v1/notes/7/attachment', { type: 'text/plain', bytes: 1 }))
  assert.equal(answer.statusCode, 503)
  assert.match(answer.json().error, /UPLOADS_BUCKET/)
})

test('it is unready until the database has answered, and asked where it is told to be', async () => {
  assert.equal((await application({ ready: false }).inject('/healthz')).statusCode, 503)
  assert.equal((await application({ health: '/login' }).inject('/login')).json().status, 'healthy')
})

test('a prefix of / is the root', async () => {
  const answer = await application({ prefix: '/' }).inject(as('ann', 'GET', '/'))
  assert.deepEqual(answer.json(), { notes: [] })
})
