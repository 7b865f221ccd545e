import { isAcked, isOver } from '../core/alert.ts'
import type { AlertRecord } from '../core/alert.ts'
import type { Suppression } from '../routing/groupMembers.ts'
import type { DeliveryRow } from '../store/groupStore.ts'

export interface DeliverInput {
  readonly row: DeliveryRow
  readonly alert: (fingerprint: string) => AlertRecord | undefined
  readonly suppressedBy: (alert: AlertRecord) => Suppression | null
  readonly now: number
}

export type DeliverDecision =
  | {
      readonly send: true
      readonly alerts: readonly AlertRecord[]
      /** Promised as firing, over by now, never told: shown as firing with their end. */
      readonly endedUntold: ReadonlySet<string>
    }
  | { readonly send: false; readonly note: string }

/**
 * What a message tells at the moment it is sent, from the current state of its alerts: a late retry tells the truth of now.
 * Nothing is sent any more when everything it would page about has been silenced, inhibited, muted or acknowledged (I3).
 */
export function deliverDecision({ row, alert, suppressedBy, now }: DeliverInput): DeliverDecision {
  const alerts: AlertRecord[] = []
  const endedUntold = new Set<string>()
  const quiet: string[] = []
  let pages = 0
  let acked = 0
  for (const fingerprint of row.firing) {
    const current = alert(fingerprint)
    if (current === undefined) continue
    const by = suppressedBy(current)
    if (by !== null) {
      quiet.push(`${SUPPRESSED[by.kind]} ${by.by.join(', ')}`)
      continue
    }
    if (current.status === 'pending' || isOver(current, now)) endedUntold.add(fingerprint)
    else if (isAcked(current, now)) acked++
    pages++
    alerts.push(current)
  }
  if (pages > 0 && acked === pages) return { send: false, note: 'acknowledged before it was sent' }
  if (pages === 0 && quiet.length > 0) {
    return { send: false, note: `${[...new Set(quiet)].join('; ')} before it was sent` }
  }
  for (const fingerprint of row.resolved) {
    const current = alert(fingerprint)
    if (current !== undefined && suppressedBy(current) === null) alerts.push(current)
  }
  if (alerts.length === 0) return { send: false, note: 'nothing is known of its alerts any more' }
  return { send: true, alerts, endedUntold }
}

const SUPPRESSED = {
  silence: 'silenced by',
  inhibition: 'inhibited by',
  time: 'outside its hours',
} as const
