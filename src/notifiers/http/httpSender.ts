import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { createProxyAgent } from '../../network/httpAgent.ts'
import { DeliveryError } from '../notifier.ts'
import type { NotifierDeps } from '../registry.ts'
import type { HttpSettings } from '../settings/httpSettings.ts'
import { isHttpUrl } from '../settings/read.ts'
import { createAuthorizer } from './authorization.ts'
import { firstBytes } from './firstBytes.ts'
import type { HttpAnswer } from './httpAnswer.ts'
import { createRedactor } from './redact.ts'
import { readSecretNow } from './secret.ts'
import { deadline, transportFailure } from './transportFailure.ts'

/** One POST. */
export interface HttpMessage {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** What must not appear in errors beside the URL and the configured credentials. */
  readonly secrets?: readonly string[]
  /** Sent in this order, as one body of known length. */
  readonly body: readonly Buffer[]
}

/** Posts messages of one integration: its credentials, TLS, proxy, deadline, and errors without secrets. */
export interface HttpSender {
  /** Resolves to whatever was answered, 2xx or not. Redirects are not followed. @throws DeliveryError */
  post(message: HttpMessage, signal: AbortSignal): Promise<HttpAnswer>
  close(): Promise<void>
}

/** `name` is how errors call the provider: "webhook". `timeoutMs` bounds one request, beside what the signal says. */
export function createHttpSender(
  name: string,
  http: HttpSettings,
  timeoutMs: number | null,
  deps: NotifierDeps,
): HttpSender {
  const connections = createConnections(http, deps)
  const authorizer = createAuthorizer(http.auth, (tls) => deps.agent(tls), deps)

  const post = async (message: HttpMessage, signal: AbortSignal): Promise<HttpAnswer> => {
    if (!isHttpUrl(message.url)) {
      throw new DeliveryError(`${name}: the URL is empty or not an http(s) URL`, 'rejected')
    }
    const until = timeoutMs === null ? signal : deadline(signal, timeoutMs)
    const secrets: string[] = [message.url, ...(message.secrets ?? [])]
    try {
      const auth = await authorizer.headers(until, secrets)
      const headers = { ...extraHeaders(http, secrets), ...message.headers, ...auth }
      return await once(connections.get(), message, headers, until, createRedactor(secrets))
    } catch (error) {
      throw transportFailure(
        `${name} ${hostOf(message.url)}`,
        error,
        until,
        createRedactor(secrets),
      )
    }
  }

  return {
    post: async (message, signal) => {
      const answer = await post(message, signal)
      // An OAuth token may have been revoked before its time: one try with a fresh one.
      if (answer.status === 401 && authorizer.forget()) return post(message, signal)
      return answer
    },
    close: () => connections.close(),
  }
}

async function once(
  dispatcher: Dispatcher,
  message: HttpMessage,
  headers: Readonly<Record<string, string | string[]>>,
  signal: AbortSignal,
  redact: (text: string) => string,
): Promise<HttpAnswer> {
  const url = new URL(message.url)
  const length = message.body.reduce((sum, part) => sum + part.length, 0)
  const response = await dispatcher.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method: 'POST',
    headers: { 'user-agent': 'Tocsin', 'content-length': String(length), ...headers },
    body: message.body.length === 1 ? (message.body[0] as Buffer) : Readable.from(message.body),
    signal,
  })
  const body = await firstBytes(response.body)
  return { status: response.statusCode, headers: response.headers, body: redact(body) }
}

function extraHeaders(http: HttpSettings, secrets: string[]): Record<string, string[]> {
  const headers: Record<string, string[]> = {}
  for (const { name, values } of http.headers) {
    headers[name.toLowerCase()] = values.map((value) => readSecretNow(value, secrets))
  }
  return headers
}

function hostOf(url: string): string {
  return new URL(url).host
}

/** The shared pool, or a pool of our own where a proxy is configured. Opened at the first send. */
function createConnections(
  http: HttpSettings,
  deps: NotifierDeps,
): { get(): Dispatcher; close(): Promise<void> } {
  const { proxy, tls } = http
  if (proxy.kind === 'none') return { get: lazily(() => deps.agent(tls)), close: async () => {} }
  let own: Dispatcher | null = null
  return {
    get: () =>
      (own ??= createProxyAgent(deps.network, proxy.kind === 'url' ? proxy : 'environment', {
        tls,
      })),
    close: async () => {
      await own?.close()
      own = null
    },
  }
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null
  return () => (made ??= { value: make() }).value
}
