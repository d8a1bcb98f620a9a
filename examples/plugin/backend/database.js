// The URL is Prisma's as well, which knows no stricter word than `require`. For node-postgres `verify-full` is that the
// certificate is checked, by NODE_EXTRA_CA_CERTS, and so is its name.
'use strict'

function connection(url) {
  return { connectionString: url?.replace('sslmode=require', 'sslmode=verify-full'), connectionTimeoutMillis: 5000 }
}

module.exports = { connection }
