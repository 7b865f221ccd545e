import { Ajv } from 'ajv'
import type { ErrorObject, ValidateFunction } from 'ajv'
import type { YamlPath } from '../config/yamlText.ts'
import { nearest } from '../config/nearest.ts'
import { GROUP_KEYS, groupListSchema, RULE_KEYS, ruleFileSchema } from './schema.ts'
import type { RuleText } from './ruleText.ts'

const ajv = new Ajv({ strict: true, allErrors: true, allowUnionTypes: true, verbose: true })
const validateFile = ajv.compile(ruleFileSchema)
const validateList = ajv.compile(groupListSchema)

/** Reports unknown keys and values of the wrong shape. */
export function checkSchema(text: RuleText): void {
  const { value } = text.yaml
  const validate: ValidateFunction = Array.isArray(value) ? validateList : validateFile
  if (validate(value)) return
  for (const e of validate.errors ?? []) {
    const path = pathOf(e.instancePath)
    if (e.keyword === 'additionalProperties') {
      const key = String((e.params as { additionalProperty?: unknown }).additionalProperty)
      text.error([...path, key], unknownKey(key, e), 'key')
    } else if (e.keyword === 'type') text.error(path, wrongShape(path, e))
    else text.error(path, e.message ?? e.keyword)
  }
}

function pathOf(pointer: string): YamlPath {
  const steps = pointer.split('/').slice(1)
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function unknownKey(key: string, e: ErrorObject): string {
  const schema = e.parentSchema as { description?: string; properties?: object } | undefined
  const here = Object.keys(schema?.properties ?? {})
  const what = schema?.description ?? 'this map'
  const near = nearest(key, here)
  if (near !== null) return `unknown key "${key}" in ${what}: did you mean "${near}"?`
  if (RULE_KEYS.includes(key)) return `unknown key "${key}" in ${what}: it belongs to a rule`
  if (GROUP_KEYS.includes(key)) return `unknown key "${key}" in ${what}: it belongs to a group`
  return `unknown key "${key}" in ${what}: known are ${here.join(', ')}`
}

function wrongShape(path: YamlPath, e: ErrorObject): string {
  const schema = e.parentSchema as { description?: string } | undefined
  const wanted = schema?.description ?? 'something else'
  const found = shapeOf(e.data)
  const last = path.at(-1)
  const name =
    last === undefined
      ? 'the file'
      : /^\d+$/.test(`${last}`)
        ? `entry ${Number(last) + 1}`
        : `"${last}"`
  // In YAML `summary: {{ $value }}` without quotes is a map of a map.
  const hint =
    wanted === 'text' && found === 'a map' ? ': a text that starts with { needs quotes' : ''
  return `${name} must be ${wanted}, not ${found}${hint}`
}

function shapeOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  return typeof value === 'string' ? 'a text' : `${value as number | boolean}`
}
