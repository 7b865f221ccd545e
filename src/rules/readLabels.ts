import type { YamlPath } from '../config/yamlText.ts'
import type { RuleText } from './ruleText.ts'

const LONE_SURROGATE = /[\ud800-\udfff]/u

/** Reads a map of label or annotation names to texts. A null value is the empty text, which later removes the label. */
export function readLabels(
  text: RuleText,
  path: YamlPath,
  value: unknown,
  kind: 'label' | 'annotation' = 'label',
): Record<string, string> {
  // Without prototype, so that a label may be called __proto__.
  const labels = Object.create(null) as Record<string, string>
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return labels
  for (const name of Object.keys(value)) {
    const own = [...path, name]
    const problem = nameProblem(name, kind)
    if (problem !== null) text.error(own, problem, 'key')
    const content = text.text(own)
    if (content === null) continue
    if (LONE_SURROGATE.test(content))
      text.error(own, `${kind} "${name}": the text is not valid Unicode`)
    labels[name] = content
  }
  return labels
}

/** Any text is a name in Prometheus 3; `__name__` would rename the series. */
function nameProblem(name: string, kind: 'label' | 'annotation'): string | null {
  if (name === '') return `the name of a ${kind} is empty`
  if (LONE_SURROGATE.test(name)) return `the name of a ${kind} is not valid Unicode`
  return kind === 'label' && name === '__name__' ? 'a label may not be called __name__' : null
}
