import { AggregatorRegistry, collectDefaultMetrics, Counter, Gauge, Histogram } from 'prom-client'
import { Registry } from 'prom-client'
import type { MetricObjectWithValues, MetricValue } from 'prom-client'
import type { Clock } from '../core/time.ts'

/** What `getMetricsAsJSON()` of another registry (the evaluator's threads) answers. Plain data: survives postMessage. */
export type ForeignMetrics = readonly MetricObjectWithValues<MetricValue<string>>[]

export interface MetricsOptions {
  readonly clock: Clock
  /** Also measure this process: CPU, memory, event loop. Default true. */
  readonly processMetrics?: boolean
}

/** All metrics of the main thread. Names and labels have their only home here; label values come from closed sets. */
export type Metrics = ReturnType<typeof createMetrics>

const PREFIX = 'tocsin_'
const SOURCE_TIMEOUT_MS = 2_000
const DELIVERY_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]
const REQUEST_BUCKETS = [0.005, 0.025, 0.1, 0.5, 2.5, 10]

/** Creates the registry, every metric in it, and the text of `/metrics`. */
export function createMetrics({ clock, processMetrics = true }: MetricsOptions) {
  const registry = new Registry()
  const collectors: Array<() => Promise<void>> = []
  const sources: ForeignSource[] = []
  if (processMetrics) collectDefaultMetrics({ register: registry, prefix: PREFIX })
  return {
    registry,
    ...deliveryMetrics(registry),
    ...stateMetrics(registry),
    ...serverMetrics(registry),
    ...configMetrics(registry),
    /** Runs before every rendering, to set gauges from the store. Its failure leaves the gauges as they were. */
    beforeRender(collect: () => Promise<void>): void {
      collectors.push(collect)
    },
    /** Adds another registry (of a thread) whose metrics are summed into ours. Its failure shows its last answer. */
    addSource(read: () => Promise<ForeignMetrics>): void {
      sources.push({ read, last: [] })
    },
    /** The text exposition of everything. Never fails because a store or a thread does. */
    async render(): Promise<string> {
      await Promise.all(collectors.map((collect) => within(clock, collect()).catch(() => null)))
      const foreign = await Promise.all(sources.map((source) => readSource(clock, source)))
      const present = foreign.filter((metrics) => metrics.length > 0)
      if (present.length === 0) return registry.metrics()
      const own = await registry.getMetricsAsJSON()
      return AggregatorRegistry.aggregate([own, ...present]).metrics()
    },
  }
}

interface ForeignSource {
  readonly read: () => Promise<ForeignMetrics>
  last: ForeignMetrics
}

async function readSource(clock: Clock, source: ForeignSource): Promise<ForeignMetrics> {
  const answer = await within(clock, source.read()).catch(() => null)
  if (answer !== null) source.last = answer
  return source.last
}

/** The promise's value, or null when it takes too long: a busy thread must not make a scrape fail. */
async function within<T>(clock: Clock, promise: Promise<T>): Promise<T | null> {
  const done = new AbortController()
  try {
    return await Promise.race([
      promise,
      clock.sleep(SOURCE_TIMEOUT_MS, done.signal).then(() => null),
    ])
  } finally {
    done.abort()
  }
}

function deliveryMetrics(registry: Registry) {
  const registers = [registry]
  const notificationsDropped = new Counter({
    name: 'tocsin_notifications_dropped_total',
    help: 'Notifications that were lost. Always 0: what cannot be delivered is dead in the ledger.',
    registers,
  })
  return {
    notificationsSent: new Counter({
      name: 'tocsin_notifications_sent_total',
      help: 'Notifications that a provider accepted.',
      labelNames: ['integration'] as const,
      registers,
    }),
    notificationsErrors: new Counter({
      name: 'tocsin_notifications_errors_total',
      help: 'Attempts to deliver that failed, by reason.',
      labelNames: ['integration', 'reason'] as const,
      registers,
    }),
    notificationsDropped,
    deliverySeconds: new Histogram({
      name: 'tocsin_delivery_seconds',
      help: 'Duration of one attempt to deliver, up to the provider’s answer.',
      labelNames: ['integration'] as const,
      buckets: DELIVERY_BUCKETS,
      registers,
    }),
    flushes: new Counter({
      name: 'tocsin_flushes_total',
      help: 'Flushes of notification groups: why they notified, or why not.',
      labelNames: ['result'] as const,
      registers,
    }),
    ledgerRows: new Gauge({
      name: 'tocsin_ledger_rows',
      help: 'Notifications in the ledger.',
      labelNames: ['status'] as const,
      registers,
    }),
    ledgerOldestWaiting: new Gauge({
      name: 'tocsin_ledger_oldest_waiting_seconds',
      help: 'Age of the oldest notification that waits to be delivered; 0 when none does.',
      registers,
    }),
    queueDepth: new Gauge({
      name: 'tocsin_queue_depth',
      help: 'Hints that wait in the job queue.',
      labelNames: ['queue'] as const,
      registers,
    }),
  }
}

function stateMetrics(registry: Registry) {
  const registers = [registry]
  return {
    alerts: new Gauge({
      name: 'tocsin_alerts',
      help: 'Alerts that have not ended, by state.',
      labelNames: ['state'] as const,
      registers,
    }),
    groups: new Gauge({ name: 'tocsin_groups', help: 'Notification groups.', registers }),
    intakeAlerts: new Counter({
      name: 'tocsin_intake_alerts_total',
      help: 'Alerts posted to the API.',
      labelNames: ['result'] as const,
      registers,
    }),
    transitions: new Counter({
      name: 'tocsin_transitions_total',
      help: 'Transitions that were routed.',
      labelNames: ['kind'] as const,
      registers,
    }),
    sweepRepairs: new Counter({
      name: 'tocsin_sweep_repairs_total',
      help: 'Work that the sweep found forgotten and started again.',
      labelNames: ['what'] as const,
      registers,
    }),
    redisUp: new Gauge({
      name: 'tocsin_redis_up',
      help: 'Whether the store answered last time it was asked.',
      registers,
    }),
    memberInfo: new Gauge({
      name: 'tocsin_member_info',
      help: 'Members that are alive, as this one sees them. Always 1.',
      labelNames: ['node', 'roles', 'version'] as const,
      registers,
    }),
  }
}

function serverMetrics(registry: Registry) {
  const registers = [registry]
  return {
    httpRequests: new Counter({
      name: 'tocsin_http_requests_total',
      help: 'Answered requests.',
      labelNames: ['listener', 'method', 'route', 'status'] as const,
      registers,
    }),
    httpRequestSeconds: new Histogram({
      name: 'tocsin_http_request_duration_seconds',
      help: 'Time from the request to the end of the answer.',
      labelNames: ['listener', 'route'] as const,
      buckets: REQUEST_BUCKETS,
      registers,
    }),
  }
}

function configMetrics(registry: Registry) {
  const registers = [registry]
  return {
    buildInfo: new Gauge({
      name: 'tocsin_build_info',
      help: 'The running version. Always 1.',
      labelNames: ['version'] as const,
      registers,
    }),
    configReloadSuccessful: new Gauge({
      name: 'tocsin_config_last_reload_successful',
      help: 'Whether the last load of rule and notification files found them all good.',
      registers,
    }),
    configReloadTimestamp: new Gauge({
      name: 'tocsin_config_last_reload_timestamp_seconds',
      help: 'When files were last loaded.',
      registers,
    }),
    configUnitStale: new Gauge({
      name: 'tocsin_config_unit_stale',
      help: '1 for every file whose text is bad, so that its last good version is in use.',
      labelNames: ['file'] as const,
      registers,
    }),
  }
}
