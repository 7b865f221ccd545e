import { coerceToSchema } from './coerce.ts'
import type { JsonSchema } from './jsonSchema.ts'
import { nearest } from './nearest.ts'
import { parseYamlText } from './yamlText.ts'
import type { YamlPath } from './yamlText.ts'

export const ENV_PREFIX = 'TOCSIN_'
/** Variables of the command line, the logger and the embedded servers: not configuration keys. */
const OTHER_VARIABLES = [
  'LOG',
  'LOG_LEVEL',
  'CONFIG',
  'URL',
  'TOKEN',
  'REDIS_BIN',
  'PROMETHEUS_BIN',
  'PROMTOOL_BIN',
]

/** Orchestrators set variables such as TOCSIN_PORT on their own: only what is nearly one of ours is worth a word. */
const MAX_TYPING_ERRORS = 2

/** One variable that sets one key. */
export interface Override {
  readonly variable: string
  readonly path: YamlPath
  readonly value: unknown
}

export interface EnvProblem {
  readonly variable: string
  readonly severity: 'error' | 'warning'
  readonly message: string
}

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Finds the variables that set configuration keys: `TOCSIN_` and the path in upper case, list items by number. Texts, numbers and
 * booleans are taken as they are, lists of texts split at commas, everything else read as YAML. Whole lists come before
 * their items. Empty variables count as not set. A variable that is nearly one of ours is a warning; others are left alone.
 */
export function readOverrides(
  env: Environment,
  schema: JsonSchema,
): { overrides: readonly Override[]; problems: readonly EnvProblem[] } {
  const overrides: Override[] = []
  const problems: EnvProblem[] = []
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith(ENV_PREFIX) || text === undefined || text === '') continue
    const name = variable.slice(ENV_PREFIX.length)
    if (OTHER_VARIABLES.includes(name)) continue
    const place = resolveName(schema, name, [])
    if (place === null) {
      const meant = nearest(name, variableNames(schema), MAX_TYPING_ERRORS)
      if (meant === null || name.length < 4) continue
      const message = `is not a known variable and has no effect, did you mean ${ENV_PREFIX}${meant}?`
      problems.push({ variable, severity: 'warning', message })
      continue
    }
    const read = readValue(variable, text, place.schema)
    if ('message' in read) problems.push({ variable, severity: 'error', message: read.message })
    else overrides.push({ variable, path: place.path, value: read.value })
  }
  overrides.sort((a, b) => a.path.length - b.path.length || comparePaths(a.path, b.path))
  return { overrides, problems }
}

interface Place {
  readonly path: YamlPath
  readonly schema: JsonSchema
}

function resolveName(schema: JsonSchema, name: string, path: YamlPath): Place | null {
  const own = schema.else ?? schema
  if (own.items?.type === 'object') {
    const [, index, rest] = /^(\d{1,4})(?:_(.+))?$/.exec(name) ?? []
    if (index === undefined) return null
    const itemPath = [...path, Number(index)]
    if (rest === undefined) return { path: itemPath, schema: own.items }
    return resolveName(own.items, rest, itemPath)
  }
  for (const [key, member] of Object.entries(own.properties ?? {})) {
    const upper = key.toUpperCase()
    const memberPath = [...path, key]
    if (name === upper) return { path: memberPath, schema: member }
    const found = name.startsWith(`${upper}_`)
      ? resolveName(member, name.slice(upper.length + 1), memberPath)
      : null
    if (found !== null) return found
  }
  return null
}

/** All variable names without the prefix; items of lists as number 0. */
export function variableNames(schema: JsonSchema, prefix = ''): string[] {
  const own = schema.else ?? schema
  const below = prefix === '' ? '' : `${prefix}_`
  const names = prefix === '' ? [] : [prefix]
  if (own.items?.type === 'object') names.push(...variableNames(own.items, `${below}0`))
  for (const [key, member] of Object.entries(own.properties ?? {})) {
    names.push(...variableNames(member, below + key.toUpperCase()))
  }
  return names
}

function readValue(
  variable: string,
  text: string,
  schema: JsonSchema,
): { readonly value: unknown } | { readonly message: string } {
  if (schema.type === 'string' || schema.enum !== undefined || schema.const !== undefined) {
    return { value: text }
  }
  if (schema.type === 'integer') return { value: /^\d{1,15}$/.test(text) ? Number(text) : text }
  if (schema.type === 'boolean') {
    return { value: text === 'true' ? true : text === 'false' ? false : text }
  }
  const isTextList = schema.type === 'array' && schema.items?.type !== 'object'
  if (isTextList && !text.trimStart().startsWith('[')) {
    const parts = text.split(',').map((part) => part.trim())
    return { value: parts.filter((part) => part !== '') }
  }
  const yaml = parseYamlText(variable, text)
  const problem = yaml.problems[0]
  if (problem !== undefined) return { message: `is not valid YAML: ${problem.message}` }
  return { value: coerceToSchema(yaml.value, schema, (at) => yaml.sourceText(at)) }
}

function comparePaths(a: YamlPath, b: YamlPath): number {
  for (const [i, step] of a.entries()) {
    const other = b[i]
    if (step === other) continue
    if (typeof step === 'number' && typeof other === 'number') return step - other
    return String(step) < String(other) ? -1 : 1
  }
  return 0
}
