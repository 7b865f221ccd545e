import type { YamlPath } from '../config/yamlText.ts'
import type { RuleText } from './ruleText.ts'

const FORMS: ReadonlyArray<readonly [RegExp, number]> = [
  [/^0x([0-9a-f]+)$/i, 16],
  [/^0o?([0-7]+)$/i, 8],
  [/^0b([01]+)$/i, 2],
  [/^(\d+)(?:\.\d*)?$/, 10],
]

/**
 * A whole number in any form that YAML knows in Go (`1_000`, `0x10`, `0o10`, `010`; a fraction is cut). Null when absent or,
 * reported, none of these. A number in quotes is a text.
 */
export function parseInteger(text: RuleText, path: YamlPath, value: unknown): number | null {
  const source = text.yaml.sourceText(path)
  if (source === null || source === undefined) return null
  const sign = source.startsWith('-') ? -1 : 1
  const digits = source.replace(/^[-+]/, '').replaceAll('_', '')
  const quoted = typeof value === 'string' && !/^0o/i.test(digits)
  for (const [form, base] of quoted ? [] : FORMS) {
    const match = form.exec(digits)
    if (match !== null) return sign * Number.parseInt(match[1] as string, base)
  }
  text.error(path, `"${path.at(-1)}" must be a whole number, not "${source.slice(0, 40)}"`)
  return null
}
