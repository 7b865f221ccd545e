/** How far back a wall clock may be set for the group to simply wait until it has caught up, in intervals. */
const WAIT_AT_MOST_INTERVALS = 2

/** When a group is evaluated next. */
export interface Plan {
  /** Timestamp of the evaluation, epoch ms. */
  readonly slot: number
  /** 0: at once. */
  readonly waitMs: number
  /** Slots that passed without an evaluation since the last one, and never will have one. */
  readonly missed: number
  /** Slots that come again because the wall clock was set back a little, and are not evaluated again. */
  readonly dropped: number
  /** The wall clock was set back by several intervals: the series of slots starts anew from the present. */
  readonly reset: boolean
}

/** Where in its interval a group is evaluated: stable across restarts, spread over groups. `groupId` is hexadecimal. */
export function slotOffset(groupId: string, intervalMs: number): number {
  return Number.parseInt(groupId.slice(0, 12), 16) % intervalMs
}

/** The first slot after `now`: all times `k * interval + offset` since 1970 are slots. */
export function nextSlot(now: number, intervalMs: number, offsetMs: number): number {
  return lastSlot(now, intervalMs, offsetMs) + intervalMs
}

/** The newest slot that is not after `now`. */
export function lastSlot(now: number, intervalMs: number, offsetMs: number): number {
  return Math.floor((now - offsetMs) / intervalMs) * intervalMs + offsetMs
}

/**
 * The slot to evaluate after `last` (null: none yet). A late group evaluates the newest slot at once and counts those
 * in between as missed, as Prometheus does.
 */
export function plan(last: number | null, now: number, intervalMs: number, offsetMs: number): Plan {
  const upcoming = nextSlot(now, intervalMs, offsetMs)
  const fresh = { slot: upcoming, waitMs: upcoming - now, missed: 0, dropped: 0, reset: false }
  if (last === null) return fresh
  if (last - now > WAIT_AT_MOST_INTERVALS * intervalMs) return { ...fresh, reset: true }
  if (last > now) {
    const slot = nextSlot(last, intervalMs, offsetMs)
    const dropped = Math.round((slot - upcoming) / intervalMs)
    return { slot, waitMs: slot - now, missed: 0, dropped, reset: false }
  }
  const due = lastSlot(now, intervalMs, offsetMs)
  if (due <= last) return fresh
  const missed = Math.max(0, Math.ceil((due - last) / intervalMs) - 1)
  return { slot: due, waitMs: 0, missed, dropped: 0, reset: false }
}
