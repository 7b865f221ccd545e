import type { AlertRecord, Transition } from '../core/alert.ts'
import { fingerprint as fingerprintOf } from '../core/labels.ts'
import type { Clock } from '../core/time.ts'
import type { AlertChange, AlertStore } from '../store/alertStore.ts'
import type { OutboxBatch, OutboxStore, TransitionOrigin } from '../store/evaluationStore.ts'
import type { GroupStore, Join } from '../store/groupStore.ts'
import type { HistoryEntry, HistoryStore } from '../store/historyStore.ts'
import type { IncomingAlert, Intake } from './incomingAlert.ts'
import { createGroupMaker, dueAfterFiring, dueAfterPost, joinsOf } from './joins.ts'
import { applyTransition, mergeIncoming } from './merge.ts'
import type { NotificationConfig } from './notificationConfig.ts'

export interface RouterDeps {
  readonly alerts: AlertStore
  readonly groups: GroupStore
  readonly outbox: OutboxStore
  readonly history: HistoryStore
  readonly clock: Clock
  /** Null: no notification file; alerts are recorded and shown. */
  readonly config: () => NotificationConfig | null
  /** A group may be due at this time: the dispatcher need not wait for its next look. */
  readonly onDue: (dueAt: number) => void
  readonly onTransition: (kind: Transition['kind'], count: number) => void
}

/**
 * The second step of an alert's way: transitions of our rules and alerts posted by clients become alert records and members
 * of notification groups. Every write is idempotent, so a step that a crash cut short is simply done again.
 */
export interface Router extends Intake {
  /** Routes what waits in a rule group's outbox. Calls for the same group while one runs are joined to it. */
  routeOutbox(groupId: string): Promise<void>
  /** Puts these alerts, as far as they fire, into the groups of the current configuration. */
  rejoin(fingerprints: readonly string[]): Promise<void>
  /** Puts every firing alert into the groups of the current configuration (after a start or a reload). */
  rerouteAll(): Promise<void>
}

/** Outbox entries taken at once: up to 2,000 transitions, so that other work gets its turn in between. */
const BATCHES_AT_ONCE = 4
const REROUTED_AT_ONCE = 1_000

export function createRouter(deps: RouterDeps): Router {
  const running = new Map<string, { again: boolean; done: Promise<void> }>()
  return {
    routeOutbox(groupId) {
      const current = running.get(groupId)
      if (current !== undefined) {
        current.again = true
        return current.done
      }
      const run = { again: false, done: Promise.resolve() }
      running.set(groupId, run)
      run.done = drainOutbox(deps, groupId, run).finally(() => running.delete(groupId))
      return run.done
    },
    accept: (alerts) => accept(deps, alerts),
    rejoin: (fingerprints) => reroute(deps, alertsOf(deps, fingerprints)),
    rerouteAll: async () => reroute(deps, (await deps.alerts.sync()).values()),
  }
}

/**
 * Empties the outbox. All groups are joined after the last record: a group without `group_wait` must not flush with the first
 * part of a mass outage and tell the rest only at its next tick.
 */
async function drainOutbox(
  deps: RouterDeps,
  groupId: string,
  run: { again: boolean },
): Promise<void> {
  do {
    run.again = false
    const done: string[] = []
    const firing: Joining[] = []
    for (let after = '-'; ; after = `(${done.at(-1)}`) {
      const batches = await deps.outbox.read(groupId, after, BATCHES_AT_ONCE)
      if (batches.length === 0) break
      firing.push(...(await routeBatches(deps, batches)))
      done.push(...batches.map((batch) => batch.id))
    }
    if (done.length === 0) break
    await joinFiring(deps, firing)
    await deps.outbox.done(groupId, done)
  } while (run.again)
}

/** An alert that must join its groups: what routing needs to know of it. */
type Joining = Pick<AlertRecord, 'fingerprint' | 'labels' | 'startsAt'> & {
  readonly firedAt: number
}

/** Writes the records and the history; resolves to the alerts that began to fire. */
async function routeBatches(deps: RouterDeps, batches: readonly OutboxBatch[]): Promise<Joining[]> {
  const changes = new Map<string, AlertChange>()
  const startsAt = new Map<string, number>()
  const transitions: Transition[] = []
  const entries: HistoryEntry[] = []
  for (const { origin, transitions: part } of batches) {
    for (const transition of part) {
      transitions.push(transition)
      changes.set(
        transition.fingerprint,
        changeOf(changes.get(transition.fingerprint), transition, origin, startsAt),
      )
      if (transition.kind !== 'refreshed') entries.push(historyOf(transition, origin))
    }
  }
  await deps.alerts.update(changes)
  await deps.history.append(entries)
  count(deps, transitions)
  return transitions.flatMap(({ kind, fingerprint, labels, firedAt, at }): Joining[] => {
    const occurrence = kind === 'firing' ? startsAt.get(fingerprint) : undefined
    if (occurrence === undefined) return []
    return [{ fingerprint, labels, startsAt: occurrence, firedAt: firedAt ?? at }]
  })
}

/** The change that a transition makes after an earlier one of the same batch; notes the occurrence it leads to. */
function changeOf(
  before: AlertChange | undefined,
  transition: Transition,
  origin: TransitionOrigin,
  startsAt: Map<string, number>,
): AlertChange {
  return (current) => {
    const earlier = before === undefined ? current : before(current)
    const next = applyTransition(earlier ?? undefined, transition, origin)
    const result = next === undefined ? earlier : next
    if (result !== undefined && result !== null)
      startsAt.set(transition.fingerprint, result.startsAt)
    return result
  }
}

/** Also what has ended meanwhile: the flush that was due while it fired decides about it. */
async function joinFiring(deps: RouterDeps, firing: readonly Joining[]): Promise<void> {
  const config = deps.config()
  if (config === null) return
  const groups = createGroupMaker(deps.clock.now())
  const joins = firing.flatMap((alert) =>
    joinsOf(alert, config, groups, dueAfterFiring(alert.firedAt)),
  )
  await join(deps, joins)
}

async function accept(deps: RouterDeps, alerts: readonly IncomingAlert[]): Promise<void> {
  const now = deps.clock.now()
  const fresh = new Set<string>()
  const changes = new Map<string, AlertChange>()
  for (const incoming of alerts) {
    const fingerprint = fingerprintOf(incoming.labels)
    const before = changes.get(fingerprint)
    changes.set(fingerprint, (current) => {
      const earlier = (before === undefined ? current : before(current)) ?? undefined
      const next = mergeIncoming(earlier, incoming, now)
      if (earlier?.startsAt !== next.startsAt || earlier.status !== next.status)
        fresh.add(fingerprint)
      return next
    })
  }
  await deps.alerts.update(changes)
  await joinPosted(deps, [...changes.keys()], now)
  await deps.history.append(postedHistory(deps, fresh, now))
}

async function joinPosted(
  deps: RouterDeps,
  fingerprints: readonly string[],
  now: number,
): Promise<void> {
  const config = deps.config()
  if (config === null) return
  const groups = createGroupMaker(now)
  const joins = fingerprints.flatMap((fingerprint) => {
    const alert = deps.alerts.view.get(fingerprint)
    if (alert === undefined || alert.status !== 'firing') return []
    return joinsOf(alert, config, groups, dueAfterPost(alert.startsAt, now))
  })
  await join(deps, joins)
}

function* alertsOf(
  { alerts }: RouterDeps,
  fingerprints: readonly string[],
): Generator<AlertRecord> {
  for (const fingerprint of fingerprints) {
    const alert = alerts.view.get(fingerprint)
    if (alert !== undefined) yield alert
  }
}

async function reroute(deps: RouterDeps, alerts: Iterable<AlertRecord>): Promise<void> {
  const config = deps.config()
  if (config === null) return
  const groups = createGroupMaker(deps.clock.now())
  let joins: Join[] = []
  for (const alert of alerts) {
    const now = deps.clock.now()
    if (alert.status !== 'firing' || (alert.endsAt !== null && alert.endsAt <= now)) continue
    // A client may say that its alert begins in the future: it fires now all the same.
    const firedAt = Math.min(alert.startsAt, now)
    joins.push(...joinsOf(alert, config, groups, dueAfterFiring(firedAt)))
    if (joins.length < REROUTED_AT_ONCE) continue
    await join(deps, joins)
    joins = []
  }
  await join(deps, joins)
}

async function join(deps: RouterDeps, joins: readonly Join[]): Promise<void> {
  if (joins.length === 0) return
  await deps.groups.join(joins)
  deps.onDue(joins.reduce((earliest, { dueAt }) => Math.min(earliest, dueAt), Infinity))
}

function historyOf(transition: Transition, { rules, group }: TransitionOrigin): HistoryEntry {
  const { at, fingerprint, labels, kind, value, cause, ruleKey } = transition
  const detail: Record<string, string> = { group, labels: labelText(labels) }
  if (value !== undefined) detail['value'] = value
  if (cause !== undefined) detail['cause'] = cause
  const alertname = labels['alertname'] ?? rules[ruleKey] ?? ''
  return { at, kind: 'transition', fingerprint, alertname, what: kind, detail }
}

function postedHistory(
  deps: RouterDeps,
  fingerprints: ReadonlySet<string>,
  now: number,
): HistoryEntry[] {
  return [...fingerprints].flatMap((fingerprint): HistoryEntry[] => {
    const alert: AlertRecord | undefined = deps.alerts.view.get(fingerprint)
    if (alert === undefined) return []
    const what = alert.status === 'resolved' ? 'resolved' : 'firing'
    const alertname = alert.labels['alertname'] ?? ''
    return [
      {
        at: now,
        kind: 'transition',
        fingerprint,
        alertname,
        what,
        detail: { group: 'api', labels: labelText(alert.labels) },
      },
    ]
  })
}

/** The labels besides the name, short enough for one line of a timeline. */
function labelText(labels: AlertRecord['labels']): string {
  const pairs = Object.entries(labels).filter(([name]) => name !== 'alertname')
  const text = pairs.map(([name, value]) => `${name}=${value}`).join(' ')
  return text.length > 200 ? `${text.slice(0, 199)}…` : text
}

function count(deps: RouterDeps, transitions: readonly Transition[]): void {
  const counts = new Map<Transition['kind'], number>()
  for (const { kind } of transitions) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  for (const [kind, n] of counts) deps.onTransition(kind, n)
}
