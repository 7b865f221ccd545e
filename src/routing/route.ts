import { createHash } from 'node:crypto'
import { goQuote } from '../core/goText.ts'
import { sortedNames } from '../core/labels.ts'
import type { Labels } from '../core/labels.ts'
import { compileMatchers } from '../core/matcher.ts'
import type { LabelPredicate } from '../core/matcher.ts'
import type { GroupMeta } from '../store/groupStore.ts'
import type { NotificationConfig, Route } from './notificationConfig.ts'

const predicates = new WeakMap<Route, LabelPredicate>()

/**
 * The routes that an alert takes, depth first: the deepest that match, and after one without `continue` no sibling.
 * At least one, because the root has no matchers. Source: Alertmanager's `dispatch/route.go`.
 */
export function matchRoutes(root: Route, labels: Labels): Route[] {
  if (!predicateOf(root)(labels)) return []
  const matched: Route[] = []
  for (const child of root.routes) {
    const below = matchRoutes(child, labels)
    matched.push(...below)
    if (below.length > 0 && !child.continue) break
  }
  return matched.length > 0 ? matched : [root]
}

/** The labels that an alert's group has on this route; a `group_by` label that the alert lacks is left out. */
export function groupLabels(route: Route, labels: Labels): Labels {
  if (route.groupBy === 'all') return labels
  const kept = Object.create(null) as Record<string, string>
  for (const name of route.groupBy) {
    if (Object.hasOwn(labels, name)) kept[name] = labels[name] as string
  }
  return kept
}

/**
 * Alertmanager's group key, byte for byte: other systems derive their deduplication keys from it. Not unique: sibling routes
 * with equal matchers share it, `groupId` tells them apart.
 */
export function groupKey(route: Route, groupLabels: Labels): string {
  return `${route.key}:${formatGroupLabels(groupLabels)}`
}

/** Identity of a group in the store, 32 hexadecimal digits. Inserting or moving another route does not change it. */
export function groupId(route: Route, groupLabels: Labels): string {
  return createHash('sha256')
    .update(`${groupKey(route, groupLabels)}\0${route.receiver}\0${route.ordinal}`)
    .digest('hex')
    .slice(0, 32)
}

/** The route and everything below it, depth first. */
export function* walkRoutes(route: Route): Generator<Route> {
  yield route
  for (const child of route.routes) yield* walkRoutes(child)
}

/** The route that makes a group of this id; null when the configuration has none any more. */
export function routeOfGroup(config: NotificationConfig, meta: GroupMeta): Route | null {
  for (const route of walkRoutes(config.route)) {
    if (route.receiver === meta.receiver && groupId(route, meta.labels) === meta.id) return route
  }
  return null
}

function formatGroupLabels(labels: Labels): string {
  const pairs = sortedNames(labels).map((name) => `${name}=${goQuote(labels[name] as string)}`)
  return `{${pairs.join(', ')}}`
}

function predicateOf(route: Route): LabelPredicate {
  let predicate = predicates.get(route)
  if (predicate === undefined) {
    predicate = compileMatchers(route.matchers)
    predicates.set(route, predicate)
  }
  return predicate
}
