// The process: it listens on PORT and ends on SIGTERM once what is under way is answered.
'use strict'
const { Pool } = require('pg')
const { build } = require('./app')
const { connection } = require('./database')
const { Sessions } = require('./sessions')

const environment = process.env
if (!environment.SESSION_TOKEN_PEPPER) {
  console.error(JSON.stringify({ level: 60, msg: 'SESSION_TOKEN_PEPPER is not set: tokens are hashed with it' }))
  process.exit(1)
}
const pool = new Pool({
  ...connection(environment.DATABASE_URL),
  max: Number(environment.DATABASE_POOL_SIZE ?? 10),
})

// Ready once the database has answered. One that is lost later makes no pod unready: all would be at once.
let ready = false
async function state() {
  try {
    await pool.query('SELECT 1')
    ready = true
    return { ready, database: 'healthy' }
  } catch (error) {
    app.log.warn({ error: error.message }, 'without the database')
    return { ready, database: 'unhealthy' }
  }
}

const app = build({ sessions: new Sessions({ pool, pepper: environment.SESSION_TOKEN_PEPPER }), ready: state })
pool.on('error', (error) => app.log.warn({ error: error.message }, 'a connection to the database was lost'))
app.addHook('onClose', () => pool.end())

process.once('SIGTERM', () => app.close().then(() => process.exit(0)))
app.listen({ host: '0.0.0.0', port: Number(environment.PORT ?? 4000) }).catch((error) => {
  app.log.fatal({ error: error.message }, 'not started')
  process.exit(1)
})
