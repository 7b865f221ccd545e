import { createTransport } from 'nodemailer'
import type { NetworkConfig, Secret } from '../../config/config.ts'
import { readSecretNow } from '../http/secret.ts'
import { tlsOptions } from '../../network/httpAgent.ts'
import type { EmailSettings } from './config.ts'

type Transport = ReturnType<typeof createPool>

/** The pool of SMTP connections of one integration. */
export interface SmtpPool {
  /** A pool that is young enough and has the password of now; its secrets are added to `secrets`. @throws DeliveryError */
  get(secrets: string[]): Transport
  close(): void
}

/** Connections send at most this many mails before they are replaced. */
const MAX_MESSAGES = 100

export function createSmtpPool(
  settings: EmailSettings,
  network: NetworkConfig,
  now: () => number,
): SmtpPool {
  let current: { transport: Transport; login: string; openedAt: number } | null = null
  return {
    get(secrets) {
      const login = readLogin(settings, secrets)
      const signature = JSON.stringify(login)
      const age = current === null ? 0 : now() - current.openedAt
      if (current !== null && (current.login !== signature || age > network.maxConnectionAgeMs)) {
        // Finishes what it is sending.
        current.transport.close()
        current = null
      }
      current ??= {
        transport: createPool(settings, network, login),
        login: signature,
        openedAt: now(),
      }
      return current.transport
    },
    close() {
      current?.transport.close()
      current = null
    },
  }
}

interface Login {
  readonly user: string
  readonly pass: string
  readonly method?: 'CRAM-MD5'
}

/** The password serves every mechanism; a secret alone only CRAM-MD5, as in Alertmanager. */
function readLogin({ auth }: EmailSettings, secrets: string[]): Login | null {
  if (auth === null) return null
  const read = (secret: Secret): string => readSecretNow(secret, secrets)
  if (auth.password !== null) return { user: auth.username, pass: read(auth.password) }
  if (auth.secret === null) return null
  return { user: auth.username, pass: read(auth.secret), method: 'CRAM-MD5' }
}

function createPool(settings: EmailSettings, network: NetworkConfig, login: Login | null) {
  const { host, port } = settings.smarthost
  return createTransport({
    pool: true,
    host,
    port,
    name: settings.hello,
    secure: settings.implicitTls,
    requireTLS: settings.requireTls && !settings.implicitTls,
    // Without require_tls Alertmanager speaks plain text even where TLS is offered; inner relays rely on it.
    ignoreTLS: !settings.requireTls && !settings.implicitTls,
    tls: tlsOptions(settings.tls),
    ...(login === null ? {} : { auth: login }),
    maxConnections: network.maxConnectionsPerHost,
    maxMessages: MAX_MESSAGES,
    // The ledger retries: the pool may only replace a connection that had died before a byte was sent.
    maxRequeues: 1,
    idleTimeout: network.keepAliveTimeoutMs,
    connectionTimeout: network.connectTimeoutMs,
    greetingTimeout: network.requestTimeoutMs,
    dnsTimeout: network.connectTimeoutMs,
    socketTimeout: network.requestTimeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
}
