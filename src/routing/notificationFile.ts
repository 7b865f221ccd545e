import { createHash } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import { parseYamlText } from '../config/yamlText.ts'
import type { YamlPath, YamlText } from '../config/yamlText.ts'
import { formatProblem, hasErrors, sortProblems } from '../core/problem.ts'
import type { Problem } from '../core/problem.ts'
import { readTextList } from '../notifiers/settings/read.ts'
import { checkKeys, isMap, nameOfType } from '../notifiers/settings/section.ts'
import type { Section } from '../notifiers/settings/section.ts'
import { compileGlobal } from './file/globalSection.ts'
import { compileInhibitRules } from './file/inhibitRules.ts'
import { compileReceivers, receiverProblem } from './file/receivers.ts'
import { compileRouteTree } from './file/routeTree.ts'
import { compileTimeIntervals } from './file/timeIntervals.ts'
import type { NotificationConfig } from './notificationConfig.ts'

const IGNORED = ['tracing', 'event_recorder']
const KEYS = [
  'global',
  'route',
  'receivers',
  'inhibit_rules',
  'time_intervals',
  'mute_time_intervals',
  'templates',
  ...IGNORED,
]

export interface LoadedNotificationFile {
  /** Null when there is an error among the problems. */
  readonly config: NotificationConfig | null
  /** By place. */
  readonly problems: readonly Problem[]
}

/**
 * Reads an alertmanager.yml (with `sms_configs` and `fallback` of ours). Never throws on bad content: returns every problem
 * found, at its place. `file` names it in problems, and relative paths in it begin at its folder.
 */
export function loadNotificationFile(file: string, text: string): LoadedNotificationFile {
  const yaml = parseYamlText(file, text)
  const problems: Problem[] = [...yaml.problems]
  if (!hasErrors(problems)) {
    const root = rootSection(file, yaml, problems)
    const config = root === null ? null : compile(file, text, yaml, root)
    if (config !== null && !hasErrors(problems)) return { config, problems: tidy(problems) }
  }
  return { config: null, problems: tidy(problems) }
}

/** By place, each once. */
function tidy(problems: readonly Problem[]): readonly Problem[] {
  const byText = new Map(problems.map((problem) => [formatProblem(problem), problem]))
  return sortProblems([...byText.values()])
}

function compile(
  file: string,
  text: string,
  yaml: YamlText,
  root: Section,
): NotificationConfig | null {
  checkKeys(root, KEYS)
  for (const key of IGNORED) {
    if (isMap(root.value[key]))
      root.report([key], `${key} is ignored: it has no use here`, 'warning')
  }
  const baseDir = resolve(dirname(file))
  const { section: global, resolveTimeoutMs } = compileGlobal(root)
  const receivers = compileReceivers(root, { global, baseDir })
  const timeIntervals = compileTimeIntervals(root)
  const inhibitRules = compileInhibitRules(root)
  const templates = (readTextList(root, 'templates') ?? []).map((glob) => resolve(baseDir, glob))
  const route = compileRouteTree(root, {
    receiverProblem: (name) => receiverProblem(name, receivers),
    intervalNames: [...timeIntervals.keys()],
    lineOf: (path) => yaml.position(path).line,
  })
  if (route === null) return null
  const hash = createHash('sha256').update(text).digest('hex')
  return deepFreeze({
    hash,
    text,
    resolveTimeoutMs,
    route,
    receivers,
    inhibitRules,
    timeIntervals,
    templates,
  })
}

/** The document as a section; null (and reported) when it is no map. An empty text is a map without keys. */
function rootSection(file: string, yaml: YamlText, problems: Problem[]): Section | null {
  const report: Section['report'] = (path, message, severity = 'error') => {
    const { line, column } = yaml.position(path, partOf(path))
    problems.push({ file, line, column, severity, message })
  }
  const value = yaml.value ?? {}
  if (isMap(value)) return { value, text: (path) => yaml.sourceText(path), report }
  report(
    [],
    `the file must be a map with keys such as route and receivers, not ${nameOfType(value)}`,
  )
  return null
}

/** Keys are where a person looks for a setting; items of lists have none. */
function partOf(path: YamlPath): 'key' | 'value' {
  return typeof path.at(-1) === 'string' ? 'key' : 'value'
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  if (value instanceof Map) for (const entry of value.values()) deepFreeze(entry)
  else Object.values(value).forEach(deepFreeze)
  return Object.freeze(value)
}
