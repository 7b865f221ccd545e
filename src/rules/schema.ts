import { Type } from 'typebox'
import type { TSchema } from 'typebox'

/** Scalars are read as they are written (`severity: 1.0` is "1.0"), so that a schema takes any of them for text. */
export type Scalar = string | number | boolean | null

const text = scalar('text')
const duration = scalar('a duration such as 30s, 5m or 1h30m')
const integer = scalar('a whole number')
const truth = scalar('true or false')
const texts = Type.Unsafe<Readonly<Record<string, Scalar>> | null>({
  type: ['object', 'null'],
  description: 'a map of names to texts',
  additionalProperties: text,
})
const textLists = Type.Unsafe<unknown>({
  type: ['object', 'null'],
  description: 'a map of names to lists of texts',
  additionalProperties: list(text),
})
const anything = Type.Unsafe<unknown>({ type: ['object', 'null'], description: 'a map' })

const ruleKeys = {
  record: text,
  alert: text,
  expr: text,
  for: duration,
  keep_firing_for: duration,
  labels: texts,
  annotations: texts,
  debug: truth,
  update_entries_limit: integer,
  tocsin: anything,
}

const groupKeys = {
  name: text,
  interval: duration,
  query_offset: duration,
  limit: integer,
  labels: texts,
  rules: list(map('a rule', ruleKeys)),
  type: text,
  concurrency: integer,
  eval_offset: text,
  eval_delay: duration,
  eval_alignment: truth,
  params: textLists,
  headers: list(text),
  notifier_headers: list(text),
  debug: truth,
  update_entries_limit: integer,
}

const groups = list(map('a rule group', groupKeys))

/** The keys of a rule file: Prometheus', vmalert's, and our `tocsin`. Published for editors. */
export const ruleFileSchema = map('a rule file', { groups })

/** The text of schema/rules.schema.json. */
export function printRuleFileSchema(): string {
  const head = { $schema: 'http://json-schema.org/draft-07/schema#', title: 'Tocsin rule file' }
  return `${JSON.stringify({ ...head, ...ruleFileSchema }, null, 2)}\n`
}

/** A file that is the list of groups itself. */
export const groupListSchema = groups

/** Keys by the place they belong to, for hints about keys in the wrong place. */
export const RULE_KEYS: readonly string[] = Object.keys(ruleKeys)
export const GROUP_KEYS: readonly string[] = Object.keys(groupKeys)

/** vmalert's group and rule keys that we read and do nothing with. */
export const GROUP_KEYS_WITHOUT_EFFECT = [
  'concurrency',
  'eval_offset',
  'eval_delay',
  'eval_alignment',
  'params',
  'headers',
  'notifier_headers',
  'debug',
  'update_entries_limit',
] as const
export const RULE_KEYS_WITHOUT_EFFECT = ['debug', 'update_entries_limit'] as const

function scalar(description: string): TSchema {
  return Type.Unsafe<Scalar>({ type: ['string', 'number', 'boolean', 'null'], description })
}

// Null stands for "not given" everywhere, as in Go: an empty `labels:` or `rules:` is no mistake.
function list(items: TSchema): TSchema {
  return Type.Unsafe<unknown>({ type: ['array', 'null'], description: 'a list', items })
}

function map(description: string, properties: Record<string, TSchema>): TSchema {
  return Type.Unsafe<unknown>({
    type: ['object', 'null'],
    description,
    properties,
    additionalProperties: false,
  })
}
