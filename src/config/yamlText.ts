import { isMap, isScalar, isSeq, parseDocument } from 'yaml'
import type { Node, Pair, Scalar, YAMLError, YAMLMap } from 'yaml'
import type { Problem } from '../core/problem.ts'
import { lineIndex } from './lineIndex.ts'
import type { Position } from './lineIndex.ts'
import { offsetInScalar } from './scalarOffset.ts'
import { deref, isMergeKey, keyText, mergedMaps, plainYaml } from './yamlPlain.ts'

export type YamlPath = ReadonlyArray<string | number>

/** A parsed YAML (or JSON) text that still knows where everything stands. */
export interface YamlText {
  /** Plain data in null-prototype objects; null for an empty text. */
  readonly value: unknown
  /**
   * Syntax errors, duplicate keys, alias bombs. When there is an error, `value` is null. A second document in the text
   * is a warning: like Prometheus and Alertmanager, we read the first one only.
   */
  readonly problems: readonly Problem[]
  /** Line and column (from 1) of the value at the path, or of the nearest parent that exists; 'key' asks for the key instead. */
  position(path: YamlPath, part?: 'key' | 'value'): Position
  /** Line and column of the character `index` of the text at the path, inside its quotes or block. */
  positionIn(path: YamlPath, index: number): Position
  /**
   * The scalar as the person wrote it (`0x10`, `yes`, `1.10`), quotes and escapes resolved; null for null, undefined when
   * there is no scalar at the path. Go's loaders keep this text where they want a string.
   */
  sourceText(path: YamlPath): string | null | undefined
}

type Targets = ReadonlyMap<Node, Node>

/** Maps with more keys than this get an index at their first lookup. */
const INDEX_FROM = 16
const MAX_SYNTAX_ERRORS = 20
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/

/** Parses the first document of a text. Never throws on bad content. */
export function parseYamlText(file: string, text: string): YamlText {
  const at = lineIndex(text)
  const control = CONTROL.exec(text)
  if (control !== null) return binaryText(file, control[0], at(control.index))
  const doc = parseDocument(text, {
    merge: true,
    prettyErrors: false,
    uniqueKeys: false, // the parser compares each key with each other; plainYaml does it by lookup
    version: '1.1',
  })
  const problems: Problem[] = leading(doc.errors).map((e) =>
    e.code === 'MULTIPLE_DOCS'
      ? warning(file, at(e.pos[0]), 'only the first YAML document of a file is read, not this one')
      : error(file, at(e.pos[0]), syntaxText(e)),
  )
  const contents = doc.contents as Node | null
  const broken = problems.some((p) => p.severity === 'error')
  const plain = broken ? null : plainYaml(contents)
  for (const p of plain?.problems ?? []) problems.push(error(file, at(p.offset), p.message))
  const targets: Targets = plain?.targets ?? new Map<Node, Node>()
  const find = finder(contents, targets)
  return {
    value: plain === null || plain.problems.length > 0 ? null : plain.value,
    problems,
    position: (path, part = 'value') => at(find(path, part).offset),
    positionIn: (path, index) => {
      const { node, offset } = find(path, 'value')
      const own = isScalar(node) && typeof node.value === 'string' && node.range?.[0] === offset
      return at(own ? offsetInScalar(text, offset, node as Scalar<string>, index) : offset)
    },
    sourceText: (path) => scalarText(find(path, 'value')),
  }
}

function scalarText({ node, found }: Found): string | null | undefined {
  if (!found || node === null) return null
  if (!isScalar(node)) return undefined
  if (typeof node.value === 'string') return node.value
  return node.value === null ? null : (node.source ?? '')
}

interface Found {
  /** The node at the path, aliases resolved; the last one that exists when `found` is false. */
  readonly node: Node | null
  /** Where it is written: an alias stands where it is used. */
  readonly offset: number
  readonly found: boolean
}

function finder(
  contents: Node | null,
  targets: Targets,
): (path: YamlPath, part: 'key' | 'value') => Found {
  const indexes = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>()
  return (path, part) => {
    let offset = contents?.range?.[0] ?? 0
    let node = deref(contents, targets)
    for (const [depth, step] of path.entries()) {
      if (isMap(node)) {
        const pair = findPair(node, String(step), targets, indexes)
        if (pair === undefined) return { node, offset, found: false }
        const keyOffset = (pair.key as Node | null)?.range?.[0] ?? offset
        const value = pair.value as Node | null
        if (depth === path.length - 1 && part === 'key') offset = keyOffset
        else offset = value?.range?.[0] ?? keyOffset
        node = deref(value, targets)
      } else if (isSeq(node) && Number(step) < node.items.length) {
        const item = node.items[Number(step)] as Node | null
        offset = item?.range?.[0] ?? offset
        node = deref(item, targets)
      } else return { node, offset, found: false }
    }
    return { node, offset, found: true }
  }
}

function findPair(
  map: YAMLMap,
  key: string,
  targets: Targets,
  indexes: WeakMap<YAMLMap, ReadonlyMap<string, Pair>>,
): Pair | undefined {
  let own: Pair | undefined
  if (map.items.length < INDEX_FROM) own = map.items.find((pair) => keyText(pair.key) === key)
  else {
    const index = indexes.get(map) ?? new Map(map.items.map((p) => [keyText(p.key) ?? '', p]))
    indexes.set(map, index)
    own = index.get(key)
  }
  if (own !== undefined) return own
  for (const pair of map.items) {
    if (!isMergeKey(pair.key)) continue
    for (const source of mergedMaps(pair, targets)) {
      const merged = findPair(source, key, targets, indexes)
      if (merged !== undefined) return merged
    }
  }
  return undefined
}

/** YAML allows no control characters; a file that has them is most likely no text at all. */
function binaryText(file: string, char: string, place: Position): YamlText {
  const code = char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
  const message = `control character U+${code}: this is not a YAML text`
  return {
    value: null,
    problems: [error(file, place, message)],
    position: () => place,
    positionIn: () => place,
    sourceText: () => undefined,
  }
}

function error(file: string, place: Position, message: string): Problem {
  return { file, ...place, severity: 'error', message }
}

function warning(file: string, place: Position, message: string): Problem {
  return { file, ...place, severity: 'warning', message }
}

/** After the first error the parser is out of step: what it did not expect then is mostly an echo. */
function leading(errors: readonly YAMLError[]): readonly YAMLError[] {
  return errors
    .filter((e, i) => i === 0 || e.code !== 'UNEXPECTED_TOKEN')
    .slice(0, MAX_SYNTAX_ERRORS)
}

function syntaxText(e: YAMLError): string {
  if (e.code === 'RESOURCE_EXHAUSTION') return 'this YAML is refused: nested too deeply'
  return (e.message.split('\n')[0] ?? e.message).replace(/^\w*Error: /, '')
}
