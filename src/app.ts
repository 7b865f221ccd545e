import { randomBytes, randomUUID } from 'node:crypto'
import type { ApiDeps, ReloadResult, RoutingReader } from './api/deps.ts'
import { createManagementServer } from './api/managementServer.ts'
import { createServiceServer } from './api/serviceServer.ts'
import type { Config } from './config/config.ts'
import type { Clock } from './core/time.ts'
import { lockDataDir } from './embedded/dataDirLock.ts'
import { readNodeName } from './node.ts'
import { integrationConfigs } from './notifiers/configs.ts'
import { createPipeline } from './pipeline.ts'
import type { Pipeline } from './pipeline.ts'
import { createBullQueue } from './queue/bullmq.ts'
import type { NotificationLoader } from './routing/notificationLoader.ts'
import { matchRoutes } from './routing/route.ts'
import { datasourceStatus } from './service/datasourceStatus.ts'
import { closeAll } from './service/closers.ts'
import type { Closers } from './service/closers.ts'
import { startHeartbeat } from './service/heartbeat.ts'
import { listen } from './service/listen.ts'
import { pipelineObserver, sparingly } from './service/observe.ts'
import { readiness } from './service/readiness.ts'
import { redisOptions } from './service/redisUrl.ts'
import { createReloader, showOutcome, watchNotifications } from './service/reload.ts'
import { missingNotifications, missingRules, summaryOf } from './service/summary.ts'
import type { ServiceSummary } from './service/summary.ts'
import type { HistoryEntry } from './store/historyStore.ts'
import { openStores } from './stores.ts'
import type { Stores } from './stores.ts'
import { systemClock } from './system.ts'
import type { Logger } from './telemetry/log.ts'
import { createMetrics } from './telemetry/metrics.ts'
import type { ForeignMetrics } from './telemetry/metrics.ts'
import { storeMetricsCollector } from './telemetry/storeMetrics.ts'
import { VERSION } from './version.ts'
import { openEvaluators, openNotifications, openRules, reportProblems } from './service/parts.ts'
import type { Base } from './service/parts.ts'

export interface ServiceOptions {
  readonly log: Logger
  /** Sees every line of the timeline as it happens. */
  readonly onHistory?: (entry: HistoryEntry) => void
  /** Takes lines about servers being fetched or started. */
  readonly say?: (line: string) => void
  readonly clock?: Clock
}

export interface Service {
  /** Base URLs, with the ports that were really taken. No service port without the role api. */
  readonly addresses: { readonly service: string | null; readonly management: string }
  summary(): ServiceSummary
  reload(): Promise<ReloadResult>
  /** Stops taking work, hands leases over, finishes what is in flight, closes the store last. */
  stop(): Promise<void>
}

/** Builds and starts the whole service. On failure everything that was opened is closed again. @throws AppError */
export async function startService(config: Config, options: ServiceOptions): Promise<Service> {
  const closers: Closers = []
  try {
    return await build(config, options, closers)
  } catch (error) {
    await closeAll(closers, options.log)
    throw error
  }
}

async function build(config: Config, options: ServiceOptions, closers: Closers): Promise<Service> {
  const { log, clock = systemClock, say = () => {} } = options
  const startedAt = clock.now()
  const lock = lockDataDir(config.dataDir, 'service.lock')
  closers.push(() => lock.release())
  const node = readNodeName(config.dataDir)
  const redis = await redisOptions(config, say, closers)
  const kinds = integrationConfigs.map(({ kind }) => kind)
  const { onHistory } = options
  const stores = await openStores({
    redis,
    kinds,
    ...(onHistory === undefined ? {} : { onHistory }),
  })
  closers.push(() => stores.connection.close())
  const base: Base = { config, log, clock, node, redis, stores, closers }
  const metrics = createMetrics({ clock })
  metrics.buildInfo.set({ version: VERSION }, 1)

  const queue = createBullQueue({ redis, kinds, concurrency: 2, onError: queueErrors(log) })
  const { notifications, pool, onTemplates } = await openNotifications(base)
  const pipeline = createPipeline({
    stores,
    queue,
    clock,
    node,
    delivery: config.delivery,
    externalUrl: config.externalUrl,
    config: () => notifications.state.config,
    notifier: (integration) => pool.get(integration),
    sendKinds: config.roles.includes('notifier') ? kinds : [],
    dispatches: config.roles.includes('dispatcher'),
    requestTimeoutMs: config.network.requestTimeoutMs,
    random: Math.random,
    newId: () => randomBytes(9).toString('base64url'),
    observe: pipelineObserver(metrics, log),
  })
  closers.push(() => pipeline.stop())
  await pipeline.start()

  await openMembership(base, startedAt)
  const evaluators = openEvaluators(base, pipeline)
  const rules = await openRules(base, evaluators)
  const onRouting = () => pipeline.router.rerouteAll()
  const onProblems = reportProblems(log)
  const reloadParts = { notifications, rules, metrics, clock, onRouting, onTemplates, onProblems }
  showOutcome(reloadParts)
  const reloader = createReloader(reloadParts)
  watchNotifications(reloader, clock, config.watchIntervalMs, watchErrors(log), closers)
  for (const thread of evaluators) {
    metrics.addSource(async () => (await thread.metrics()) as ForeignMetrics)
  }
  const members = () => stores.members.alive(clock.now() - config.evaluator.leaseMs)
  metrics.beforeRender(storeMetricsCollector(metrics, { clock, ...stores, queue, members }))
  const { alerts, silences, groups, ledger, history, evaluations } = stores
  const { reload } = reloader
  const ruleSet = async () => rules?.status().ruleSet ?? (await currentRuleSet(stores))
  const deps: ApiDeps = {
    config,
    clock,
    metrics,
    log,
    startedAt,
    members,
    version: VERSION,
    newId: randomUUID,
    alerts,
    silences,
    groups,
    ledger,
    history,
    evaluations,
    intake: pipeline.router,
    reload,
    ruleSet,
    notifications: () => notifications.state,
    routing: routingReader(pipeline, notifications),
    datasources: () => datasourceStatus(config.datasources, ruleSet, evaluations),
    hint: (kind) => queue.hint(kind, { critical: true }),
    readiness: () =>
      readiness({
        connection: stores.connection,
        queue,
        ruleSet: () => missingRules(config, rules),
        notifications: () => missingNotifications(notifications),
      }),
  }
  const { service, management } = config.listen
  const addresses = {
    service: config.roles.includes('api')
      ? await listen(createServiceServer(deps), service, 'service', closers)
      : null,
    management: await listen(createManagementServer(deps), management, 'management', closers),
  }
  return {
    addresses,
    reload,
    summary: () => summaryOf(config.dataDir, node, rules, notifications),
    stop: () => closeAll(closers, log),
  }
}

async function openMembership(base: Base, startedAt: number): Promise<void> {
  const { stores, node, config, clock, log, closers } = base
  const self = { node, roles: config.roles, version: VERSION, startedAt }
  const report = sparingly(log)
  const onError = (error: unknown) => report('heartbeat failed', error)
  const { leaseMs } = config.evaluator
  await startHeartbeat(stores.members, self, leaseMs, clock, onError, closers)
}

function routingReader(pipeline: Pipeline, notifications: NotificationLoader): RoutingReader {
  const { suppressor } = pipeline
  return {
    silencedBy: (labels, now) => suppressor.silencedBy(labels, now),
    inhibitedBy: ({ labels }, now) => {
      const by = suppressor.inhibitedBy(labels, now)
      return by === null ? [] : [by]
    },
    receivers(labels) {
      const { config } = notifications.state
      return config === null ? [] : matchRoutes(config.route, labels).map((route) => route.receiver)
    },
  }
}

async function currentRuleSet({ ruleSets }: Stores) {
  const version = await ruleSets.currentVersion()
  return version === null ? null : ruleSets.read(version)
}

function queueErrors(log: Logger): (message: string) => void {
  const report = sparingly(log)
  return (message) => report('queue connection failed', message)
}

function watchErrors(log: Logger): (error: unknown) => void {
  const report = sparingly(log)
  return (error) => report('could not look at the notification file', error)
}
