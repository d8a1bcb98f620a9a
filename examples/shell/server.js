// The process: it listens on PORT and ends on SIGTERM once what is under way is answered.
'use strict'
const { build } = require('./app')

const environment = process.env
const app = build({
  base: environment.BASE_SVC_URL ?? 'http://127.0.0.1:4000',
  bundles: environment.PLUGIN_CDN_URL,
  immutable: environment.IMMUTABLE_PATH,
  // Browsers take no such cookie from a page that came without TLS.
  secure: environment.NODE_ENV === 'production',
})

process.once('SIGTERM', () => app.close().then(() => process.exit(0)))
app.listen({ host: '0.0.0.0', port: Number(environment.PORT ?? 3000) }).catch((error) => {
  app.log.fatal({ error: error.message }, 'not started')
  process.exit(1)
})
