import type { DatasourceConfig } from '../config/config.ts'
import { errorText } from '../core/errors.ts'
import { readSecret } from '../network/httpAgent.ts'
import { DatasourceError } from './datasourceError.ts'

/** Secret files are looked at again this long after they were read; thousands of queries share one look. */
const REREAD_MS = 1_000

/**
 * The Authorization header as the configuration asks for it, null for none. A changed secret file is noticed within
 * a second. User and password in the URL count as basic auth, unless something else is configured.
 */
export function authorizationOf(config: DatasourceConfig, url: URL): () => string | null {
  const header = headerOf(config, url)
  if (header === null) return () => null
  let readAt = -Infinity
  let text = ''
  return () => {
    const now = performance.now()
    if (now - readAt < REREAD_MS) return text
    try {
      text = header()
    } catch (error) {
      throw new DatasourceError(`was not asked: its secret cannot be read: ${errorText(error)}`)
    }
    readAt = now
    return text
  }
}

function headerOf(config: DatasourceConfig, url: URL): (() => string) | null {
  const { basicAuth, bearerToken } = config
  if (bearerToken !== null) return () => `Bearer ${readSecret(bearerToken)}`
  if (basicAuth !== null) return () => basic(basicAuth.username, readSecret(basicAuth.password))
  if (url.username === '') return null
  const fromUrl = basic(decodeURIComponent(url.username), decodeURIComponent(url.password))
  return () => fromUrl
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}
