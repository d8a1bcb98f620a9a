// Files go from browsers straight to the bucket, and back: what is handed out here are signed URLs, each for one file and
// a few minutes. Pods don't reach the bucket themselves, and need no way out to it.
'use strict'
const { readFileSync } = require('node:fs')
const { AwsClient } = require('aws4fetch')

const SECONDS = 300
const EARLY_MILLISECONDS = 5 * 60 * 1000

class Uploads {
  #kept

  constructor(environment) {
    this.environment = environment
    this.prefix = environment.UPLOADS_PREFIX
  }

  // The browser has to send as many bytes as it said, and nothing but that type.
  put(key, { type, bytes }) {
    return this.#signed('PUT', key, { 'content-type': type, 'content-length': String(bytes) })
  }

  get(key) {
    return this.#signed('GET', key, {}, { 'response-content-disposition': 'attachment' })
  }

  async #signed(method, key, headers, query = {}) {
    const url = new URL(`${this.#address()}/${this.prefix}${key}`)
    for (const [name, value] of Object.entries({ 'X-Amz-Expires': String(SECONDS), ...query })) {
      url.searchParams.set(name, value)
    }
    const client = new AwsClient({ ...(await this.#credentials()), service: 's3', region: this.environment.AWS_REGION })
    return (await client.sign(url, { method, headers, aws: { signQuery: true, allHeaders: true } })).url
  }

  #address() {
    const { AWS_ENDPOINT_URL_S3, AWS_REGION, UPLOADS_BUCKET } = this.environment
    if (AWS_ENDPOINT_URL_S3) return `${AWS_ENDPOINT_URL_S3}/${UPLOADS_BUCKET}`
    return `https://${UPLOADS_BUCKET}.s3.${AWS_REGION}.amazonaws.com`
  }

  // A pod's are those of its role, which change every few hours: EKS says by these variables where they are asked for.
  async #credentials() {
    const { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file } = this.environment
    if (!uri) {
      const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = this.environment
      return {
        accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY, sessionToken: AWS_SESSION_TOKEN,
      }
    }
    if (!this.#kept || this.#kept.until < Date.now()) {
      const answer = await fetch(uri, {
        headers: { authorization: readFileSync(file, 'utf8').trim() }, signal: AbortSignal.timeout(2000),
      })
      if (!answer.ok) throw new Error(`no credentials: ${answer.status}`)
      const { AccessKeyId, SecretAccessKey, Token, Expiration } = await answer.json()
      this.#kept = {
        until: Date.parse(Expiration) - EARLY_MILLISECONDS,
        found: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token },
      }
    }
    return this.#kept.found
  }
}

module.exports = { Uploads }
