import type { YamlPath } from '../../config/yamlText.ts'
import type { IntegrationConfigInput } from '../integrationConfig.ts'

/** A map of the notification file being read: its values, their source text, and where problems go. */
export interface Section {
  readonly value: Readonly<Record<string, unknown>>
  text(path: YamlPath): string | null | undefined
  report(path: YamlPath, message: string, severity?: 'error' | 'warning'): void
}

/** One integration item with the file's globals, and whether an error was reported while it was read. */
export interface OpenItem {
  readonly item: Section
  readonly global: Section
  failed(): boolean
}

/** Settings being read: null where something required was missing, which was reported then. */
export type Draft<T> = { readonly [K in keyof T]: T[K] | null }

/** Opens an item for reading. Problems of `global:` are reported at the item that needs the value. */
export function openItem(input: IntegrationConfigInput): OpenItem {
  let errors = 0
  const report: Section['report'] = (path, message, severity = 'error') => {
    if (severity === 'error') errors++
    input.report(path, message, severity)
  }
  return {
    item: { value: input.value, text: input.text, report },
    global: {
      value: input.global,
      text: input.globalText,
      report: (path, message, severity) =>
        report([], `global ${path.join('.')}: ${message}`, severity),
    },
    failed: () => errors > 0,
  }
}

/** The map below a key; null when the key is absent or null, or (with a problem) when it holds something else. */
export function subsection(parent: Section, key: string | number): Section | null {
  const value = parent.value[key]
  if (value === undefined || value === null) return null
  if (!isMap(value)) {
    parent.report([key], `${key} must be a map of keys and values, not ${nameOfType(value)}`)
    return null
  }
  return nested(parent, [key], value)
}

/** The maps of the list below a key, in order. Absent: none. Items that are no maps are reported and left out. */
export function sectionList(parent: Section, key: string): readonly Section[] {
  const list = parent.value[key]
  if (list === undefined || list === null) return []
  if (!Array.isArray(list)) {
    parent.report([key], `${key} must be a list, not ${nameOfType(list)}`)
    return []
  }
  return list.flatMap((value: unknown, index): Section[] => {
    if (isMap(value)) return [nested(parent, [key, index], value)]
    parent.report([key, index], `an item of ${key} must be a map, not ${nameOfType(value)}`)
    return []
  })
}

function nested(parent: Section, prefix: YamlPath, value: Section['value']): Section {
  return {
    value,
    text: (path) => parent.text([...prefix, ...path]),
    report: (path, message, severity) => parent.report([...prefix, ...path], message, severity),
  }
}

/** Reports every key that is not in `known`, with the nearest one that is. */
export function checkKeys(section: Section, known: readonly string[]): void {
  for (const key of Object.keys(section.value)) {
    if (known.includes(key)) continue
    const near = nearest(key, known)
    const advice = near === null ? `known keys are ${known.join(', ')}` : `did you mean "${near}"?`
    section.report([key], `unknown key "${key}"; ${advice}`)
  }
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What a value is, in words for a person: "a list". */
export function nameOfType(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  if (typeof value === 'string') return 'text'
  if (typeof value === 'boolean') return `the word ${value}`
  return 'a number'
}

function nearest(key: string, known: readonly string[]): string | null {
  let best: string | null = null
  let bestDistance = Math.max(2, Math.floor(key.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(key.toLowerCase(), candidate)
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

/** Levenshtein distance; texts beyond 64 characters count as far from everything. */
function editDistance(a: string, b: string): number {
  if (a.length > 64 || b.length > 64) return 64
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replace, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[b.length] as number
}
