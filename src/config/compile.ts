import { resolve } from 'node:path'
import { parseDuration } from '../core/duration.ts'
import { addressUrl, isLoopback, parseAddress } from './address.ts'
import { compileDatasource } from './compileDatasource.ts'
import { timerReader } from './compileContext.ts'
import type { CompileContext, Report } from './compileContext.ts'
import type { Address, AuthConfig, Config, NetworkConfig } from './config.ts'
import { pathText } from './schemaProblems.ts'
import type { RawConfig } from './schema.ts'

/** Turns a validated configuration into its meaning, and reports what contradicts itself. Pure but for `readFile`. */
export function compileConfig(raw: RawConfig, context: CompileContext): Config {
  const at = (path: string): string => resolve(context.base, path)
  const timer = timerReader(context.report)
  const listen = compileListen(raw, context.report)
  const auth = compileAuth(raw, context.report)
  checkExposure(listen, auth, context.report)
  if (raw.rules.length > 0 && raw.datasources.length === 0) {
    context.report(
      ['rules'],
      'rules need a datasource to be evaluated against: add `datasources: [{url: http://127.0.0.1:9090}]`',
    )
  }
  return {
    file: context.file,
    dataDir: at(raw.data_dir),
    redis: {
      url: redisUrl(raw, context),
      connectTimeoutMs: timer(['redis', 'connect_timeout'], raw.redis.connect_timeout),
      commandTimeoutMs: timer(['redis', 'command_timeout'], raw.redis.command_timeout),
    },
    datasources: compileDatasources(raw, context),
    rules: raw.rules.map(at),
    evaluationIntervalMs: timer(['evaluation_interval'], raw.evaluation_interval),
    outageToleranceMs: parseDuration(raw.outage_tolerance) ?? 0,
    watchIntervalMs: timer(['watch_interval'], raw.watch_interval),
    notifications: raw.notifications === undefined ? null : at(raw.notifications),
    listen,
    externalUrl: externalUrl(raw, listen.service, context),
    externalLabels: externalLabels(raw, context.report),
    auth,
    roles: raw.roles,
    network: compileNetwork(raw, context.report),
    delivery: compileDelivery(raw, context.report),
    evaluator: {
      leaseMs: timer(['evaluator', 'lease'], raw.evaluator.lease),
      failureAlertAfterMs: parseDuration(raw.evaluator.failure_alert_after) ?? 0,
      refreshMs: timer(['evaluator', 'refresh'], raw.evaluator.refresh),
      threads: raw.evaluator.threads,
    },
  }
}

function redisUrl(raw: RawConfig, context: CompileContext): string | null {
  const { url, url_file: file } = raw.redis
  if (url !== undefined && file !== undefined) {
    context.report(['redis', 'url_file'], 'redis has both url and url_file: keep one of them')
  }
  const path = ['redis', file === undefined ? 'url' : 'url_file']
  const text = file === undefined ? url : context.readFile(path, resolve(context.base, file)).trim()
  if (text === undefined || text === '') return null
  if (!/^(rediss?|unix):/.test(text) || !URL.canParse(text)) {
    // The text may hold a password, so it is not shown.
    context.report(path, `${pathText(path)} is not a URL such as redis://127.0.0.1:6379/0`)
  }
  return text
}

function compileDatasources(raw: RawConfig, context: CompileContext): Config['datasources'] {
  const names = new Set<string>()
  return raw.datasources.map((datasource, i) => {
    if (names.has(datasource.name)) {
      const message = `there are two datasources named "${datasource.name}": give each its own name`
      context.report(['datasources', i, 'name'], message)
    }
    names.add(datasource.name)
    return compileDatasource(datasource, i, context)
  })
}

function compileListen(raw: RawConfig, report: Report): Config['listen'] {
  const read = (key: 'service' | 'management'): Address => {
    const address = parseAddress(raw.listen[key])
    if (address === null) report(['listen', key], `listen.${key}: ports go from 0 to 65535`)
    return address ?? { host: '127.0.0.1', port: 0 }
  }
  const service = read('service')
  const management = read('management')
  if (service.port !== 0 && service.port === management.port && service.host === management.host) {
    const message = 'listen.management must differ from listen.service: it is a listener of its own'
    report(['listen', 'management'], message)
  }
  return { service, management }
}

function compileAuth(raw: RawConfig, report: Report): AuthConfig {
  if (raw.auth === 'disabled') return { disabled: true, tokens: [] }
  const names = new Set<string>()
  const tokens = raw.auth.tokens.map((token, i) => {
    if (names.has(token.name)) {
      report(['auth', 'tokens', i, 'name'], `there are two tokens named "${token.name}"`)
    }
    names.add(token.name)
    const sha256 = token.hash.slice('sha256:'.length).toLowerCase()
    return { name: token.name, role: token.role, sha256 }
  })
  return { disabled: false, tokens }
}

function checkExposure(listen: Config['listen'], auth: AuthConfig, report: Report): void {
  if (auth.disabled || auth.tokens.length > 0) return
  for (const key of ['service', 'management'] as const) {
    const { host } = listen[key]
    if (isLoopback(host)) continue
    report(
      ['listen', key],
      `listen.${key}: without tokens anybody who reaches ${host} could silence your alerts: ` +
        'add `auth: {tokens: [...]}` (`tocsin token create` prints the line), or write `auth: disabled`, ' +
        'or listen on 127.0.0.1',
    )
  }
}

function externalUrl(raw: RawConfig, service: Address, context: CompileContext): string {
  const text = raw.external_url ?? addressUrl(service, context.hostname)
  if (!URL.canParse(text)) context.report(['external_url'], `external_url is not a URL: "${text}"`)
  return text.replace(/\/+$/, '')
}

function externalLabels(raw: RawConfig, report: Report): Config['externalLabels'] {
  for (const name of Object.keys(raw.external_labels)) {
    if (name === '' || name === '__name__') {
      report(['external_labels', name], `external_labels: "${name}" is not a label name`)
    }
  }
  return { ...raw.external_labels }
}

function compileNetwork(raw: RawConfig, report: Report): NetworkConfig {
  const own = raw.network
  const timer = timerReader(report)
  const ms = (key: keyof typeof own): number => timer(['network', key], String(own[key]))
  const network = {
    connectTimeoutMs: ms('connect_timeout'),
    requestTimeoutMs: ms('request_timeout'),
    maxConnectionsPerHost: own.max_connections_per_host,
    maxConnectionAgeMs: ms('max_connection_age'),
    keepAliveTimeoutMs: ms('keep_alive_timeout'),
    maxServerConnections: own.max_server_connections,
    serverRequestTimeoutMs: ms('server_request_timeout'),
    reconnectMinMs: ms('reconnect_min'),
    reconnectMaxMs: ms('reconnect_max'),
  }
  if (network.reconnectMinMs > network.reconnectMaxMs) {
    const message = 'network.reconnect_min must not be longer than network.reconnect_max'
    report(['network', 'reconnect_min'], message)
  }
  return network
}

function compileDelivery(raw: RawConfig, report: Report): Config['delivery'] {
  const timer = timerReader(report)
  const own = raw.delivery
  const retryMinMs = timer(['delivery', 'retry_min'], own.retry_min)
  const retryMaxMs = timer(['delivery', 'retry_max'], own.retry_max)
  if (retryMinMs > retryMaxMs) {
    const message = 'delivery.retry_min must not be longer than delivery.retry_max'
    report(['delivery', 'retry_min'], message)
  }
  return {
    concurrency: own.concurrency,
    retryMinMs,
    retryMaxMs,
    retrySlowMs: timer(['delivery', 'retry_slow'], own.retry_slow),
    deadlineMs: parseDuration(own.deadline) ?? 0,
    retentionMs: parseDuration(own.retention) ?? 0,
  }
}
