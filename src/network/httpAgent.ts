import { readFileSync } from 'node:fs'
import { Agent, EnvHttpProxyAgent } from 'undici'
import type { buildConnector, Dispatcher } from 'undici'
import type { NetworkConfig, Secret, TlsConfig } from '../config/config.ts'

export interface HttpAgentOptions {
  readonly tls?: TlsConfig | null
  readonly maxConnections?: number
  readonly timeoutMs?: number
}

/** A bounded pool of HTTP connections with every timeout set. Shared by the datasource and all HTTP notifiers. */
export function createHttpAgent(network: NetworkConfig, options: HttpAgentOptions = {}): Agent {
  return new Agent(agentOptions(network, options))
}

/** The same pool through an HTTP proxy: the one given (with hosts that need none), or the environment's. */
export function createProxyAgent(
  network: NetworkConfig,
  proxy: { readonly url: string; readonly noProxy: string } | 'environment',
  options: HttpAgentOptions = {},
): Dispatcher {
  const { connect, ...rest } = agentOptions(network, options)
  return new EnvHttpProxyAgent({
    ...rest,
    connect,
    requestTls: connect,
    proxyTunnel: false,
    ...(proxy === 'environment'
      ? {}
      : { httpProxy: proxy.url, httpsProxy: proxy.url, noProxy: proxy.noProxy }),
  })
}

function agentOptions(
  network: NetworkConfig,
  options: HttpAgentOptions,
): Agent.Options & { readonly connect: buildConnector.BuildOptions } {
  const timeoutMs = options.timeoutMs ?? network.requestTimeoutMs
  return {
    // One connection would make undici use a Client, which ignores clientTtl.
    connections: Math.max(2, options.maxConnections ?? network.maxConnectionsPerHost),
    clientTtl: network.maxConnectionAgeMs,
    keepAliveTimeout: network.keepAliveTimeoutMs,
    keepAliveMaxTimeout: network.keepAliveTimeoutMs,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    pipelining: 1,
    connect: {
      timeout: network.connectTimeoutMs,
      autoSelectFamily: true,
      ...tlsOptions(options.tls ?? null),
    },
  }
}

/** A TlsConfig as Node's `tls.connect` takes it; reads the files now. @throws when a file cannot be read */
export function tlsOptions(tls: TlsConfig | null): Record<string, unknown> {
  if (tls === null) return {}
  const ca = pem(tls.caText, tls.caFile)
  const cert = pem(tls.certText, tls.certFile)
  const key = pem(tls.keyText, tls.keyFile)
  return {
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
    ...(tls.serverName === null ? {} : { servername: tls.serverName }),
    ...(tls.minVersion === undefined ? {} : { minVersion: tls.minVersion }),
    ...(tls.maxVersion === undefined ? {} : { maxVersion: tls.maxVersion }),
    rejectUnauthorized: !tls.insecureSkipVerify,
  }
}

function pem(text: string | undefined, file: string | null): string | Buffer | null {
  return text ?? (file === null ? null : readFileSync(file))
}

/** The secret's text now: files are read at every use, so that rotation needs no reload. Trimmed. */
export function readSecret(secret: Secret): string {
  return 'text' in secret ? secret.text : readFileSync(secret.file, 'utf8').trim()
}
