import { isAcked, isOver } from '../core/alert.ts'
import type { AlertRecord } from '../core/alert.ts'
import type { ClaimedGroup, DeliveryRow, Priority } from '../store/groupStore.ts'
import { higherPriority, priorityOf } from './priority.ts'

export interface MembersInput {
  readonly claimed: ClaimedGroup
  readonly alert: (fingerprint: string) => AlertRecord | undefined
  /** Whether the alert still takes this route into this group: a reload may have sent it elsewhere. */
  readonly belongs: (alert: AlertRecord) => boolean
  /** What keeps an alert quiet now; null: nothing. */
  readonly suppressedBy: (alert: AlertRecord) => Suppression | null
  readonly now: number
}

export interface Suppression {
  readonly kind: 'silence' | 'inhibition' | 'time'
  /** Silence ids, the inhibiting fingerprint, or interval names. */
  readonly by: readonly string[]
}

export interface SuppressedAlert {
  readonly alert: AlertRecord
  readonly by: Suppression
}

/** Fingerprints, not records: a mass outage has 100,000 members, and their records are read one at a time. */
export interface Members {
  readonly firing: ReadonlySet<string>
  /** Some firing alert is not acknowledged. */
  readonly unacked: boolean
  /** Of the most severe alert that fires. */
  readonly priority: Priority
  readonly resolved: ReadonlySet<string>
  /** Ended while suppressed: forgotten, also by the log, so that the next firing is news. */
  readonly endedQuietly: ReadonlySet<string>
  /** Not known any more, or on another route now. */
  readonly foreign: ReadonlySet<string>
  readonly suppressed: ReadonlyArray<SuppressedAlert>
}

/** Sorts the members by what they are at `asOf`. */
export function sortMembers(input: MembersInput, asOf: number): Members {
  const firing = new Set<string>()
  let unacked = false
  let priority: Priority = 'other'
  const resolved = new Set<string>()
  const endedQuietly = new Set<string>()
  const foreign = new Set<string>()
  const suppressed: SuppressedAlert[] = []
  for (const fingerprint of input.claimed.members.keys()) {
    const alert = input.alert(fingerprint)
    if (alert === undefined || !input.belongs(alert)) {
      foreign.add(fingerprint)
      continue
    }
    // Pending again after it had fired: the former occurrence has ended.
    const over = alert.status === 'pending' || isOver(alert, asOf)
    const by = input.suppressedBy(alert)
    if (by === null) {
      if (over) resolved.add(fingerprint)
      else {
        firing.add(fingerprint)
        unacked ||= !isAcked(alert, input.now)
        priority = higherPriority(priority, priorityOf(alert))
      }
    } else if (over) endedQuietly.add(fingerprint)
    else suppressed.push({ alert, by })
  }
  return { firing, unacked, priority, resolved, endedQuietly, foreign, suppressed }
}

/** Members that are over and of which no unsent message tells. */
export function leaving(
  claimed: ClaimedGroup,
  members: Members,
  open: readonly DeliveryRow[],
): Map<string, number> {
  const told = new Set(open.flatMap((row) => [...row.firing, ...row.resolved]))
  const leave = new Map<string, number>()
  for (const set of [members.resolved, members.endedQuietly, members.foreign]) {
    for (const fingerprint of set) {
      const occurrence = claimed.members.get(fingerprint)
      if (occurrence !== undefined && !told.has(fingerprint)) leave.set(fingerprint, occurrence)
    }
  }
  return leave
}
