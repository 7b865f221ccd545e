import type { Labels } from '../../core/labels.ts'
import { sortedNames } from '../../core/labels.ts'

const UNSAFE = /[<>&\u2028\u2029]/g
const ESCAPES: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
}
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** JSON of a text as Go's encoding/json writes it: `<`, `>` and `&` escaped, broken UTF-16 replaced. */
export function quoteJson(text: string): string {
  return escapeJson(rawJson(text))
}

/** JSON of a label set, names in order, as Go writes a map of strings. */
export function labelsJson(labels: Labels): string {
  return escapeJson(rawLabelsJson(labels))
}

/** JSON of any plain value, escaped likewise. */
export function valueJson(value: unknown): string {
  const repair = (_key: string, part: unknown): unknown =>
    typeof part === 'string' ? wellFormed(part) : part
  return escapeJson(JSON.stringify(value, repair) ?? 'null')
}

/** Escapes what Go escapes in a finished piece of JSON, where these characters stand in texts only. */
export function escapeJson(json: string): string {
  return json.search(UNSAFE) < 0 ? json : json.replace(UNSAFE, (c) => ESCAPES[c] as string)
}

/** As quoteJson, not yet escaped: for those who escape a larger piece at once. */
export function rawJson(text: string): string {
  const json = JSON.stringify(text)
  // Only a lone surrogate makes JSON.stringify write \ud...
  return json.includes('\\ud') ? JSON.stringify(wellFormed(text)) : json
}

/** As labelsJson, not yet escaped. */
export function rawLabelsJson(labels: Labels): string {
  if (isSorted(labels)) {
    const json = JSON.stringify(labels)
    if (!json.includes('\\ud')) return json
  }
  const pairs = sortedNames(labels).map((n) => `${rawJson(n)}:${rawJson(labels[n] as string)}`)
  return `{${pairs.join(',')}}`
}

/** RFC 3339 in UTC without trailing zeros in the fraction; null is Go's zero time. */
export function goTime(at: number | null): string {
  if (at === null || !Number.isFinite(at)) return '0001-01-01T00:00:00Z'
  const iso = new Date(at).toISOString()
  if (iso.endsWith('.000Z')) return `${iso.slice(0, -5)}Z`
  return iso.endsWith('0Z') ? iso.replace(/0+Z$/, 'Z') : iso
}

/** Broken UTF-16 (half a character) replaced. */
export function wellFormed(text: string): string {
  return text.search(LONE_SURROGATE) < 0 ? text : text.replace(LONE_SURROGATE, '\ufffd')
}

function isSorted(labels: Labels): boolean {
  let before = ''
  for (const name in labels) {
    if (name < before) return false
    before = name
  }
  return true
}
