import type { YamlPath } from '../config/yamlText.ts'
import { groupChecksum, groupId, ruleKeys } from './identity.ts'
import { parseInteger } from './parseInteger.ts'
import { parseRule } from './parseRule.ts'
import type { RuleDraft } from './parseRule.ts'
import { readLabels } from './readLabels.ts'
import type { RuleDefaults } from './parseRuleFile.ts'
import type { RuleText } from './ruleText.ts'
import type { Rule, RuleGroup } from './ruleSet.ts'
import { GROUP_KEYS_WITHOUT_EFFECT } from './schema.ts'
import type { CheckTemplate } from './templateCheck.ts'

export interface GroupOptions {
  readonly file: string
  readonly defaults: RuleDefaults
  readonly checkTemplate: CheckTemplate
}

/** Reads the group at the path. Null when it has no name; other problems leave a group that must not be used. */
export function parseGroup(
  text: RuleText,
  path: YamlPath,
  options: GroupOptions,
): RuleGroup | null {
  const value = valueAt(text.yaml.value, path)
  const name = text.text([...path, 'name'])
  if (name === '') text.error(path, 'a group needs a name')
  warnWithoutEffect(text, path, value)
  checkType(text, path)
  const intervalMs = text.duration([...path, 'interval'])
  const queryOffsetMs = text.duration([...path, 'query_offset'])
  const limit = parseInteger(text, [...path, 'limit'], value['limit']) ?? 0
  const labels = readLabels(text, [...path, 'labels'], value['labels'])
  for (const [label, template] of Object.entries(labels)) {
    const problem = options.checkTemplate(template, name ?? '')
    if (problem === null) continue
    // Prometheus looks at these templates only when it evaluates, so that such a file loads there.
    text.warn([...path, 'labels', label], `label "${label}": ${problem.error}`)
  }
  const drafts: RuleDraft[] = []
  const rules = value['rules']
  for (const [i, rule] of (Array.isArray(rules) ? (rules as unknown[]) : []).entries()) {
    const rulePath = [...path, 'rules', i]
    if (rule === null) text.warn(rulePath, 'this rule is empty and has no effect')
    if (!isMapping(rule)) continue
    const context = {
      groupName: name ?? '',
      groupLabels: labels,
      checkTemplate: options.checkTemplate,
    }
    const draft = parseRule(text, rulePath, rule, context)
    if (draft !== null) drafts.push(draft)
  }
  if (name === '' || name === null) return null
  return compileGroup({
    file: options.file,
    name,
    intervalMs: intervalMs || options.defaults.intervalMs,
    queryOffsetMs: queryOffsetMs ?? options.defaults.queryOffsetMs,
    limit: Math.max(0, limit),
    rules: drafts,
  })
}

function compileGroup(
  group: Omit<RuleGroup, 'id' | 'checksum' | 'rules'> & { readonly rules: readonly RuleDraft[] },
): RuleGroup {
  const keys = ruleKeys(group.rules)
  const rules = group.rules.map((rule, i): Rule => ({ key: keys[i] as string, ...rule }))
  return {
    id: groupId(group.file, group.name),
    ...group,
    rules,
    checksum: groupChecksum({ ...group, rules }),
  }
}

function warnWithoutEffect(
  text: RuleText,
  path: YamlPath,
  value: Readonly<Record<string, unknown>>,
): void {
  for (const key of GROUP_KEYS_WITHOUT_EFFECT) {
    if (value[key] === undefined || value[key] === null) continue
    text.warn([...path, key], `"${key}" has no effect here: it is vmalert's`, 'key')
  }
}

function checkType(text: RuleText, path: YamlPath): void {
  const type = text.text([...path, 'type'])
  if (type === null || type === '' || type === 'prometheus') return
  text.error([...path, 'type'], `type "${type}" is not supported: only prometheus is`)
}

function valueAt(root: unknown, path: YamlPath): Readonly<Record<string, unknown>> {
  let value = root
  for (const step of path) value = (value as Record<string | number, unknown>)[step]
  return value as Readonly<Record<string, unknown>>
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
