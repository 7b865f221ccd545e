import type { AlertRecord } from '../core/alert.ts'
import type { Labels } from '../core/labels.ts'
import type { GroupMeta, Join } from '../store/groupStore.ts'
import type { NotificationConfig, Route } from './notificationConfig.ts'
import { groupId, groupKey, groupLabels, matchRoutes } from './route.ts'

/**
 * The groups that a firing alert belongs to, one for each route it takes. A missing group flushes first at `dueAt(route)`.
 * Pure; idempotent when applied twice.
 */
export function joinsOf(
  alert: Pick<AlertRecord, 'fingerprint' | 'labels' | 'startsAt'>,
  config: NotificationConfig,
  groups: GroupMaker,
  dueAt: (route: Route) => number,
): Join[] {
  return matchRoutes(config.route, alert.labels).map((route) => ({
    group: groups(route, alert.labels),
    fingerprint: alert.fingerprint,
    occurrence: alert.startsAt,
    dueAt: dueAt(route),
  }))
}

/**
 * First flush of a group begun by an alert of a rule: `group_wait` after it fired, even when that is past (the service was
 * away), so that the flush sees what fired at that time.
 */
export function dueAfterFiring(firedAt: number): (route: Route) => number {
  return (route) => firedAt + route.groupWaitMs
}

/** First flush of a group begun by a posted alert: at once when it is older than `group_wait`. Alertmanager's rule. */
export function dueAfterPost(startsAt: number, now: number): (route: Route) => number {
  return (route) => (startsAt + route.groupWaitMs < now ? now : now + route.groupWaitMs)
}

/** The group of an alert on a route. */
export type GroupMaker = (route: Route, labels: Labels) => GroupMeta

/** Makes each group once: its id is a hash, and a mass outage asks for the same group 100,000 times. */
export function createGroupMaker(now: number): GroupMaker {
  const known = new Map<string, GroupMeta>()
  return (route, labels) => {
    const own = groupLabels(route, labels)
    const key = JSON.stringify([route.id, own])
    let group = known.get(key)
    if (group === undefined) {
      group = {
        id: groupId(route, own),
        groupKey: groupKey(route, own),
        routeId: route.id,
        receiver: route.receiver,
        labels: own,
        createdAt: now,
      }
      known.set(key, group)
    }
    return group
  }
}
