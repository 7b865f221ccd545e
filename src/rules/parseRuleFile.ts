import { hasErrors, sortProblems } from '../core/problem.ts'
import type { Problem } from '../core/problem.ts'
import { parseYamlText } from '../config/yamlText.ts'
import type { YamlPath, YamlText } from '../config/yamlText.ts'
import { checkSchema } from './checkSchema.ts'
import { parseGroup } from './parseGroup.ts'
import { checkRuleTemplate } from './templateCheck.ts'
import type { CheckTemplate } from './templateCheck.ts'
import { openRuleText } from './ruleText.ts'
import type { RuleGroup } from './ruleSet.ts'

/** What groups have that say nothing about it. */
export interface RuleDefaults {
  readonly intervalMs: number
  readonly queryOffsetMs: number
}

export interface ParseOptions {
  readonly defaults: RuleDefaults
  /** Absent: the template engine. */
  readonly checkTemplate?: CheckTemplate
}

export interface ParsedRuleFile {
  /** Null when there is an error: one file is one unit (I8). */
  readonly groups: readonly RuleGroup[] | null
  readonly problems: readonly Problem[]
}

/** A file larger than this is refused unread: parsing takes some 60 bytes of memory for each of its own. */
export const MAX_FILE_BYTES = 16 * 1_048_576

/**
 * Reads one rule file: Prometheus' format with vmalert's additions. Pure. Never throws on bad content: returns every
 * problem found, sorted. An empty file is a good file without groups. `file` goes into the identity of its groups.
 */
export function parseRuleFile(file: string, text: string, options: ParseOptions): ParsedRuleFile {
  if (text.length > MAX_FILE_BYTES) return refused(file, tooLarge(text.length))
  const yaml = parseYamlText(file, text)
  if (hasErrors(yaml.problems)) return { groups: null, problems: sortProblems(yaml.problems) }
  const root = rootOf(yaml.value)
  const ruleText = openRuleText(file, yaml, (path) => whereIn(yaml, root, path))
  checkSchema(ruleText)

  const groups: RuleGroup[] = []
  const lines = new Map<string, number>()
  const groupOptions = {
    file,
    defaults: options.defaults,
    checkTemplate: options.checkTemplate ?? checkRuleTemplate,
  }
  for (const index of childIndexes(yaml.value, root)) {
    const path = [...root, index]
    const group = parseGroup(ruleText, path, groupOptions)
    if (group === null) continue
    const first = lines.get(group.name)
    if (first !== undefined) {
      ruleText.error([...path, 'name'], `the name is already taken by the group in line ${first}`)
    }
    lines.set(group.name, first ?? yaml.position([...path, 'name']).line)
    groups.push(group)
  }
  const problems = sortProblems(ruleText.problems)
  return { groups: hasErrors(problems) ? null : groups, problems }
}

/** How a file that is too large is refused. */
export function tooLarge(bytes: number): string {
  const mebibytes = (n: number): string => `${Math.ceil(n / 1_048_576)} MiB`
  return `the file has ${mebibytes(bytes)}: a rule file may have ${mebibytes(MAX_FILE_BYTES)}, split it`
}

/** A file of which nothing could be read. */
export function refused(file: string, message: string): ParsedRuleFile {
  return { groups: null, problems: [{ file, line: 1, column: 1, severity: 'error', message }] }
}

/** The path of the list of groups: a file may also be that list itself. */
function rootOf(value: unknown): YamlPath {
  return Array.isArray(value) ? [] : ['groups']
}

function childIndexes(value: unknown, root: YamlPath): number[] {
  const list = root.length === 0 ? value : (value as Record<string, unknown> | null)?.['groups']
  return Array.isArray(list) ? [...list.keys()].filter((i) => isMapping(list[i])) : []
}

function isMapping(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `group "api", rule 2 "Slow": ` for a path inside of them. */
function whereIn(yaml: YamlText, root: YamlPath, path: YamlPath): string {
  const group = path.slice(0, root.length + 1)
  if (group.length <= root.length) return ''
  const name = yaml.sourceText([...group, 'name'])
  const number = Number(group.at(-1)) + 1
  const groupText = name ? `group "${name.slice(0, 100)}"` : `group ${number}`
  if (path[root.length + 1] !== 'rules' || path.length < root.length + 3) return `${groupText}: `
  const rule = path.slice(0, root.length + 3)
  const ruleName = yaml.sourceText([...rule, 'alert']) || yaml.sourceText([...rule, 'record'])
  const shown = ruleName ? ` "${ruleName.slice(0, 100)}"` : ''
  return `${groupText}, rule ${Number(rule.at(-1)) + 1}${shown}: `
}
