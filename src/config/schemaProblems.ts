import type { ErrorObject } from 'ajv'
import { durationProblem } from '../core/duration.ts'
import { nearest } from './nearest.ts'
import * as part from './schemaParts.ts'
import type { YamlPath } from './yamlText.ts'

/** One complaint about one place in a configuration. */
export interface PlacedMessage {
  readonly path: YamlPath
  /** 'key' when the name of the last step is wrong, not its value. */
  readonly part: 'key' | 'value'
  readonly message: string
}

/** Words of a validator's errors that a person can act on. Errors must carry data and schemas (ajv `verbose`). */
export function schemaProblems(errors: readonly ErrorObject[]): PlacedMessage[] {
  return errors.filter((error) => error.keyword !== 'if').map(placed)
}

/** `datasources[0].url` */
export function pathText(path: YamlPath): string {
  return path.reduce<string>(
    (text, step) =>
      typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`,
    '',
  )
}

function placed(error: ErrorObject): PlacedMessage {
  const path = pathOf(error.instancePath)
  if (error.keyword === 'additionalProperties') {
    const key = String((error.params as { additionalProperty: unknown }).additionalProperty)
    return { path: [...path, key], part: 'key', message: unknownKey(path, key, error) }
  }
  const name = pathText(path) || 'the file'
  return { path, part: 'value', message: `${name} ${complaint(error)}` }
}

function pathOf(instancePath: string): YamlPath {
  const steps = instancePath.split('/').slice(1)
  return steps.map((step) => {
    const text = step.replaceAll('~1', '/').replaceAll('~0', '~')
    return /^\d+$/.test(text) ? Number(text) : text
  })
}

function unknownKey(path: YamlPath, key: string, error: ErrorObject): string {
  const parent = error.parentSchema as { properties?: Record<string, unknown> } | undefined
  const known = Object.keys(parent?.properties ?? {})
  const where = path.length === 0 ? '' : ` in ${pathText(path)}`
  const meant = nearest(key, known)
  const hint = meant === null ? `known are ${known.join(', ')}` : `did you mean "${meant}"?`
  return `unknown key "${key}"${where}, ${hint}`
}

function complaint(error: ErrorObject): string {
  const params = error.params as Record<string, unknown>
  switch (error.keyword) {
    case 'required':
      return `needs the key "${String(params['missingProperty'])}"`
    case 'type':
      return `must be ${TYPE_WORDS[String(params['type'])] ?? String(params['type'])}, not ${kindOf(error.data)}`
    case 'enum':
      return `must be one of ${(error.schema as string[]).join(', ')}, not ${shown(error.data)}`
    case 'const':
      return `must be ${String(error.schema)}, not ${shown(error.data)}`
    case 'pattern':
      return patternComplaint(String(error.schema), String(error.data))
    case 'minLength':
      return 'must not be empty'
    case 'minItems':
      return 'must have at least one item'
    case 'uniqueItems':
      return 'must not name the same thing twice'
    case 'minimum':
    case 'maximum':
      return `must be ${String(params['comparison'])} ${String(params['limit'])}, not ${shown(error.data)}`
    default:
      return error.message ?? 'is not valid'
  }
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
}

function patternComplaint(pattern: string, value: string): string {
  switch (pattern) {
    case part.DURATION_PATTERN:
      return `is wrong: ${durationProblem(value)}`
    case part.ADDRESS_PATTERN:
      return `must be host:port such as 127.0.0.1:8093 or [::1]:8093, not "${value}"`
    case part.HASH_PATTERN:
      return 'must be sha256: and 64 hexadecimal digits, as `tocsin token create` prints it'
    case part.HTTP_URL_PATTERN:
      return 'must be a URL that begins with http:// or https:// and names a host'
    case part.REDIS_URL_PATTERN:
      return 'must be a URL that begins with redis://, rediss:// or unix://'
    default:
      return `must match ${pattern}`
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'a mapping' : shown(value)
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? `"${value}"` : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
