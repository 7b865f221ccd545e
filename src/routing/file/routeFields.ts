import { nearest } from '../../config/nearest.ts'
import { readTextList, readTextMap } from '../../notifiers/settings/read.ts'
import type { Section } from '../../notifiers/settings/section.ts'
import type { Route } from '../notificationConfig.ts'

const NEVER_AT_ROOT = [
  'matchers',
  'match',
  'match_re',
  'mute_time_intervals',
  'active_time_intervals',
]

/** Null when the key is absent; an empty list groups everything together. */
export function compileGroupBy(section: Section): Route['groupBy'] | null {
  const names = readTextList(section, 'group_by')
  if (names === null) return null
  const seen = new Set<string>()
  for (const [index, name] of names.entries()) {
    if (name === '') section.report(['group_by', index], 'a label name must not be empty')
    else if (seen.has(name)) section.report(['group_by', index], `label "${name}" is there twice`)
    seen.add(name)
  }
  if (!seen.has('...')) return names
  if (seen.size > 1) section.report(['group_by'], '"..." means all labels: no others beside it')
  return 'all'
}

/** The names of time intervals below a key; unknown ones are reported. */
export function readIntervalNames(
  section: Section,
  key: string,
  known: readonly string[],
): readonly string[] {
  const names = readTextList(section, key) ?? []
  for (const [index, name] of names.entries()) {
    if (known.includes(name)) continue
    const near = nearest(name, known)
    const advice = near === null ? '' : `; did you mean "${near}"?`
    section.report([key, index], `time interval "${name}" does not exist${advice}`)
  }
  return names
}

/** Reports what only the root must have, and what it must not. */
export function checkRoot(section: Section): void {
  if (!section.text(['receiver'])) {
    section.report(
      [],
      'the root route needs a receiver: it gets every alert that no other route takes',
    )
  }
  for (const key of NEVER_AT_ROOT) {
    const value = section.value[key]
    if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) continue
    section.report(
      [key],
      `the root route takes every alert: ${key} can stand in routes below it only`,
    )
  }
  if (section.value['continue'] === true) {
    section.report(['continue'], 'the root route has no siblings: remove continue')
  }
}

export function checkLabels(section: Section): void {
  const labels = readTextMap(section, 'labels')
  if (labels === null) return
  if (Object.hasOwn(labels, '')) section.report(['labels'], 'a label name must not be empty')
  section.report(['labels'], 'labels of routes are not supported yet: they are ignored', 'warning')
}
