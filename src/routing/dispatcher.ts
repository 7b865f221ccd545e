import type { Labels } from '../core/labels.ts'
import type { Clock } from '../core/time.ts'
import type { JobQueue } from '../queue/jobs.ts'
import type { AlertStore } from '../store/alertStore.ts'
import type { ClaimedGroup, DeliveryRow, GroupStore } from '../store/groupStore.ts'
import type { HistoryEntry, HistoryStore } from '../store/historyStore.ts'
import type { SilenceStore } from '../store/silenceStore.ts'
import { decideFlush } from './flush.ts'
import type { FlushDecision } from './flush.ts'
import type { NotificationConfig } from './notificationConfig.ts'
import { NOTIFY_REASON_TEXT } from './notifyReason.ts'
import { groupLabels, matchRoutes, routeOfGroup } from './route.ts'
import type { Suppressor } from './suppression.ts'

export interface DispatcherDeps {
  readonly alerts: AlertStore
  readonly silences: SilenceStore
  readonly groups: GroupStore
  readonly history: HistoryStore
  readonly queue: JobQueue
  readonly clock: Clock
  readonly suppressor: Suppressor
  readonly config: () => NotificationConfig | null
  /** Name of this node, the same after a restart: marks its claims. */
  readonly node: string
  readonly deadlineMs: number
  readonly newId: () => string
  /** Puts alerts into the groups of the present configuration: theirs is gone. */
  readonly rejoin: (fingerprints: readonly string[]) => Promise<void>
  readonly onFlush: (outcome: string, count: number) => void
  readonly onError: (message: string, error: unknown) => void
}

export interface Dispatcher {
  /** Flushes groups as they become due, until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>
  /** A group may be due at this time. */
  dueAt(at: number): void
  /** Flushes everything that is due now; resolves to how many groups. */
  flushDue(): Promise<number>
}

/** Timers of the platform take no more than 2^31 ms. Groups of other processes are told of by the sweep. */
const LONGEST_SLEEP_MS = 60_000
/** How long a crashed dispatcher's claim blocks a group. */
const CLAIM_MS = 30_000
const GROUPS_AT_ONCE = 256
const PAUSE_AFTER_ERROR_MS = 1_000

/** The third step: due groups become ledger rows, or a recorded reason why not. All state is in the store. */
export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  let wake: (() => void) | null = null
  let nextDueAt = 0
  const dueAt = (at: number): void => {
    if (at >= nextDueAt) return
    nextDueAt = at
    wake?.()
  }
  /** Claimed by a flush that failed: nobody else touches these groups until the claims run out. */
  let abandoned: readonly ClaimedGroup[] = []
  const flushDue = async (): Promise<number> => {
    const now = deps.clock.now()
    if (abandoned.length > 0) await deps.groups.putBack(abandoned, now)
    abandoned = await deps.groups.claim(now, GROUPS_AT_ONCE, CLAIM_MS, deps.node)
    const { length } = abandoned
    if (length > 0) await flush(deps, abandoned)
    abandoned = []
    return length
  }
  return {
    dueAt,
    flushDue,
    async run(signal) {
      /** Sleeps until something is due; a hint of something earlier ends the sleep. */
      const untilDue = async (): Promise<void> => {
        for (;;) {
          const waitMs = Math.min(LONGEST_SLEEP_MS, nextDueAt - deps.clock.now())
          if (waitMs <= 0 || signal.aborted) return
          await interruptible(deps.clock, waitMs, signal, (w) => (wake = w))
        }
      }
      while (!signal.aborted) {
        try {
          nextDueAt = Infinity // a hint during the work below makes the wait end at once
          while (!signal.aborted && (await flushDue()) > 0);
          nextDueAt = Math.min(nextDueAt, (await deps.groups.nextDueAt()) ?? Infinity)
          await untilDue()
        } catch (error) {
          deps.onError('flush failed', error)
          await deps.clock.sleep(PAUSE_AFTER_ERROR_MS, signal)
        }
      }
    },
  }
}

async function interruptible(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  onWaiting: (wake: (() => void) | null) => void,
): Promise<void> {
  const woken = new AbortController()
  const stop = (): void => woken.abort()
  signal.addEventListener('abort', stop, { once: true })
  onWaiting(stop)
  await clock.sleep(ms, woken.signal)
  onWaiting(null)
  signal.removeEventListener('abort', stop)
}

async function flush(deps: DispatcherDeps, claimed: readonly ClaimedGroup[]): Promise<void> {
  await Promise.all([deps.alerts.sync(), deps.silences.sync()])
  const now = deps.clock.now()
  const config = deps.config()
  if (config === null) return // not ours to judge: the claims run out, and a node with a notification file takes them
  const decisions = claimed.map((group) => decide(deps, group, config, now))
  const accepted = await deps.groups.commit(decisions.map((decision) => decision.commit))
  const done = decisions.filter((_, i) => accepted[i] === true)
  await hintKinds(
    deps.queue,
    done.flatMap((decision) => decision.commit.add),
  )
  report(deps, done)
  const dropped = done.filter((decision) => decision.commit.drop)
  for (const { commit } of dropped) {
    const group = claimed.find(({ meta }) => meta.id === commit.groupId)
    await deps.rejoin([...(group?.members.keys() ?? [])])
  }
  await deps.history.append(
    done.flatMap((decision) =>
      historyOf(decision, claimed[decisions.indexOf(decision)] as ClaimedGroup, now),
    ),
  )
}

function decide(
  deps: DispatcherDeps,
  claimed: ClaimedGroup,
  config: NotificationConfig,
  now: number,
): FlushDecision {
  const route = routeOfGroup(config, claimed.meta)
  const receiver = config.receivers.get(claimed.meta.receiver) ?? null
  return decideFlush({
    claimed,
    route,
    receiver,
    fallback: config.receivers.get(receiver?.fallback ?? '') ?? null,
    alert: (fingerprint) => deps.alerts.view.get(fingerprint),
    belongs: (alert) =>
      route !== null &&
      matchRoutes(config.route, alert.labels).includes(route) &&
      isSameSet(groupLabels(route, alert.labels), claimed.meta.labels),
    suppressedBy: (alert) => deps.suppressor.suppressedBy(alert, route, now),
    now,
    deadlineMs: deps.deadlineMs,
    newId: deps.newId,
  })
}

function isSameSet(a: Labels, b: Labels): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}

async function hintKinds(queue: JobQueue, rows: readonly DeliveryRow[]): Promise<void> {
  const critical = new Map<string, boolean>()
  for (const row of rows) {
    critical.set(row.kind, (critical.get(row.kind) ?? false) || row.priority === 'critical')
  }
  await Promise.all([...critical].map(([kind, urgent]) => queue.hint(kind, { critical: urgent })))
}

function report(deps: DispatcherDeps, decisions: readonly FlushDecision[]): void {
  const counts = new Map<string, number>()
  for (const { outcome } of decisions.flatMap((decision) => decision.decisions)) {
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  }
  for (const [outcome, n] of counts) deps.onFlush(outcome, n)
}

/** What a person may ask about later: messages decided on, and whatever was kept quiet. */
function historyOf(decision: FlushDecision, claimed: ClaimedGroup, now: number): HistoryEntry[] {
  const { groupKey, receiver } = claimed.meta
  const sends = decision.commit.add.map((row): HistoryEntry => ({
    at: now,
    kind: 'flush',
    groupKey,
    what: row.reason in NOTIFY_REASON_TEXT ? NOTIFY_REASON_TEXT[row.reason as 'first'] : row.reason,
    detail: {
      receiver,
      integration: row.integration,
      delivery: row.id,
      firing: row.firingCount,
      resolved: row.resolvedCount,
    },
  }))
  const acknowledged = decision.decisions.some(({ outcome }) => outcome === 'acknowledged')
  const quiet = decision.suppressed.map(({ alert, by }): HistoryEntry => ({
    at: now,
    kind: 'flush',
    fingerprint: alert.fingerprint,
    alertname: alert.labels['alertname'] ?? '',
    groupKey,
    what: SUPPRESSED_TEXT[by.kind],
    detail: { receiver, by: by.by.join(', ') },
  }))
  const acked: HistoryEntry[] = acknowledged
    ? [
        {
          at: now,
          kind: 'flush',
          groupKey,
          what: 'not repeated: acknowledged',
          detail: { receiver },
        },
      ]
    : []
  return [...sends, ...quiet, ...acked]
}

const SUPPRESSED_TEXT = {
  silence: 'not sent: silenced',
  inhibition: 'not sent: inhibited',
  time: 'not sent: outside its hours',
} as const
