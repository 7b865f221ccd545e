import type {
  ClaimedGroup,
  DeliveryRow,
  FlushCommit,
  IntegrationKey,
  LogEntry,
} from '../store/groupStore.ts'
import { leaving, sortMembers } from './groupMembers.ts'
import type { Members, MembersInput, SuppressedAlert } from './groupMembers.ts'
import type { Integration, Receiver, Route } from './notificationConfig.ts'
import { notifyDecision, tellableResolved } from './notifyDecision.ts'
import type { SkipReason } from './notifyDecision.ts'
import type { NotifyReason } from './notifyReason.ts'

export interface FlushInput extends MembersInput {
  /** Null when the configuration has no such route any more: the group ends. */
  readonly route: Route | null
  readonly receiver: Receiver | null
  /** The receiver's fallback: it hears the end of what it was told in the receiver's place. */
  readonly fallback: Receiver | null
  readonly deadlineMs: number
  /** An id for the ledger that never repeats: letters, digits, `-`, `_`. */
  readonly newId: () => string
}

/** Why an integration is told, or the reason why not; `suppressed`: all that fires is kept quiet, and nothing ended. */
export type FlushOutcome = NotifyReason | SkipReason | 'suppressed'

export interface IntegrationDecision {
  readonly integration: IntegrationKey
  readonly outcome: FlushOutcome
  readonly rowId: string | null
}

export interface FlushDecision {
  readonly commit: FlushCommit
  readonly decisions: readonly IntegrationDecision[]
  readonly suppressed: readonly SuppressedAlert[]
}

/**
 * What one due group does: a row for each integration that must hear something, with the reason, or the reason why not;
 * which members leave; when it flushes next. Pure.
 *
 * An alert counts as ended when it had ended at the scheduled time: after an outage, what fired then is still told (I1).
 */
export function decideFlush(input: FlushInput): FlushDecision {
  const { claimed, route, receiver, now } = input
  if (route === null || receiver === null) return dropped(claimed, now)
  const members = sortMembers(input, Math.min(claimed.dueAt, now))
  const log = new Map<IntegrationKey, LogEntry>()
  const add: DeliveryRow[] = []
  const supersede: DeliveryRow[] = []
  const decisions: IntegrationDecision[] = []
  for (const { name, integration } of listeners(input, receiver)) {
    const one = decideIntegration(input, route, name, integration, members)
    if (one.log !== null) log.set(integration.key, one.log)
    if (one.row !== null) add.push(one.row)
    supersede.push(...one.supersede)
    decisions.push({
      integration: integration.key,
      outcome: one.outcome,
      rowId: one.row?.id ?? null,
    })
  }
  const open = claimed.open.filter((row) => !supersede.includes(row))
  return {
    commit: {
      groupId: claimed.meta.id,
      token: claimed.token,
      add,
      supersede,
      leave: leaving(claimed, members, [...open, ...add]),
      log,
      nextDueAt: nextTick(claimed.dueAt, route.groupIntervalMs, now),
      drop: false,
    },
    decisions,
    suppressed: members.suppressed,
  }
}

/** Everyone who hears of the group. The fallback only once it was told that something fires. */
function listeners(
  { claimed, fallback }: FlushInput,
  receiver: Receiver,
): Array<{ name: string; integration: Integration }> {
  const told = (fallback?.integrations ?? []).filter(
    ({ key }) => (claimed.log.get(key)?.firing.size ?? 0) > 0,
  )
  return [
    ...receiver.integrations.map((integration) => ({ name: receiver.name, integration })),
    ...told.map((integration) => ({ name: fallback?.name ?? '', integration })),
  ]
}

interface IntegrationOutcome {
  readonly outcome: FlushOutcome
  readonly row: DeliveryRow | null
  readonly supersede: readonly DeliveryRow[]
  readonly log: LogEntry | null
}

function decideIntegration(
  input: FlushInput,
  route: Route,
  receiver: string,
  integration: Integration,
  members: Members,
): IntegrationOutcome {
  const { claimed, now } = input
  const logged = claimed.log.get(integration.key) ?? null
  const { entry, changed } = withoutQuietEnds(logged, members.endedQuietly)
  const openRows = claimed.open.filter((row) => row.integration === integration.key)
  const waiting = openRows.filter((row) => row.status === 'waiting')
  const { firing } = members
  if (firing.size === 0 && members.resolved.size === 0) {
    const outcome = members.suppressed.length > 0 ? 'suppressed' : 'nothing-new'
    return { outcome, row: null, supersede: [], log: changed ? entry : null }
  }
  const facts = { log: entry, open: promised(openRows), firing, resolved: members.resolved }
  const decision = notifyDecision({
    ...facts,
    unacked: members.unacked,
    sendResolved: integration.sendResolved,
    repeatMs: route.repeatIntervalMs,
    now: claimed.dueAt < now ? now : claimed.dueAt,
  })
  if ('skip' in decision) {
    const log = decision.log ?? (changed ? entry : null)
    // A message that only says "resolved" is no longer true once something fires again.
    const outdated = waiting.filter((row) => row.firing.length === 0 && firing.size > 0)
    return { outcome: decision.skip, row: null, supersede: outdated, log }
  }
  const isEnd = decision.send === 'all-resolved' || decision.send === 'some-resolved'
  if (receiver !== claimed.meta.receiver && !isEnd) {
    return { outcome: 'nothing-new', row: null, supersede: [], log: changed ? entry : null }
  }
  const resolved = integration.sendResolved ? tellableResolved(facts) : new Set<string>()
  const row = newRow(input, receiver, integration, decision.send, resolved, members)
  // What an unsent message promised as firing must not be forgotten when it has ended since (I1).
  const untold = waiting.flatMap((old) => old.firing.filter((f) => members.resolved.has(f)))
  const promisedStill = new Set(untold.filter((f) => !(entry?.firing.has(f) ?? false)))
  const keepsPromise = { ...row, firing: [...new Set([...row.firing, ...promisedStill])] }
  return {
    outcome: decision.send,
    row: promisedStill.size === 0 ? row : keepsPromise,
    supersede: waiting,
    log: changed ? entry : null,
  }
}

function newRow(
  { claimed, now, deadlineMs, newId }: FlushInput,
  receiver: string,
  integration: Integration,
  reason: NotifyReason,
  resolved: ReadonlySet<string>,
  { firing, priority }: Members,
): DeliveryRow {
  const { meta } = claimed
  return {
    id: `${meta.id}.${newId()}`,
    groupId: meta.id,
    groupKey: meta.groupKey,
    receiver,
    integration: integration.key,
    kind: integration.kind,
    reason,
    priority,
    status: 'waiting',
    note: '',
    createdAt: now,
    deadlineAt: now + deadlineMs,
    nextAttemptAt: now,
    attempts: [],
    firingCount: firing.size,
    resolvedCount: resolved.size,
    firing: [...firing],
    resolved: [...resolved],
  }
}

function withoutQuietEnds(
  log: LogEntry | null,
  ended: ReadonlySet<string>,
): { entry: LogEntry | null; changed: boolean } {
  if (log === null || ![...ended].some((f) => log.firing.has(f)))
    return { entry: log, changed: false }
  const firing = new Set([...log.firing].filter((f) => !ended.has(f)))
  return { entry: { ...log, firing }, changed: true }
}

function promised(
  rows: readonly DeliveryRow[],
): { firing: ReadonlySet<string>; resolved: ReadonlySet<string> } | null {
  if (rows.length === 0) return null
  return {
    firing: new Set(rows.flatMap((row) => row.firing)),
    resolved: new Set(rows.flatMap((row) => row.resolved)),
  }
}

/** The next tick of the fixed cadence after now; ticks that were missed collapse into this flush. */
function nextTick(dueAt: number, intervalMs: number, now: number): number {
  const missed = Math.floor(Math.max(0, now - dueAt) / intervalMs)
  return dueAt + (missed + 1) * intervalMs
}

function dropped(claimed: ClaimedGroup, now: number): FlushDecision {
  const { meta, token } = claimed
  const nothing = { add: [], supersede: [], leave: new Map<string, number>(), log: new Map() }
  const commit = { groupId: meta.id, token, ...nothing, nextDueAt: now, drop: true }
  return { commit, decisions: [], suppressed: [] }
}
