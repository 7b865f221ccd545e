import type { Route } from './notificationConfig.ts'
import { intervalContains } from './timeInterval.ts'
import type { TimeInterval } from './timeInterval.ts'

/**
 * Names of the intervals that keep a route quiet at `now` (the scheduled time of the flush): all active ones when it is
 * outside of every one of them, else the mute ones it is inside of. Empty: the route may notify.
 */
export function mutedBy(
  route: Pick<Route, 'activeTimeIntervals' | 'muteTimeIntervals'>,
  intervals: ReadonlyMap<string, readonly TimeInterval[]>,
  now: number,
): readonly string[] {
  const contains = (name: string): boolean =>
    (intervals.get(name) ?? []).some((interval) => intervalContains(interval, now))
  const active = route.activeTimeIntervals
  if (active.length > 0 && !active.some(contains)) return active
  return route.muteTimeIntervals.filter(contains)
}
