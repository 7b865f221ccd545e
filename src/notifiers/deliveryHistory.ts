import type { DeliveryRow } from '../store/groupStore.ts'
import type { HistoryEntry } from '../store/historyStore.ts'
import type { Settlement } from '../store/ledger.ts'

/** The line of the timeline about what came of one attempt. */
export function historyOf(row: DeliveryRow, settlement: Settlement, now: number): HistoryEntry {
  const attempt = 'attempt' in settlement ? settlement.attempt : null
  return {
    at: now,
    kind: 'delivery',
    groupKey: row.groupKey,
    what: settlement.outcome,
    detail: {
      delivery: row.id,
      receiver: row.receiver,
      integration: row.integration,
      kind: row.kind,
      reason: row.reason,
      attempt: row.attempts.length + (attempt === null ? 0 : 1),
      answer: attempt?.answer ?? '',
      providerId: attempt?.providerId ?? '',
      durationMs: attempt?.durationMs ?? 0,
      note: 'note' in settlement ? settlement.note : '',
      nextAttemptAt: 'nextAttemptAt' in settlement ? settlement.nextAttemptAt : null,
      firing: row.firingCount,
      resolved: row.resolvedCount,
    },
  }
}
