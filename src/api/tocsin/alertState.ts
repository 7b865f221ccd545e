import { isOver } from '../../core/alert.ts'
import type { AlertRecord } from '../../core/alert.ts'
import type { RoutingReader } from '../deps.ts'

/**
 * The one state that an alert is shown in, the first of these that applies: resolved; pending; suppressed (a silence or
 * an inhibition holds it back); acknowledged (a person took it); firing.
 */
export type ShownState = 'pending' | 'firing' | 'resolved' | 'suppressed' | 'acknowledged'

export const SHOWN_STATES: readonly ShownState[] = [
  'pending',
  'firing',
  'resolved',
  'suppressed',
  'acknowledged',
]

export interface Standing {
  readonly state: ShownState
  readonly silencedBy: readonly string[]
  readonly inhibitedBy: readonly string[]
}

/** Where an alert stands at `now`. */
export function standingOf(alert: AlertRecord, routing: RoutingReader, now: number): Standing {
  const isEnded = alert.status === 'resolved' || isOver(alert, now)
  if (isEnded) return { state: 'resolved', silencedBy: [], inhibitedBy: [] }
  const silencedBy = routing.silencedBy(alert.labels, now)
  if (alert.status === 'pending') return { state: 'pending', silencedBy, inhibitedBy: [] }
  const inhibitedBy = routing.inhibitedBy(alert, now)
  const isHeldBack = silencedBy.length > 0 || inhibitedBy.length > 0
  const state = isHeldBack ? 'suppressed' : isAcknowledged(alert, now) ? 'acknowledged' : 'firing'
  return { state, silencedBy, inhibitedBy }
}

/** Whether an acknowledgement holds: of this occurrence, and not run out. */
export function isAcknowledged(alert: Pick<AlertRecord, 'ack' | 'startsAt'>, now: number): boolean {
  const { ack } = alert
  if (ack === null || ack.occurrence !== alert.startsAt) return false
  return ack.until === null || ack.until > now
}

/** Newest occurrence first; a total order, so that pages neither overlap nor skip. */
export function compareAlerts(a: AlertRecord, b: AlertRecord): number {
  if (a.startsAt !== b.startsAt) return b.startsAt - a.startsAt
  return a.fingerprint < b.fingerprint ? -1 : a.fingerprint > b.fingerprint ? 1 : 0
}

/** The place of an alert in that order, as `after` of the next page. */
export function cursorOf(alert: AlertRecord): string {
  return `${alert.startsAt}-${alert.fingerprint}`
}

/** A predicate for what comes after a cursor; null when the text is no cursor. */
export function afterCursor(cursor: string): ((alert: AlertRecord) => boolean) | null {
  const [, startsAt, fingerprint] = /^(-?\d{1,16})-([0-9a-f]{1,64})$/.exec(cursor) ?? []
  if (startsAt === undefined || fingerprint === undefined) return null
  const place = Number(startsAt)
  return (alert) =>
    alert.startsAt < place || (alert.startsAt === place && alert.fingerprint > fingerprint)
}
