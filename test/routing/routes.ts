import { formatMatchers, sortMatchers } from '../../src/core/matcher.ts'
import type { Route } from '../../src/routing/notificationConfig.ts'
import { matchersOf } from './builders.ts'

export interface RouteSketch {
  readonly match?: string
  readonly receiver?: string
  readonly continue?: boolean
  readonly groupBy?: Route['groupBy']
  readonly routes?: readonly RouteSketch[]
}

/** A routing tree from a sketch; receivers are inherited, ordinals are those that the sketch says. */
export function routeTree(sketch: RouteSketch, parent: Route | null = null, index = 0): Route {
  const matchers = sortMatchers(matchersOf(sketch.match ?? ''))
  const text = formatMatchers(matchers)
  const node: Route = {
    id: parent === null ? '{}' : `${parent.id}/${text}/${index}`,
    key: parent === null ? text : `${parent.key}/${text}`,
    ordinal: 0,
    matchers,
    continue: sketch.continue ?? false,
    receiver: sketch.receiver ?? parent?.receiver ?? 'R',
    groupBy: sketch.groupBy ?? parent?.groupBy ?? [],
    groupWaitMs: 30_000,
    groupIntervalMs: 300_000,
    repeatIntervalMs: 14_400_000,
    muteTimeIntervals: [],
    activeTimeIntervals: [],
    routes: [],
    line: 1,
  }
  return { ...node, routes: (sketch.routes ?? []).map((child, i) => routeTree(child, node, i)) }
}
