// The process: it listens on PORT and ends on SIGTERM once what is under way is answered.
'use strict'
const Redis = require('ioredis')
const { Pool } = require('pg')
const { build } = require('./app')
const { connection } = require('./database')
const { Notes } = require('./notes')
const { Uploads } = require('./uploads')

const environment = process.env
// The platform mounts the manifest beside the program's folder, where it lies in a checkout too.
const { backend = {} } = require('../plugin.json')

const pool = new Pool({
  ...connection(environment.DATABASE_URL),
  max: Number(environment.DATABASE_POOL_SIZE ?? 10),
})
const cache = environment.REDIS_URL
  // Keys begin with what REDIS_URL says (keyPrefix). A cache that is away costs little time, and is connected to again.
  ? new Redis(environment.REDIS_URL, { enableOfflineQueue: false, commandTimeout: 200, maxRetriesPerRequest: 0 })
  : null

// Ready once the database has answered. One that is lost later makes no pod unready: all would be at once.
// Where there is none by its entry, as where the program stands in for another's image, it is ready as it is.
let ready = !environment.DATABASE_URL
async function state() {
  if (!environment.DATABASE_URL) return { ready, database: 'none', cache: cache?.status ?? 'none' }
  try {
    await pool.query('SELECT 1')
    ready = true
    return { ready, database: 'healthy', cache: cache?.status ?? 'none' }
  } catch (error) {
    app.log.warn({ error: error.message }, 'without the database')
    return { ready, database: 'unhealthy', cache: cache?.status ?? 'none' }
  }
}

const app = build({
  notes: new Notes({ pool, cache, warn: (error) => app.log.warn({ error: error.message }, 'without the cache') }),
  uploads: environment.UPLOADS_BUCKET ? new Uploads(environment) : null,
  ready: state,
  prefix: environment.API_PREFIX ?? backend.apiPrefix,
  health: environment.HEALTH_PATH ?? backend.healthCheck,
})
pool.on('error', (error) => app.log.warn({ error: error.message }, 'a connection to the database was lost'))
cache?.on('error', (error) => app.log.warn({ error: error.message }, 'the cache is away'))
app.addHook('onClose', async () => {
  await pool.end()
  cache?.disconnect()
})

process.once('SIGTERM', () => app.close().then(() => process.exit(0)))
app.listen({ host: '0.0.0.0', port: Number(environment.PORT ?? backend.port) }).catch((error) => {
  app.log.fatal({ error: error.message }, 'not started')
  process.exit(1)
})
