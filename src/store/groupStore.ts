import type { Labels } from '../core/labels.ts'
import type { NotifyReason } from '../routing/notifyReason.ts'

/** The fixed facts of a notification group: one route and one set of group labels. */
export interface GroupMeta {
  /** Hexadecimal hash of group key, receiver and the ordinal among routes with an equal key. */
  readonly id: string
  /** Alertmanager's text: `{}/{team="db"}:{alertname="Lag"}`. */
  readonly groupKey: string
  readonly routeId: string
  readonly receiver: string
  readonly labels: Labels
  readonly createdAt: number
}

/** An alert enters a group (again): `occurrence` is its startsAt. */
export interface Join {
  readonly group: GroupMeta
  readonly fingerprint: string
  readonly occurrence: number
  /** When a group that does not exist yet flushes first. */
  readonly dueAt: number
}

/** What a receiver's integration was told last: the notification log. */
export interface LogEntry {
  readonly sentAt: number
  /** createdAt of the row whose delivery wrote the entry: an older row never overwrites a newer one's. */
  readonly rowCreatedAt: number
  readonly firing: ReadonlySet<string>
  readonly resolved: ReadonlySet<string>
  /** Kept by the integration between messages (Slack's message id, ...). */
  readonly memo: Readonly<Record<string, string>>
}

/** `<receiver>/<kind>/<index in that kind's list>`, as Alertmanager's notification log has it. */
export type IntegrationKey = string

export type Priority = 'critical' | 'warning' | 'other'

/**
 * waiting → sending (claimed) → delivered | waiting (retry) | dead (permanent, or past its deadline)
 * waiting → superseded (a newer flush tells more) | suppressed (silenced, acknowledged, ... before it was sent)
 */
export type DeliveryStatus =
  'waiting' | 'sending' | 'delivered' | 'dead' | 'superseded' | 'suppressed'

export interface Attempt {
  readonly at: number
  readonly durationMs: number
  readonly result: 'delivered' | 'retry' | 'permanent'
  /** The provider's answer or what failed, in words; never a secret. */
  readonly answer: string
  readonly providerId: string
}

/** One row of the ledger: one message to one integration. */
export interface Delivery {
  /** Also the idempotency key of every attempt (I4). */
  readonly id: string
  readonly groupId: string
  readonly groupKey: string
  readonly receiver: string
  readonly integration: IntegrationKey
  readonly kind: string
  readonly reason: NotifyReason | 'fallback' | 'replay'
  readonly priority: Priority
  readonly status: DeliveryStatus
  /** Why it ended as superseded, suppressed or dead; '' otherwise. */
  readonly note: string
  readonly createdAt: number
  readonly deadlineAt: number
  readonly nextAttemptAt: number
  readonly attempts: readonly Attempt[]
  /** How many alerts it told of when it was written. */
  readonly firingCount: number
  readonly resolvedCount: number
}

/** A row together with the alerts it is about. */
export interface DeliveryRow extends Delivery {
  readonly firing: readonly string[]
  readonly resolved: readonly string[]
}

/** A group whose time has come, claimed for one flush. */
export interface ClaimedGroup {
  readonly meta: GroupMeta
  /** Proof of the claim: a commit with an outdated one is refused. */
  readonly token: string
  /** The scheduled time of this flush. */
  readonly dueAt: number
  /** Fingerprint to occurrence. */
  readonly members: ReadonlyMap<string, number>
  readonly log: ReadonlyMap<IntegrationKey, LogEntry>
  /** Rows not ended yet. */
  readonly open: readonly DeliveryRow[]
}

export interface FlushCommit {
  readonly groupId: string
  readonly token: string
  readonly add: readonly DeliveryRow[]
  /** Open rows that `add` makes obsolete; rows already being sent are left alone. */
  readonly supersede: readonly DeliveryRow[]
  /** Members that are over and need no further message: fingerprint to the occurrence that was looked at. */
  readonly leave: ReadonlyMap<string, number>
  /** Log entries that change without a message (all resolved with send_resolved off, resolved while muted). */
  readonly log: ReadonlyMap<IntegrationKey, LogEntry>
  /** Next flush, epoch ms; does not count when the group ends because no member and no open row is left. */
  readonly nextDueAt: number
  /** The route is gone: delete the group whatever it holds. */
  readonly drop: boolean
}

export interface GroupSummary {
  readonly meta: GroupMeta
  readonly nextDueAt: number | null
  readonly members: readonly string[]
}

/** Notification groups with their due times. All times come from the caller. */
export interface GroupStore {
  /** Puts alerts into groups; creates missing groups. Idempotent. Durable when it resolves. */
  join(joins: readonly Join[]): Promise<void>
  /** The earliest due time of all groups, claimed ones not counted; null when nothing waits. */
  nextDueAt(): Promise<number | null>
  /** Claims up to `max` groups that are due, each until now + leaseMs. */
  claim(now: number, max: number, leaseMs: number, node: string): Promise<readonly ClaimedGroup[]>
  /** Gives claims up; the groups keep their due times. What was committed or claimed anew meanwhile stays as it is. */
  putBack(claims: readonly ClaimedGroup[], now: number): Promise<void>
  /** One atomic script per group. False where the claim was lost; nothing was written then. */
  commit(flushes: readonly FlushCommit[]): Promise<readonly boolean[]>
  /** Makes groups due at once (or earlier than they were). Unknown ones are ignored. */
  expedite(groupIds: readonly string[], dueAt: number): Promise<void>
  list(): Promise<readonly GroupSummary[]>
  count(): Promise<number>
}
