import type { YamlPath } from '../../config/yamlText.ts'
import { formatMatchers } from '../../core/matcher.ts'
import { readBoolean, readString } from '../../notifiers/settings/read.ts'
import { checkKeys, subsection } from '../../notifiers/settings/section.ts'
import type { Section } from '../../notifiers/settings/section.ts'
import type { Route } from '../notificationConfig.ts'
import { readDuration } from './globalSection.ts'
import { listItems } from './listItems.ts'
import { compileMatcherFields } from './matcherFields.ts'
import { checkLabels, checkRoot, compileGroupBy, readIntervalNames } from './routeFields.ts'

const KEYS = [
  'receiver',
  'group_by',
  'continue',
  'matchers',
  'match',
  'match_re',
  'group_wait',
  'group_interval',
  'repeat_interval',
  'mute_time_intervals',
  'active_time_intervals',
  'labels',
  'routes',
]

/** What a route takes over from its parent unless it says otherwise. */
type Inherited = Pick<
  Route,
  'receiver' | 'groupBy' | 'groupWaitMs' | 'groupIntervalMs' | 'repeatIntervalMs'
>

const ROOT_DEFAULTS: Inherited = {
  receiver: '',
  groupBy: [],
  groupWaitMs: 30_000,
  groupIntervalMs: 5 * 60_000,
  repeatIntervalMs: 4 * 3_600_000,
}

export interface RouteContext {
  /** Why a receiver cannot be used, or null. */
  readonly receiverProblem: (name: string) => string | null
  readonly intervalNames: readonly string[]
  readonly lineOf: (path: YamlPath) => number
}

/** The routing tree with its inherited options; null (and reported) when there is none. */
export function compileRouteTree(root: Section, context: RouteContext): Route | null {
  const section = subsection(root, 'route')
  if (section === null) {
    if (root.value['route'] === undefined || root.value['route'] === null) {
      root.report(['route'], 'no route provided: the file needs a route with a receiver')
    }
    return null
  }
  checkRoot(section)
  return compileRoute(section, context, {
    options: ROOT_DEFAULTS,
    path: ['route'],
    key: null,
    id: '{}',
    index: 0,
    seen: new Map(),
  })
}

interface Place {
  readonly path: YamlPath
  readonly options: Inherited
  /** Of the parent; null for the root. */
  readonly key: string | null
  /** Of the parent; of the root itself for the root. */
  readonly id: string
  readonly index: number
  /** How many routes so far had a key and receiver, depth first. */
  readonly seen: Map<string, number>
}

function compileRoute(section: Section, context: RouteContext, place: Place): Route {
  checkKeys(section, KEYS)
  const matchers = compileMatcherFields(section, '')
  const text = formatMatchers(matchers)
  const key = place.key === null ? text : `${place.key}/${text}`
  const id = place.key === null ? place.id : `${place.id}/${text}/${place.index}`
  const options = compileOptions(section, context, place.options)
  const identity = JSON.stringify([key, options.receiver])
  const ordinal = place.seen.get(identity) ?? 0
  place.seen.set(identity, ordinal + 1)
  checkLabels(section)
  return {
    id,
    key,
    ordinal,
    matchers,
    continue: readBoolean(section, 'continue') ?? false,
    ...options,
    muteTimeIntervals: readIntervalNames(section, 'mute_time_intervals', context.intervalNames),
    activeTimeIntervals: readIntervalNames(section, 'active_time_intervals', context.intervalNames),
    routes: listItems(section, 'routes').flatMap((child, index): Route[] => {
      if (child === null) return []
      const path = [...place.path, 'routes', index]
      return [compileRoute(child, context, { ...place, path, options, key, id, index })]
    }),
    line: context.lineOf(place.path),
  }
}

function compileOptions(section: Section, context: RouteContext, inherited: Inherited): Inherited {
  const receiver = readString(section, 'receiver')
  const problem = receiver === null ? null : context.receiverProblem(receiver)
  if (problem !== null) section.report(['receiver'], problem)
  const options: Inherited = {
    receiver: receiver ?? inherited.receiver,
    groupBy: compileGroupBy(section) ?? inherited.groupBy,
    groupWaitMs: readDuration(section, 'group_wait') ?? inherited.groupWaitMs,
    groupIntervalMs: readInterval(section, 'group_interval') ?? inherited.groupIntervalMs,
    repeatIntervalMs: readInterval(section, 'repeat_interval') ?? inherited.repeatIntervalMs,
  }
  warnOfShortRepeat(section, options)
  return options
}

function warnOfShortRepeat(section: Section, options: Inherited): void {
  const { repeatIntervalMs, groupIntervalMs } = options
  if (repeatIntervalMs === 0 || repeatIntervalMs >= groupIntervalMs) return
  const key = ['repeat_interval', 'group_interval'].find((own) => Object.hasOwn(section.value, own))
  if (key === undefined) return
  const message =
    'repeat_interval is shorter than group_interval: repeats come every group_interval'
  section.report([key], message, 'warning')
}

function readInterval(section: Section, key: string): number | null {
  const ms = readDuration(section, key)
  if (ms === 0) section.report([key], `${key} must be longer than 0`)
  return ms
}
