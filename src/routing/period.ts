import { isOver } from '../core/alert.ts'
import type { IncomingAlert } from './incomingAlert.ts'

/** When a sender says an alert fires, and when it said so. */
export type Period = Pick<IncomingAlert, 'startsAt' | 'endsAt' | 'timeout' | 'updatedAt'>

/** Whether two reports of an alert belong together; one that touches or equals the old period does not. */
export function overlaps(old: Period, incoming: Period): boolean {
  return within(incoming.endsAt, old) || within(incoming.startsAt, old)
}

function within(at: number, { startsAt, endsAt }: Period): boolean {
  return startsAt < at && at < endsAt
}

/** The younger word counts, but the earliest start, an explicit later end, and the latest of two past ends survive. */
export function mergePeriods(old: Period, incoming: Period, now: number): Period {
  const [elder, younger] = incoming.updatedAt < old.updatedAt ? [incoming, old] : [old, incoming]
  const later = elder.endsAt > younger.endsAt
  const keepElderEnd = later && (isOver(younger, now) ? isOver(elder, now) : !elder.timeout)
  return {
    startsAt: Math.min(elder.startsAt, younger.startsAt),
    endsAt: keepElderEnd ? elder.endsAt : younger.endsAt,
    timeout: younger.timeout,
    updatedAt: younger.updatedAt,
  }
}
