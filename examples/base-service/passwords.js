// Passwords as scrypt keeps them: `scrypt:N:r:p:salt:key`, so that stronger parameters may follow.
'use strict'
const { randomBytes, scrypt, timingSafeEqual } = require('node:crypto')
const { promisify } = require('node:util')

const derive = promisify(scrypt)
// OWASP's "Password Storage Cheat Sheet": N = 2^15, r = 8, p = 3, which takes 32 MiB.
const [N, R, P] = [2 ** 15, 8, 3]
const BYTES = 32

async function hashed(password) {
  const salt = randomBytes(16)
  const key = await keyOf(password, salt, N, R, P)
  return ['scrypt', N, R, P, salt.toString('hex'), key.toString('hex')].join(':')
}

async function matches(password, stored) {
  const [, n, r, p, salt, key] = stored.split(':')
  const found = await keyOf(password, Buffer.from(salt, 'hex'), Number(n), Number(r), Number(p))
  return timingSafeEqual(found, Buffer.from(key, 'hex'))
}

function keyOf(password, salt, n, r, p) {
  return derive(password, salt, BYTES, { N: n, r, p, maxmem: 2 * 128 * n * r })
}

module.exports = { hashed, matches }
