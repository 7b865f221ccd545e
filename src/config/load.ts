import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, resolve } from 'node:path'
import { Ajv } from 'ajv'
import { errorText } from '../core/errors.ts'
import type { Problem } from '../core/problem.ts'
import { hasErrors, sortProblems } from '../core/problem.ts'
import { coerceToSchema } from './coerce.ts'
import { compileConfig } from './compile.ts'
import type { Config } from './config.ts'
import { readOverrides } from './environment.ts'
import type { Environment, Override } from './environment.ts'
import { forEditors } from './jsonSchema.ts'
import type { JsonSchema } from './jsonSchema.ts'
import { applyOverrides } from './override.ts'
import { rawConfigSchema } from './schema.ts'
import type { RawConfig } from './schema.ts'
import { pathText, schemaProblems } from './schemaProblems.ts'
import { parseYamlText } from './yamlText.ts'
import type { YamlPath, YamlText } from './yamlText.ts'

export interface LoadOptions {
  /** The tocsin.yml; null: defaults and environment only. */
  readonly file: string | null
  readonly env: Environment
  /** Folder that relative paths start from when there is no file. */
  readonly cwd: string
}

export interface LoadedConfig {
  /** Null when there is an error among the problems. */
  readonly config: Config | null
  readonly problems: readonly Problem[]
}

const schema = rawConfigSchema as unknown as JsonSchema

/** The JSON Schema of tocsin.yml, as editors should see it. */
export const serviceConfigSchema: Readonly<Record<string, unknown>> = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Tocsin service configuration',
  ...(forEditors(schema) as Record<string, unknown>),
}

/** The text of schema/tocsin.schema.json. */
export function printServiceConfigSchema(): string {
  return `${JSON.stringify(serviceConfigSchema, null, 2)}\n`
}

/**
 * Reads the service configuration: file, then environment on top, then defaults. Never throws on bad content: every problem is
 * returned with its place, or with the variable it comes from. Relative paths start from the file's folder.
 */
export function loadConfig({ file, env, cwd }: LoadOptions): LoadedConfig {
  const problems: Problem[] = []
  const path = file === null ? null : resolve(cwd, file)
  const text = path === null ? '' : readOrReport(path, file ?? path, problems)
  if (text === null) return { config: null, problems }
  const yaml = parseYamlText(file ?? 'environment', text)
  if (hasErrors(yaml.problems)) return { config: null, problems: yaml.problems }

  const root = coerceToSchema(yaml.value ?? Object.create(null), schema, (at) =>
    yaml.sourceText(at),
  )
  const read = readOverrides(env, schema)
  const unapplied = isMapping(root) ? applyOverrides(root, read.overrides) : []
  for (const p of [...read.problems, ...unapplied]) {
    problems.push(inEnvironment(p.severity, `${p.variable} ${p.message}`))
  }
  const placer = problemPlacer(file, yaml, read.overrides)
  const config = validateAndCompile(root, {
    report: (at, message, part) => problems.push(placer(at, message, part)),
    file: path,
    base: path === null ? cwd : dirname(path),
  })
  if (hasErrors(problems)) return { config: null, problems: sortProblems(problems) }
  return { config, problems: sortProblems(problems) }
}

const validate = new Ajv({
  strict: true,
  allErrors: true,
  useDefaults: true,
  verbose: true,
  ownProperties: true,
}).compile<RawConfig>(schema)

interface Place {
  readonly file: string | null
  readonly base: string
  readonly report: (path: YamlPath, message: string, part?: 'key' | 'value') => void
}

function validateAndCompile(root: unknown, { file, base, report }: Place): Config | null {
  if (!validate(root)) {
    for (const p of schemaProblems(validate.errors ?? [])) report(p.path, p.message, p.part)
    return null
  }
  const readFile = (path: YamlPath, name: string): string => {
    try {
      return readFileSync(name, 'utf8')
    } catch (error) {
      report(path, `${pathText(path)} cannot be read: ${errorText(error)}`)
      return ''
    }
  }
  return deepFreeze(compileConfig(root, { file, base, hostname: hostname(), readFile, report }))
}

function readOrReport(path: string, shown: string, problems: Problem[]): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const message = `the configuration file cannot be read: ${errorText(error)}`
    problems.push({ file: shown, line: 1, column: 1, severity: 'error', message })
    return null
  }
}

/** Points a problem at the variable that set the value, or else at its place in the file. */
function problemPlacer(file: string | null, yaml: YamlText, overrides: readonly Override[]) {
  return (path: YamlPath, message: string, part: 'key' | 'value' = 'value'): Problem => {
    const override = overrides.findLast((o) => o.path.every((step, i) => path[i] === step))
    if (override !== undefined) return inEnvironment('error', `${override.variable}: ${message}`)
    const place = file === null ? { line: 1, column: 1 } : yaml.position(path, part)
    return { file: file ?? 'defaults', ...place, severity: 'error', message }
  }
}

function inEnvironment(severity: Problem['severity'], message: string): Problem {
  return { file: 'environment', line: 1, column: 1, severity, message }
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  Object.values(value).forEach(deepFreeze)
  return Object.freeze(value)
}
