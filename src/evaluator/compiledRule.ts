import type { Timing } from '../core/alert.ts'
import { compareUtf8, type Labels } from '../core/labels.ts'
import type { AlertingRule } from '../rules/ruleSet.ts'

/** What a label or annotation template sees. `labels` are those of the sample, `__name__` included. */
export interface TemplateContext {
  readonly labels: Labels
  readonly value: number
  readonly externalLabels: Labels
  readonly externalURL: string
  readonly now: number
}

export interface Template {
  /** The text has no `{{`: it is its own result. */
  readonly literal: boolean
  /** On an error `text` is what stands in for the result. */
  render(context: TemplateContext): { readonly text: string; readonly error: string | null }
}

export type CompileTemplate = (
  text: string,
  alertname: string,
) =>
  | { readonly template: Template }
  | { readonly error: string; readonly line: number; readonly column: number }

/** What is the same for all rules of a process. */
export interface RuleEnvironment {
  /** Added to alerts that have no label of the name. */
  readonly externalLabels: Labels
  /** No trailing slash. */
  readonly externalUrl: string
  /** Where people can look at an expression; no trailing slash. */
  readonly datasourceUrl: string
  readonly compileTemplate: CompileTemplate
}

export interface CompiledRule {
  readonly key: string
  readonly name: string
  readonly expr: string
  readonly timing: Timing
  /** In the order of names. */
  readonly labels: ReadonlyArray<readonly [string, Template]>
  readonly annotations: ReadonlyArray<readonly [string, Template]>
  /** When the identity of a known series has to be worked out again. */
  readonly identityDependsOn: 'labels' | 'value' | 'time'
  readonly generatorURL: string
  readonly externalLabels: Labels
  readonly externalUrl: string
}

/** Compiles templates once for all evaluations. A template that does not compile stands for its own text. */
export function compileRule(rule: AlertingRule, environment: RuleEnvironment): CompiledRule {
  const templates = (texts: Labels): Array<readonly [string, Template]> =>
    Object.keys(texts)
      .sort(compareUtf8)
      .map((name) => [name, compile(texts[name] as string, rule.name, environment)])
  const labels = templates(rule.labels)
  return {
    key: rule.key,
    name: rule.name,
    expr: rule.expr,
    timing: { forMs: rule.forMs, keepFiringMs: rule.keepFiringMs },
    labels,
    annotations: templates(rule.annotations),
    identityDependsOn: identityDependsOn(labels, rule.labels),
    generatorURL: generatorUrl(environment.datasourceUrl, rule.expr),
    externalLabels: environment.externalLabels,
    externalUrl: environment.externalUrl,
  }
}

/** Prometheus' link to the table of an expression (`strutil.TableLinkForExpression`). */
export function generatorUrl(datasourceUrl: string, expr: string): string {
  return `${datasourceUrl}/graph?g0.expr=${queryEscape(expr)}&g0.tab=1`
}

function compile(text: string, alertname: string, environment: RuleEnvironment): Template {
  const compiled = environment.compileTemplate(text, alertname)
  if ('template' in compiled) return compiled.template
  const { error, line, column } = compiled
  return { literal: false, render: () => ({ text, error: `${line}:${column}: ${error}` }) }
}

function identityDependsOn(
  labels: ReadonlyArray<readonly [string, Template]>,
  texts: Labels,
): CompiledRule['identityDependsOn'] {
  const templated = labels.filter(([, template]) => !template.literal).map(([name]) => name)
  if (templated.length === 0) return 'labels'
  // Functions that look at the clock. A template that only mentions one is evaluated more often than needed.
  return templated.some((name) => /now|time/i.test(texts[name] as string)) ? 'time' : 'value'
}

/** Go's url.QueryEscape. */
function queryEscape(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString()) // without lone surrogates, on which it would throw
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%20/g, '+')
}
