// The service that knows users and tokens, as the shell asks it.
'use strict'

const MILLISECONDS = 5000

// Status and JSON of its answer; 503 where there is none.
async function ask(base, path, { token, body, csrf, method = body ? 'POST' : 'GET' } = {}) {
  const headers = { accept: 'application/json' }
  if (body) headers['content-type'] = 'application/json'
  if (token) headers.authorization = `Bearer ${token}`
  if (csrf) headers['x-csrf-token'] = csrf
  try {
    const answer = await fetch(`${base}/api/v1/auth/${path}`, {
      method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(MILLISECONDS),
    })
    return { status: answer.status, json: await answer.json() }
  } catch {
    return { status: 503, json: { error: 'Nobody can sign in at the moment' } }
  }
}

module.exports = { ask }
