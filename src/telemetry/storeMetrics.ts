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

/**
 * A collector for `metrics.beforeRender`: sets the gauges that mirror the store. When the store cannot be read `redis_up` says so
 * and the other gauges keep their last values.
 */
export function storeMetricsCollector(
  metrics: Metrics,
  sources: StoreMetricsSources,
): () => Promise<void> {
  return async () => {
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
