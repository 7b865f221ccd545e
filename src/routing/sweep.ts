import { isOver, RESOLVED_RETENTION_MS } from '../core/alert.ts'
import { DAY, MINUTE, SECOND } from '../core/time.ts'
import type { Clock } from '../core/time.ts'
import type { JobQueue } from '../queue/jobs.ts'
import type { AlertChange, AlertStore } from '../store/alertStore.ts'
import type { OutboxStore } from '../store/evaluationStore.ts'
import type { GroupStore } from '../store/groupStore.ts'
import type { Ledger } from '../store/ledger.ts'
import type { SilenceStore } from '../store/silenceStore.ts'
import type { SweepStore } from '../store/sweepStore.ts'
import type { Router } from './router.ts'

export interface SweepDeps {
  readonly store: SweepStore
  readonly router: Router
  readonly alerts: AlertStore
  readonly silences: SilenceStore
  readonly outbox: OutboxStore
  readonly groups: GroupStore
  readonly ledger: Ledger
  readonly queue: JobQueue
  readonly clock: Clock
  readonly deliveryRetentionMs: number
  /** A group is due then; it may be one that another process made. */
  readonly onDue: (at: number) => void
  readonly onRepair: (what: RepairKind, count: number) => void
  readonly onError: (message: string, error: unknown) => void
}

export type RepairKind = 'outbox' | 'flush-claim' | 'delivery-claim' | 'delivery-hint'

export interface Sweep {
  /** Repeats `once` until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>
  /** Repairs every hint that a crash, a lost queue or an outage of the store swallowed. */
  once(): Promise<void>
}

const EVERY_MS = SECOND
/** There may be thousands of rule groups to look at. */
const OUTBOXES_EVERY_MS = 3 * SECOND
const COLLECT_EVERY_MS = MINUTE
const PAUSE_AFTER_ERROR_MS = 2 * SECOND
/** Ended silences stay readable this long: Alertmanager's data retention. */
const SILENCE_RETENTION_MS = 5 * DAY
/** A row that is due this long has no hint on its way. */
const HINT_LOST_AFTER_MS = SECOND

export function createSweep(deps: SweepDeps): Sweep {
  let outboxesAt = 0
  let collectAt = 0
  const once = async (): Promise<void> => {
    const now = deps.clock.now()
    await repair(deps, now)
    if (now >= outboxesAt) {
      outboxesAt = now + OUTBOXES_EVERY_MS
      await repairOutboxes(deps)
    }
    if (now < collectAt) return
    collectAt = now + COLLECT_EVERY_MS
    await collect(deps, now)
  }
  return {
    once,
    async run(signal) {
      while (!signal.aborted) {
        try {
          await once()
          await deps.clock.sleep(EVERY_MS, signal)
        } catch (error) {
          deps.onError('sweep failed', error)
          await deps.clock.sleep(PAUSE_AFTER_ERROR_MS, signal)
        }
      }
    },
  }
}

async function repair(deps: SweepDeps, now: number): Promise<void> {
  const { store, queue, onRepair, onDue } = deps
  const { flushClaims, deliveryClaims, nextDueAt, waiting } = await store.look(now)
  if (flushClaims > 0) onRepair('flush-claim', flushClaims)
  if (deliveryClaims > 0) onRepair('delivery-claim', deliveryClaims)
  if (nextDueAt !== null) onDue(nextDueAt)
  for (const [kind, { due, nextAttemptAt }] of waiting) {
    if (due === 0) continue
    await queue.hint(kind)
    if (nextAttemptAt < now - HINT_LOST_AFTER_MS) onRepair('delivery-hint', due)
  }
}

/** Transitions that were committed and not routed: the hint got lost, or their router died. */
async function repairOutboxes({ outbox, router, onRepair }: SweepDeps): Promise<void> {
  const waiting = await outbox.waiting(await outbox.groups())
  for (const groupId of waiting) await router.routeOutbox(groupId)
  if (waiting.length > 0) onRepair('outbox', waiting.length)
}

async function collect(deps: SweepDeps, now: number): Promise<void> {
  await deps.silences.collect(now - SILENCE_RETENTION_MS)
  await deps.ledger.collect(now - deps.deliveryRetentionMs)
  await collectAlerts(deps, now)
}

/** Forgets alerts that ended long ago, but none that a notification group still has to tell of. */
async function collectAlerts(deps: SweepDeps, now: number): Promise<void> {
  const before = now - RESOLVED_RETENTION_MS
  const view = await deps.alerts.sync()
  const old = [...view.ending()].filter((alert) => isOver(alert, before))
  if (old.length === 0) return
  const groups = await deps.groups.list()
  const needed = new Set(groups.flatMap((group) => group.members))
  const forget: AlertChange = (current) =>
    current !== undefined && isOver(current, before) ? null : current
  const forgettable = old.filter((alert) => !needed.has(alert.fingerprint))
  await deps.alerts.update(new Map(forgettable.map((alert) => [alert.fingerprint, forget])))
}
