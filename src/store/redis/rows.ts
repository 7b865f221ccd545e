import type {
  Attempt,
  DeliveryRow,
  DeliveryStatus,
  GroupMeta,
  LogEntry,
  Priority,
} from '../groupStore.ts'
import type { ScriptArgument } from './connection.ts'
import { packFingerprints, unpackFingerprints } from './replies.ts'

/** In this order rows are claimed. */
export const PRIORITIES: readonly Priority[] = ['critical', 'warning', 'other']

/** The part of a row that never changes. */
interface FixedPart {
  readonly id: string
  readonly groupId: string
  readonly groupKey: string
  readonly receiver: string
  readonly integration: string
  readonly kind: string
  readonly reason: DeliveryRow['reason']
  readonly priority: Priority
  readonly createdAt: number
  readonly firingCount: number
  readonly resolvedCount: number
}

/** The part that every attempt rewrites. */
export interface StatePart {
  readonly status: DeliveryStatus
  readonly note: string
  readonly deadlineAt: number
  readonly nextAttemptAt: number
  readonly attempts: readonly Attempt[]
}

export function waitingSet(row: Pick<DeliveryRow, 'kind' | 'priority'>): string {
  return `w:${row.kind}:${row.priority}`
}

export function stateText(row: StatePart, change: Partial<StatePart>): string {
  const { status, note, deadlineAt, nextAttemptAt, attempts } = { ...row, ...change }
  const state: StatePart = { status, note, deadlineAt, nextAttemptAt, attempts }
  return JSON.stringify(state)
}

/** The seven arguments with which scripts add a row. */
export function addArguments(row: DeliveryRow): ScriptArgument[] {
  const { id, groupId, groupKey, receiver, integration, kind, reason, priority } = row
  const { createdAt, firingCount, resolvedCount } = row
  const fixed: FixedPart = {
    id,
    groupId,
    groupKey,
    receiver,
    integration,
    kind,
    reason,
    priority,
    createdAt,
    firingCount,
    resolvedCount,
  }
  const alerts = `${packFingerprints(row.firing)}|${packFingerprints(row.resolved)}`
  const texts = [row.id, JSON.stringify(fixed), stateText(row, {}), alerts]
  return [...texts, waitingSet(row), row.nextAttemptAt, row.createdAt]
}

/** Null when a part is missing: the row has been collected. */
export function readRow(
  fixed: unknown,
  state: unknown,
  alerts: unknown,
  sending: boolean,
): DeliveryRow | null {
  if (typeof fixed !== 'string' || typeof state !== 'string') return null
  const [firing = '', resolved = ''] = (typeof alerts === 'string' ? alerts : '').split('|')
  const parts = { ...(JSON.parse(fixed) as FixedPart), ...(JSON.parse(state) as StatePart) }
  return {
    ...parts,
    status: parts.status === 'waiting' && sending ? 'sending' : parts.status,
    firing: unpackFingerprints(firing),
    resolved: unpackFingerprints(resolved),
  }
}

/**
 * `c` stands first: settleRow.lua compares it, so that a slow older message cannot overwrite what a newer one has told.
 */
export function logText(entry: LogEntry): string {
  return JSON.stringify({
    c: entry.rowCreatedAt,
    at: entry.sentAt,
    f: packFingerprints(entry.firing),
    r: packFingerprints(entry.resolved),
    m: entry.memo,
  })
}

export function readLog(text: string): LogEntry {
  const { c, at, f, r, m } = JSON.parse(text) as {
    c: number
    at: number
    f: string
    r: string
    m: Record<string, string>
  }
  return {
    rowCreatedAt: c,
    sentAt: at,
    firing: new Set(unpackFingerprints(f)),
    resolved: new Set(unpackFingerprints(r)),
    memo: m,
  }
}

export function readMeta(text: unknown): GroupMeta {
  return JSON.parse(String(text)) as GroupMeta
}
