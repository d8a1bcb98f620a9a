// Users and their sessions. A token is 64 hex digits that only its owner has: what is kept is a hash of it, into which
// the pepper goes.
'use strict'
const { createHmac, randomBytes, timingSafeEqual } = require('node:crypto')
const { hashed, matches } = require('./passwords')

const SESSION = '24 hours'
const [TRIES, LOCKED] = [5, '30 minutes']
const SHOWN = 'u.id, u.email, u."displayName", u."avatarUrl"'

// What a client is told: a message, and the status that goes with it.
class Refusal extends Error {
  constructor(status, message, more = {}) {
    super(message)
    Object.assign(this, { status, more })
  }
}

class Sessions {
  #nobody = hashed(randomBytes(16).toString('hex'))

  constructor({ pool, pepper }) {
    Object.assign(this, { pool, pepper })
  }

  async register(email, password, displayName) {
    const { rows } = await this.pool.query(
      `INSERT INTO "User" AS u (email, "passwordHash", "displayName") VALUES (lower($1), $2, $3)
       ON CONFLICT (email) DO NOTHING RETURNING ${SHOWN}`,
      [email, await hashed(password), displayName ?? email.split('@')[0]])
    if (!rows.length) throw new Refusal(400, 'Email already registered')
    return this.#begin(rows[0])
  }

  async login(email, password) {
    const { rows: [found] } = await this.pool.query(
      `SELECT ${SHOWN}, u."passwordHash", u."lockedUntil" FROM "User" u WHERE email = lower($1)`, [email])
    if (found?.lockedUntil > new Date()) {
      const more = { code: 'ACCOUNT_LOCKED', lockedUntil: found.lockedUntil.toISOString() }
      throw new Refusal(423, 'Account is temporarily locked. Try again later.', more)
    }
    // As long for an address that nobody has, so that time doesn't tell which ones are there.
    const good = await matches(password, found?.passwordHash ?? (await this.#nobody))
    if (!found || !good) {
      await this.#failed(email)
      throw new Refusal(401, 'Invalid email or password')
    }
    const { passwordHash, lockedUntil, ...user } = found
    await this.pool.query(
      'UPDATE "User" SET "failedLogins" = 0, "lockedUntil" = NULL WHERE id = $1 AND "failedLogins" > 0', [user.id])
    return this.#begin(user)
  }

  // The session of a token; undefined: nobody's, or no longer.
  async of(token) {
    const { rows: [found] } = await this.pool.query(
      `SELECT ${SHOWN}, s."expiresAt" FROM "Session" s JOIN "User" u ON u.id = s."userId"
       WHERE s."tokenHash" = $1 AND s."expiresAt" > now()`, [this.#hash(token)])
    if (!found) return undefined
    const { expiresAt, ...user } = found
    return this.#shown(token, user, expiresAt)
  }

  async end(token) {
    await this.pool.query('DELETE FROM "Session" WHERE "tokenHash" = $1', [this.#hash(token)])
  }

  // Whether it is the CSRF token of the session: made of its token, so that every pod knows it.
  isCsrf(token, stated) {
    const known = Buffer.from(this.#csrf(token))
    const found = Buffer.from(stated ?? '')
    return found.length === known.length && timingSafeEqual(found, known)
  }

  async #failed(email) {
    await this.pool.query(
      `UPDATE "User" SET "failedLogins" = CASE WHEN "failedLogins" + 1 >= ${TRIES} THEN 0 ELSE "failedLogins" + 1 END,
         "lockedUntil" = CASE WHEN "failedLogins" + 1 >= ${TRIES} THEN now() + interval '${LOCKED}' END
       WHERE email = lower($1)`, [email])
  }

  async #begin(user) {
    const token = randomBytes(32).toString('hex')
    await this.pool.query('DELETE FROM "Session" WHERE "userId" = $1 AND "expiresAt" < now()', [user.id])
    const { rows: [{ expiresAt }] } = await this.pool.query(
      `INSERT INTO "Session" ("tokenHash", "userId", "expiresAt")
       VALUES ($1, $2, now() + interval '${SESSION}') RETURNING "expiresAt"`, [this.#hash(token), user.id])
    return { success: true, token, ...this.#shown(token, user, expiresAt) }
  }

  #shown(token, user, expiresAt) {
    return {
      user: { ...user, roles: ['user'], permissions: [] },
      csrfToken: this.#csrf(token),
      expiresAt: expiresAt.toISOString(),
    }
  }

  #hash(token) {
    return createHmac('sha256', this.pepper).update(token).digest('hex')
  }

  #csrf(token) {
    return createHmac('sha256', this.pepper).update(`csrf ${token}`).digest('hex')
  }
}

module.exports = { Refusal, Sessions }
