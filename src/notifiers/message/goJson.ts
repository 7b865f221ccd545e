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
  return escapeJson(JSON.stringify(wellFormed(text)))
}

/** JSON of a label set, names in order, as Go writes a map of strings. */
export function labelsJson(labels: Labels): string {
  const json = isSorted(labels) ? JSON.stringify(labels) : JSON.stringify(sorted(labels))
  // Only a lone surrogate makes JSON.stringify write \ud...; then the slow way repairs it.
  return json.includes('\\ud') ? repairedJson(labels) : escapeJson(json)
}

/** JSON of any plain value, escaped likewise. */
export function valueJson(value: unknown): string {
  return escapeJson(
    JSON.stringify(value, (_key, part: unknown) =>
      typeof part === 'string' ? wellFormed(part) : part,
    ) ?? 'null',
  )
}

/** RFC 3339 in UTC without trailing zeros in the fraction; null is Go's zero time. */
export function goTime(at: number | null): string {
  if (at === null || !Number.isFinite(at)) return '0001-01-01T00:00:00Z'
  return new Date(at).toISOString().replace(/\.?0*Z$/, 'Z')
}

function escapeJson(json: string): string {
  return json.search(UNSAFE) < 0 ? json : json.replace(UNSAFE, (c) => ESCAPES[c] as string)
}

function wellFormed(text: string): string {
  return text.search(LONE_SURROGATE) < 0 ? text : text.replace(LONE_SURROGATE, '\ufffd')
}

function isSorted(labels: Labels): boolean {
  let before = ''
  for (const name in labels) {
    // Beyond ASCII the order of UTF-16 and of bytes may differ, and digits come first in any object.
    if (name < before || !/^[A-Za-z_]\w*$/.test(name)) return false
    before = name
  }
  return true
}

function sorted(labels: Labels): Labels {
  const copy = Object.create(null) as Record<string, string>
  for (const name of sortedNames(labels)) copy[name] = labels[name] as string
  return copy
}

function repairedJson(labels: Labels): string {
  const pairs = sortedNames(labels).map((n) => `${quoteJson(n)}:${quoteJson(labels[n] as string)}`)
  return `{${pairs.join(',')}}`
}
