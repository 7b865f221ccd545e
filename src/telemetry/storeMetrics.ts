import type { Clock } from '../core/time.ts'
import type { JobQueue } from '../queue/jobs.ts'
import type { AlertView } from '../store/alertStore.ts'
import type { GroupStore } from '../store/groupStore.ts'
import type { Ledger } from '../store/ledger.ts'
import type { Member } from '../store/memberStore.ts'
import type { Metrics } from './metrics.ts'

export interface StoreMetricsSources {
  readonly clock: Clock
  readonly alerts: { sync(): Promise<AlertView> }
  readonly groups: Pick<GroupStore, 'count'>
  readonly ledger: Pick<Ledger, 'counts'>
  readonly queue: Pick<JobQueue, 'depth'>
  readonly members: () => Promise<readonly Member[]>
}

/** Looking costs some hundred commands: several scrapers share one look. */
const FRESH_MS = 2_000

/**
 * A collector for `metrics.beforeRender`: sets the gauges that mirror the store. When the store cannot be read `redis_up` says so
 * and the other gauges keep their last values. Asks the store at most every 2 s.
 */
export function storeMetricsCollector(
  metrics: Metrics,
  sources: StoreMetricsSources,
): () => Promise<void> {
  let readAt = -Infinity
  return async () => {
    const now = sources.clock.now()
    if (now >= readAt && now - readAt < FRESH_MS) return
    readAt = now
    try {
      const [view, groups, counts, depth, members] = await Promise.all([
        sources.alerts.sync(),
        sources.groups.count(),
        sources.ledger.counts(),
        sources.queue.depth(),
        sources.members(),
      ])
      metrics.redisUp.set(1)
      setAlerts(metrics, view)
      metrics.groups.set(groups)
      setLedger(metrics, counts, sources.clock.now())
      for (const [queue, waiting] of depth) metrics.queueDepth.set({ queue }, waiting)
      metrics.memberInfo.reset()
      for (const { node, roles, version } of members) {
        metrics.memberInfo.set({ node, roles: roles.join(','), version }, 1)
      }
    } catch {
      metrics.redisUp.set(0)
    }
  }
}

function setAlerts(metrics: Metrics, view: AlertView): void {
  const { pending, firing } = view.counts()
  metrics.alerts.set({ state: 'pending' }, pending)
  metrics.alerts.set({ state: 'firing' }, firing)
}

function setLedger(
  metrics: Metrics,
  counts: Awaited<ReturnType<Ledger['counts']>>,
  now: number,
): void {
  const { oldestWaitingAt, ...rows } = counts
  for (const [status, count] of Object.entries(rows)) metrics.ledgerRows.set({ status }, count)
  const ageMs = oldestWaitingAt === null ? 0 : Math.max(0, now - oldestWaitingAt)
  metrics.ledgerOldestWaiting.set(ageMs / 1_000)
}
