/** The service configuration, complete and frozen: every default applied, every path absolute, every duration in ms. */
export interface Config {
  /** The file it came from; null when only defaults and environment were used. */
  readonly file: string | null
  readonly dataDir: string
  readonly redis: RedisConfig
  readonly datasources: readonly DatasourceConfig[]
  /** Globs of rule files, absolute. */
  readonly rules: readonly string[]
  readonly evaluationIntervalMs: number
  /** Pending instances start anew when nothing was evaluated for longer than this. */
  readonly outageToleranceMs: number
  /** How often rule and notification files are looked at for changes. */
  readonly watchIntervalMs: number
  /** Path of the alertmanager.yml, absolute; null: evaluate and show only. */
  readonly notifications: string | null
  readonly listen: { readonly service: Address; readonly management: Address }
  /** No trailing slash. */
  readonly externalUrl: string
  readonly externalLabels: Readonly<Record<string, string>>
  readonly auth: AuthConfig
  readonly roles: readonly Role[]
  readonly network: NetworkConfig
  readonly delivery: DeliveryConfig
  readonly evaluator: EvaluatorConfig
}

export type Role = 'evaluator' | 'dispatcher' | 'notifier' | 'api'

export interface Address {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
}

export interface RedisConfig {
  /** Null: the embedded default, a private server in the data folder. */
  readonly url: string | null
  readonly connectTimeoutMs: number
  readonly commandTimeoutMs: number
}

export interface DatasourceConfig {
  readonly name: string
  readonly type: 'prometheus'
  /** No trailing slash; may have a path. */
  readonly url: string
  readonly basicAuth: { readonly username: string; readonly password: Secret } | null
  readonly bearerToken: Secret | null
  readonly headers: Readonly<Record<string, string>>
  readonly tls: TlsConfig | null
  readonly timeoutMs: number
  readonly maxConnections: number
  /** A larger answer is an error, not an outage of memory. */
  readonly maxResponseBytes: number
}

/** Inline text, or a file that is read when the secret is used. Never printed. */
export type Secret = { readonly text: string } | { readonly file: string }

export interface TlsConfig {
  readonly caFile: string | null
  readonly certFile: string | null
  readonly keyFile: string | null
  readonly serverName: string | null
  readonly insecureSkipVerify: boolean
  /** PEM texts given inline, instead of the files. */
  readonly caText?: string
  readonly certText?: string
  readonly keyText?: string
  readonly minVersion?: TlsVersion
  readonly maxVersion?: TlsVersion
}

export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'

export interface AuthConfig {
  /** True when the configuration says `auth: disabled`: then any address may be listened on without tokens. */
  readonly disabled: boolean
  readonly tokens: readonly TokenConfig[]
}

export interface TokenConfig {
  readonly name: string
  readonly role: 'viewer' | 'responder' | 'admin'
  /** Lower-case hex SHA-256 of the token, without the `sha256:` in front. */
  readonly sha256: string
}

/** Design section 6: nothing waits for the kernel's defaults. All in ms unless the name says otherwise. */
export interface NetworkConfig {
  readonly connectTimeoutMs: number
  /** One attempt to deliver, from connect to the provider's answer. */
  readonly requestTimeoutMs: number
  readonly maxConnectionsPerHost: number
  /** Connections older than this are replaced, so that DNS and load-balancer changes are noticed. */
  readonly maxConnectionAgeMs: number
  readonly keepAliveTimeoutMs: number
  /** Connections a server of ours accepts at once. */
  readonly maxServerConnections: number
  readonly serverRequestTimeoutMs: number
  readonly reconnectMinMs: number
  readonly reconnectMaxMs: number
}

export interface DeliveryConfig {
  /** Sends running at once, for each kind of integration. */
  readonly concurrency: number
  readonly retryMinMs: number
  readonly retryMaxMs: number
  /** Between attempts once retryMaxMs has been reached several times. */
  readonly retrySlowMs: number
  readonly deadlineMs: number
  /** How long delivered and dead rows stay readable. */
  readonly retentionMs: number
}

export interface EvaluatorConfig {
  readonly leaseMs: number
  /** A datasource that fails for this long raises an alert of its own. */
  readonly failureAlertAfterMs: number
  /** Firing alerts whose value or annotations changed are refreshed at most this often. */
  readonly refreshMs: number
  readonly threads: number
}
