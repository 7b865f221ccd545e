import type { Labels } from '../core/labels.ts'
import { compileTemplate, execute } from './engine/compile.ts'
import { Run } from './engine/run.ts'
import type { CompiledTree, QuerySample, TemplateHost } from './engine/run.ts'
import { TemplateError } from './engine/templateError.ts'
import { Struct, StringMap } from './engine/value.ts'
import type { StructType, Value } from './engine/value.ts'
import { RULE_FUNCTIONS } from './ruleFunctions.ts'

/** What a label or annotation template of a rule can use. */
export interface RuleTemplateContext {
  /** The labels of the result as the query returned them, `__name__` included. */
  readonly labels: Labels
  readonly value: number
  readonly externalLabels: Labels
  readonly externalURL: string
  /** The evaluation slot, epoch ms. */
  readonly now: number
  /** Answers `query` in templates; absent: `query` is an execution error. */
  readonly query?: (expression: string) => readonly QuerySample[]
}

/** One label or annotation value of a rule, parsed once and rendered for each alert. */
export interface RuleTemplate {
  /** Holds no `{{`: the text is the value, and nothing is ever executed. */
  readonly literal: boolean
  /** Never throws: when it fails `text` is what Prometheus shows then, and `error` says why. */
  render(context: RuleTemplateContext): { readonly text: string; readonly error: string | null }
}

/** Prometheus puts its variable definitions in front; columns on line 1 count them. */
const PROMETHEUS_SHIFT = 112
const VARIABLES = ['$labels', '$externalLabels', '$externalURL', '$value']
const LIMITS = { steps: 100_000, outputLength: 131_072 }
const FIELDS = ['Labels', 'ExternalLabels', 'ExternalURL', 'Value']

const DATA_TYPE: StructType = {
  name: 'struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; Value interface {} }',
  fields: FIELDS.map((name) => ({ name, json: null, isInterface: name === 'Value' })),
}

/**
 * Compiles a label or annotation value of a rule. An error has the place inside `text` (from 1) and Go's message without
 * the place (`function "x" not defined`).
 */
export function compileRuleTemplate(
  text: string,
  alertname: string,
): { template: RuleTemplate } | { error: string; line: number; column: number } {
  if (!text.includes('{{')) return { template: literalTemplate(text) }
  const name = `__alert_${alertname}`
  try {
    const compiled = compileTemplate(text, {
      name,
      functions: RULE_FUNCTIONS,
      variables: VARIABLES,
      shift: PROMETHEUS_SHIFT,
    })
    const lookup = (key: string): CompiledTree | undefined => compiled.defined.get(key)
    const { main } = compiled
    return { template: { literal: false, render: (context) => render(main, lookup, context) } }
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    return { error: error.detail, line: error.line, column: error.column }
  }
}

class RuleHost implements TemplateHost {
  readonly externalURL: string
  readonly query: TemplateHost['query']
  readonly #now: number

  constructor(context: RuleTemplateContext) {
    this.externalURL = context.externalURL
    this.query = context.query ?? null
    this.#now = context.now
  }

  now(): number {
    return this.#now
  }
}

function literalTemplate(text: string): RuleTemplate {
  const result = { text, error: null }
  return { literal: true, render: () => result }
}

function render(
  main: CompiledTree,
  lookup: (name: string) => CompiledTree | undefined,
  context: RuleTemplateContext,
): { text: string; error: string | null } {
  const { externalURL, value } = context
  const labels = new StringMap(context.labels)
  const externalLabels = new StringMap(context.externalLabels)
  const run = new Run(main, new RuleHost(context), LIMITS, lookup)
  const values: Value[] = [labels, externalLabels, externalURL, value]
  const data = new Struct(DATA_TYPE, () => new Map(FIELDS.map((f, i) => [f, values[i] ?? null])))
  try {
    const text = execute(run, data, values)
    return { text, error: null }
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    const why = `error executing template ${main.name}: ${error.message}`
    return { text: `<error expanding template: ${why}>`, error: why }
  }
}
