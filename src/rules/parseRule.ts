import type { YamlPath } from '../config/yamlText.ts'
import { checkExpression, isExpression } from './promql/checkExpression.ts'
import { parseInteger } from './parseInteger.ts'
import { readLabels } from './readLabels.ts'
import type { RuleText } from './ruleText.ts'
import type { AlertingRule, RecordingRule } from './ruleSet.ts'
import { RULE_KEYS_WITHOUT_EFFECT } from './schema.ts'
import type { CheckTemplate } from './templateCheck.ts'

/** A rule before it knows its place among its neighbours. */
export type RuleDraft = Omit<AlertingRule, 'key'> | Omit<RecordingRule, 'key'>

export interface RuleContext {
  readonly groupName: string
  readonly groupLabels: Readonly<Record<string, string>>
  readonly checkTemplate: CheckTemplate
}

type RawRule = Readonly<Record<string, unknown>>

const PLAIN_NAME = /^[A-Za-z_:][\w:]*$/

/** Reads the rule at the path. Null when it is not even clear what kind it is; problems are reported. */
export function parseRule(
  text: RuleText,
  path: YamlPath,
  value: RawRule,
  context: RuleContext,
): RuleDraft | null {
  warnWithoutEffect(text, path, value)
  const alert = text.text([...path, 'alert'])
  const record = text.text([...path, 'record'])
  const written = text.text([...path, 'expr'])
  if (alert === null || record === null) return null
  const given = [alert, record].filter((name) => name !== '').length
  if (given === 2) text.error(path, 'a rule has either "alert" or "record", not both')
  if (given === 0) text.error(path, 'a rule needs "alert" or "record"')
  if (given !== 1) return null

  const short = alert !== '' && written === '' && isShortForm(alert)
  if (short) warnShortForm(text, path, alert, context.groupName)
  const exprPath = [...path, short ? 'alert' : 'expr']
  const expr = short ? alert : written
  if (expr === '') text.error(path, 'the rule has no "expr"')
  else if (expr !== null) {
    for (const p of checkExpression(expr))
      text.problemIn(exprPath, p.offset, p.severity, `expr: ${p.message}`)
  }
  const own = readLabels(text, [...path, 'labels'], value['labels'])
  const labels = Object.assign(Object.create(null), context.groupLabels, own) as Record<
    string,
    string
  >
  const { line, column } = text.yaml.position(path)
  const base = { expr: expr ?? '', labels, line, column }
  if (record !== '') {
    checkRecording(text, path, record, value)
    return { kind: 'recording', name: record, ...base }
  }
  const name = short ? context.groupName : alert
  const annotationsPath = [...path, 'annotations']
  const annotations = readLabels(text, annotationsPath, value['annotations'], 'annotation')
  checkTemplates(text, [...path, 'labels'], own, 'label', { name, check: context.checkTemplate })
  checkTemplates(text, annotationsPath, annotations, 'annotation', {
    name,
    check: context.checkTemplate,
  })
  return {
    kind: 'alerting',
    name,
    ...base,
    forMs: text.duration([...path, 'for']) ?? 0,
    keepFiringMs: text.duration([...path, 'keep_firing_for']) ?? 0,
    annotations,
  }
}

/** `alert: up == 0` without an expr: the name is the expression. A single word is a name. */
function isShortForm(alert: string): boolean {
  return !PLAIN_NAME.test(alert) && isExpression(alert)
}

function warnShortForm(text: RuleText, path: YamlPath, alert: string, groupName: string): void {
  const message = `"alert" is an expression; it runs as alert "${groupName}". The proper form is`
  text.warn(
    [...path, 'alert'],
    `${message} "alert: ${groupName}" and "expr: ${alert.slice(0, 200)}"`,
  )
}

function checkRecording(text: RuleText, path: YamlPath, name: string, value: RawRule): void {
  if (/[{}]/.test(name)) {
    text.error(
      [...path, 'record'],
      'the name of a recording rule has braces: do they belong to "expr"?',
    )
  }
  for (const key of ['for', 'keep_firing_for']) {
    const ms = text.duration([...path, key])
    if (ms !== null && ms > 0) text.error([...path, key], `a recording rule has no "${key}"`, 'key')
  }
  const annotations = value['annotations']
  if (
    typeof annotations === 'object' &&
    annotations !== null &&
    Object.keys(annotations).length > 0
  ) {
    text.error([...path, 'annotations'], 'a recording rule has no "annotations"', 'key')
  }
}

function checkTemplates(
  text: RuleText,
  path: YamlPath,
  templates: Readonly<Record<string, string>>,
  kind: string,
  { name, check }: { readonly name: string; readonly check: CheckTemplate },
): void {
  for (const [key, template] of Object.entries(templates)) {
    const problem = check(template, name)
    if (problem === null) continue
    const index = indexOf(template, problem.line, problem.column)
    text.problemIn([...path, key], index, 'error', `${kind} "${key}": ${problem.error}`)
  }
}

/** The index of a line and column (from 1) in a text. */
function indexOf(text: string, line: number, column: number): number {
  let start = 0
  for (let i = 1; i < line; i++) start = text.indexOf('\n', start) + 1 || start
  return start + Math.max(0, column - 1)
}

function warnWithoutEffect(text: RuleText, path: YamlPath, value: RawRule): void {
  for (const key of RULE_KEYS_WITHOUT_EFFECT) {
    if (value[key] === undefined || value[key] === null) continue
    text.warn([...path, key], `"${key}" has no effect here: it is vmalert's`, 'key')
    if (key === 'update_entries_limit') parseInteger(text, [...path, key], value[key])
  }
  const ours = value['tocsin']
  for (const key of typeof ours === 'object' && ours !== null ? Object.keys(ours) : []) {
    text.warn(
      [...path, 'tocsin', key],
      `"tocsin.${key}" is not known to this version and has no effect`,
      'key',
    )
  }
}
