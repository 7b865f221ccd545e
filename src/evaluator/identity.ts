import type { Labels } from '../core/labels.ts'
import type { CompiledRule, Template, TemplateContext } from './compiledRule.ts'

/** Labels or annotations of one alert, and how the first template that failed did so; '' when none did. */
export interface Rendered {
  readonly labels: Labels
  readonly error: string
}

/**
 * The labels that identify the alert of one sample, as Prometheus forms them: the sample's labels without `__name__`,
 * the rule's labels over them (templates see the sample's labels only), empty ones removed, `alertname` last. External
 * labels fill gaps.
 */
export function alertLabels(rule: CompiledRule, context: TemplateContext): Rendered {
  const rendered = new Map<string, string>()
  let error = ''
  for (const [name, template] of rule.labels) {
    const { text, error: problem } = template.render(context)
    if (problem !== null && error === '') error = `label ${name}: ${problem}`
    rendered.set(name, text)
  }
  rendered.set('alertname', rule.name)

  const labels: Record<string, string> = {}
  for (const name of Object.keys(context.labels)) {
    if (name !== '__name__' && !rendered.has(name))
      set(labels, name, context.labels[name] as string)
  }
  for (const [name, text] of rendered) set(labels, name, text)
  for (const name of Object.keys(rule.externalLabels)) {
    if (!Object.hasOwn(labels, name)) set(labels, name, rule.externalLabels[name] as string)
  }
  return { labels, error }
}

/** Annotations are rendered only when somebody will be told of them. */
export function alertAnnotations(
  templates: ReadonlyArray<readonly [string, Template]>,
  context: TemplateContext,
): Rendered {
  const labels: Record<string, string> = {}
  let error = ''
  for (const [name, template] of templates) {
    const { text, error: problem } = template.render(context)
    if (problem !== null && error === '') error = `annotation ${name}: ${problem}`
    put(labels, name, text)
  }
  return { labels, error }
}

/** An empty value means that the label does not exist. */
function set(labels: Record<string, string>, name: string, value: string): void {
  if (value !== '') put(labels, name, value)
}

function put(labels: Record<string, string>, name: string, value: string): void {
  if (name !== '__proto__') labels[name] = value
  else Object.defineProperty(labels, name, { value, enumerable: true, configurable: true })
}
