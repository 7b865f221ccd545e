import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import type { Document, Node } from 'yaml'
import type { Problem } from '../core/problem.ts'

export type YamlPath = ReadonlyArray<string | number>

/** A parsed YAML (or JSON) text that still knows where everything stands. */
export interface YamlText {
  /** Plain data in null-prototype objects; null for an empty text. */
  readonly value: unknown
  /** Syntax errors, duplicate keys, alias bombs. When there is an error, `value` is null. */
  readonly problems: readonly Problem[]
  /** Line and column (from 1) of the value at the path, or of the nearest parent that exists; 'key' asks for the key instead. */
  position(
    path: YamlPath,
    part?: 'key' | 'value',
  ): { readonly line: number; readonly column: number }
  /**
   * The scalar as the person wrote it (`0x10`, `yes`, `1.10`), quotes and escapes resolved; null for null, undefined when
   * there is no scalar at the path. Go's loaders keep this text where they want a string.
   */
  sourceText(path: YamlPath): string | null | undefined
}

const MAX_ALIASES = 100

/** Parses the first document of a text. Never throws on bad content. */
export function parseYamlText(file: string, text: string): YamlText {
  const lines = new LineCounter()
  const doc = parseDocument(text, {
    lineCounter: lines,
    merge: true,
    prettyErrors: false,
    version: '1.1',
  })
  const at = (offset: number): { line: number; column: number } => {
    const pos = lines.linePos(Math.max(0, offset))
    return { line: Math.max(1, pos.line), column: Math.max(1, pos.col) }
  }
  const problems: Problem[] = doc.errors.map((e) => ({
    file,
    ...at(e.pos[0]),
    severity: 'error',
    message: firstLine(e.message),
  }))
  let value: unknown = null
  if (problems.length === 0) {
    try {
      value = withoutPrototype(doc.toJS({ maxAliasCount: MAX_ALIASES }))
    } catch (error) {
      problems.push({
        file,
        line: 1,
        column: 1,
        severity: 'error',
        message: firstLine(String(error)),
      })
    }
  }
  return {
    value,
    problems,
    position: (path, part = 'value') => at(offsetOf(doc, path, part)),
    sourceText: (path) => scalarText(doc, path),
  }
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? message).replace(/^\w*Error: /, '')
}

/** `__proto__` from YAML must be an ordinary key, so no object of ours inherits from anything. */
function withoutPrototype(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPrototype)
  if (value === null || typeof value !== 'object') return value
  const copy = Object.create(null) as Record<string, unknown>
  for (const key of Object.keys(value)) {
    Object.defineProperty(copy, key, {
      value: withoutPrototype((value as Record<string, unknown>)[key]),
      enumerable: true,
      writable: true,
      configurable: true,
    })
  }
  return copy
}

function offsetOf(doc: Document, path: YamlPath, part: 'key' | 'value'): number {
  let node: Node | null = resolve(doc, doc.contents as Node | null)
  let offset = node?.range?.[0] ?? 0
  for (let depth = 0; depth < path.length; depth++) {
    const step = path[depth]
    const last = depth === path.length - 1
    if (isMap(node)) {
      const pair = node.items.find((item) => keyText(item.key) === String(step))
      if (pair === undefined) return offset
      const key = pair.key as Node
      const value = resolve(doc, pair.value as Node | null)
      if (last && part === 'key') return key.range?.[0] ?? offset
      offset = (pair.value as Node | null)?.range?.[0] ?? key.range?.[0] ?? offset
      node = value
    } else if (isSeq(node)) {
      const item = node.items[Number(step)] as Node | undefined
      if (item === undefined) return offset
      offset = item?.range?.[0] ?? offset
      node = resolve(doc, item ?? null)
    } else return offset
  }
  return offset
}

function scalarText(doc: Document, path: YamlPath): string | null | undefined {
  const node = resolve(doc, doc.getIn(path, true) as Node | null)
  if (node === null || node === undefined) return null
  if (!isScalar(node)) return undefined
  if (typeof node.value === 'string') return node.value
  if (node.value === null) return null
  return node.source ?? String(node.value)
}

function keyText(key: unknown): string {
  if (!isScalar(key)) return String(key)
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value))
}

function resolve(doc: Document, node: Node | null): Node | null {
  if (node !== null && 'resolve' in node && typeof node.resolve === 'function') {
    return ((node.resolve as (d: Document) => Node | undefined)(doc) ?? null) as Node | null
  }
  return node
}
