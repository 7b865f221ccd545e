import type { Dispatcher } from 'undici'
import type { TlsConfig } from '../../config/config.ts'
import type { NotifierDeps } from '../registry.ts'
import { DeliveryError } from '../notifier.ts'
import type { HttpAuth, OAuth2Settings } from '../settings/httpSettings.ts'
import { firstBytes } from './firstBytes.ts'
import { reasonOf } from './httpAnswer.ts'
import { readSecretNow } from './secret.ts'

export interface Authorizer {
  /** The headers that prove who we are; their secrets are added to `secrets`. @throws DeliveryError */
  headers(signal: AbortSignal, secrets: string[]): Promise<Readonly<Record<string, string>>>
  /** Drops a cached token. False when there is none to drop. */
  forget(): boolean
}

/** Tokens are renewed this long before they end. */
const RENEW_EARLY_MS = 10_000

export function createAuthorizer(
  auth: HttpAuth | null,
  agent: (tls: TlsConfig | null) => Dispatcher,
  deps: Pick<NotifierDeps, 'now'>,
): Authorizer {
  if (auth?.kind === 'oauth2') return createOAuth2(auth, agent, deps)
  return {
    headers: async (_signal, secrets) => {
      if (auth === null) return {}
      return { authorization: staticHeader(auth, secrets) }
    },
    forget: () => false,
  }
}

function staticHeader(auth: Exclude<HttpAuth, OAuth2Settings>, secrets: string[]): string {
  if (auth.kind === 'header') return `${auth.type} ${readSecretNow(auth.credentials, secrets)}`
  const username = readSecretNow(auth.username, [])
  return basicAuthorization(username, readSecretNow(auth.password, secrets), secrets)
}

/** `Basic ...` (RFC 7617). */
export function basicAuthorization(username: string, password: string, secrets: string[]): string {
  const pair = Buffer.from(`${username}:${password}`).toString('base64')
  secrets.push(pair)
  return `Basic ${pair}`
}

function createOAuth2(
  auth: OAuth2Settings,
  agent: (tls: TlsConfig | null) => Dispatcher,
  deps: Pick<NotifierDeps, 'now'>,
): Authorizer {
  let token: { readonly text: string; readonly endsAt: number } | null = null
  return {
    headers: async (signal, secrets) => {
      if (token === null || deps.now() >= token.endsAt) {
        const answer = await fetchToken(auth, agent(auth.tls), signal, secrets)
        token = { text: answer.text, endsAt: deps.now() + answer.lifetimeMs - RENEW_EARLY_MS }
      }
      secrets.push(token.text)
      return { authorization: `Bearer ${token.text}` }
    },
    forget: () => {
      const had = token !== null
      token = null
      return had
    },
  }
}

async function fetchToken(
  auth: OAuth2Settings,
  dispatcher: Dispatcher,
  signal: AbortSignal,
  secrets: string[],
): Promise<{ readonly text: string; readonly lifetimeMs: number }> {
  const url = new URL(auth.tokenUrl)
  const form = new URLSearchParams({ grant_type: 'client_credentials', ...auth.endpointParams })
  if (auth.scopes.length > 0) form.set('scope', auth.scopes.join(' '))
  const secret = readSecretNow(auth.clientSecret, secrets)
  const response = await dispatcher.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
      authorization: basicAuthorization(
        encodeURIComponent(auth.clientId),
        encodeURIComponent(secret),
        secrets,
      ),
    },
    body: form.toString(),
    signal,
  })
  const text = await firstBytes(response.body)
  const who = `OAuth2 token server ${url.host}`
  if (response.statusCode !== 200) {
    throw new DeliveryError(`${who} answered ${response.statusCode}`, reasonOf(response.statusCode))
  }
  const token = parseToken(text)
  if (token === null) throw new DeliveryError(`${who} gave no access_token`, 'unavailable')
  return token
}

function parseToken(text: string): { readonly text: string; readonly lifetimeMs: number } | null {
  try {
    const answer = JSON.parse(text) as { access_token?: unknown; expires_in?: unknown } | null
    if (typeof answer?.access_token !== 'string' || answer.access_token === '') return null
    const seconds = Number(answer.expires_in ?? 3600)
    return { text: answer.access_token, lifetimeMs: Number.isFinite(seconds) ? seconds * 1000 : 0 }
  } catch {
    return null
  }
}
