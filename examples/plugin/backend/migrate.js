// Brings the schema to the state that migrations/ describes: files that `_naap_migrations` doesn't name are run in the
// order of their names, all in one transaction. A second run changes nothing. The table is also that of the platform's
// own image of migrations (images/migrations), so that either may be used.
'use strict'
const { createHash } = require('node:crypto')
const { readdirSync, readFileSync } = require('node:fs')
const path = require('node:path')
const { Client } = require('pg')
const { connection } = require('./database')

const FOLDER = path.join(__dirname, 'migrations')
const RECORDS = `CREATE TABLE IF NOT EXISTS _naap_migrations
  (name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`

async function migrate(client, folder = FOLDER) {
  const applied = []
  await client.query('BEGIN')
  await client.query(RECORDS)
  await client.query('LOCK TABLE _naap_migrations') // one run at a time
  const { rows } = await client.query('SELECT name, checksum FROM _naap_migrations')
  const known = new Map(rows.map((row) => [row.name, row.checksum]))
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.sql')).sort()) {
    const text = readFileSync(path.join(folder, file), 'utf8')
    const [name, checksum] = [path.basename(file, '.sql'), createHash('sha256').update(text).digest('hex')]
    if (!known.has(name)) {
      await client.query(text)
      await client.query('INSERT INTO _naap_migrations (name, checksum) VALUES ($1, $2)', [name, checksum])
      applied.push(name)
    } else if (known.get(name) !== checksum) {
      throw new Error(`${file} was applied with another text: make a new migration instead`)
    }
  }
  await client.query('COMMIT')
  return applied
}

async function main() {
  const client = new Client(connection(process.env.DATABASE_URL_UNPOOLED ?? process.env.DATABASE_URL))
  await client.connect()
  try {
    console.log(JSON.stringify({ level: 30, msg: 'migrated', applied: await migrate(client) }))
  } finally {
    await client.end() // a transaction that was not committed is undone
  }
}

module.exports = { migrate }
if (require.main === module) {
  main().catch((error) => {
    console.error(JSON.stringify({ level: 50, msg: 'not migrated', error: error.message }))
    process.exitCode = 1
  })
}
