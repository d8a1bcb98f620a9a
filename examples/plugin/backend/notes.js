// Notes in PostgreSQL. A user's list is kept in the cache, which may be lost at any time: then the database is asked.
'use strict'

const SECONDS = 60
const COLUMNS = 'id, text, attachment, created_at AS "createdAt"'

class Notes {
  // warn: is told of what the cache could not do.
  constructor({ pool, cache, warn }) {
    Object.assign(this, { pool, cache, warn })
  }

  // A list is kept under the version that was there before the database was read: one that a change overtook is kept
  // where nobody looks any more.
  async list(user) {
    const version = await this.#cached((cache) => cache.get(`version:${user}`))
    const key = `list:${user}:${version ?? 0}`
    const kept = await this.#cached((cache) => cache.get(key))
    if (kept) return JSON.parse(kept)
    const { rows } = await this.pool.query(
      `SELECT ${COLUMNS} FROM notes WHERE user_id = $1 ORDER BY id DESC LIMIT 100`, [user])
    await this.#cached((cache) => cache.set(key, JSON.stringify(rows), 'EX', SECONDS))
    return rows
  }

  add(user, text) {
    return this.#change(user, `INSERT INTO notes (user_id, text) VALUES ($1, $2) RETURNING ${COLUMNS}`, [text])
  }

  attach(user, id, attachment) {
    return this.#change(
      user, `UPDATE notes SET attachment = $3 WHERE user_id = $1 AND id = $2 RETURNING ${COLUMNS}`, [id, attachment])
  }

  remove(user, id) {
    return this.#change(user, `DELETE FROM notes WHERE user_id = $1 AND id = $2 RETURNING ${COLUMNS}`, [id])
  }

  async #change(user, statement, values) {
    const { rows } = await this.pool.query(statement, [user, ...values])
    await this.#cached((cache) => cache.incr(`version:${user}`))
    return rows[0]
  }

  async #cached(ask) {
    if (!this.cache) return null
    try {
      return await ask(this.cache)
    } catch (error) {
      this.warn(error)
      return null
    }
  }
}

module.exports = { Notes }
