import { parseYamlText } from '../../config/yamlText.ts'

/** Longer texts that are not JSON are taken as text: a YAML parser is slow, and nobody means a value by them. */
const MAX_YAML_LENGTH = 16 * 1024

/**
 * Renders a structure of templates (routing-semantics 8.3): every text, and every key below `literalDepth`, is rendered; the
 * rendered text is then read as YAML, and stands for what that says unless it says text. Values that came out of that
 * reading are final. `render` gives the text of one template.
 */
export function renderStructure(
  value: unknown,
  render: (source: string) => string,
  literalDepth = 0,
): unknown {
  if (typeof value === 'string')
    return value.includes('{{') ? readValue(render(value)) : readValue(value)
  if (Array.isArray(value)) return value.map((item: unknown) => renderStructure(item, render))
  if (value === null || typeof value !== 'object') return value
  const copy = Object.create(null) as Record<string, unknown>
  for (const [key, item] of Object.entries(value)) {
    const name = literalDepth > 0 || !key.includes('{{') ? key : render(key)
    copy[name] = renderStructure(item, render, literalDepth - 1)
  }
  return copy
}

/** `5` → 5, `yes` → true, JSON → its value, '' → null; anything that is text or does not parse stays the text. */
function readValue(text: string): unknown {
  if (/^\s*[[{]/.test(text)) {
    try {
      return JSON.parse(text) as unknown
    } catch {
      // Not JSON, which is common: it may still be YAML's flow style.
    }
  }
  if (text.length > MAX_YAML_LENGTH) return text
  const { value, problems } = parseYamlText('', text)
  if (problems.some((problem) => problem.severity === 'error')) return text
  return typeof value === 'string' ? text : value
}
