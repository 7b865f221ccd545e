import { isAlias, isMap, isScalar, isSeq } from 'yaml'
import type { Node, Pair, YAMLMap } from 'yaml'

/** Nodes that aliases may add up to in one document: far above any honest file, far below a bomb. */
const MAX_ALIAS_NODES = 500_000
const MAX_DEPTH = 500
const KEY_SHAPE =
  'a key must be plain text (is this a text that starts with { or [? it needs quotes)'

/** Something wrong at a character offset of the YAML text. */
export interface OffsetProblem {
  readonly offset: number
  readonly message: string
}

/** A document as plain data, and what its aliases stand for. */
export interface PlainYaml {
  /** Null-prototype objects, arrays and scalars. Meaningless when there are problems. */
  readonly value: unknown
  readonly problems: readonly OffsetProblem[]
  readonly targets: ReadonlyMap<Node, Node>
}

interface Walk {
  readonly anchors: Map<string, Node>
  readonly targets: Map<Node, Node>
  readonly problems: OffsetProblem[]
  readonly expanding: Set<Node>
  aliasNodes: number
  /** Where the outermost alias that is being expanded is written. */
  aliasOffset: number
  exhausted: boolean
}

/**
 * Turns the nodes of a document into plain data: keys as written, `<<` merged in (own keys win), aliases expanded
 * within a budget, dates left as text. Reports duplicate keys, keys that are no text, and aliases without anchor.
 */
export function plainYaml(contents: Node | null): PlainYaml {
  const walk: Walk = {
    anchors: new Map(),
    targets: new Map(),
    problems: [],
    expanding: new Set(),
    aliasNodes: 0,
    aliasOffset: 0,
    exhausted: false,
  }
  const value = plain(contents, walk, 0)
  return { value, problems: walk.problems, targets: walk.targets }
}

/** The key of a pair as written (`5`, `yes`); null for an empty or null key, undefined when it is no scalar. */
export function keyText(key: unknown): string | null | undefined {
  if (key === null) return null
  if (!isScalar(key)) return undefined
  if (typeof key.value === 'string') return key.value
  return key.value === null ? null : (key.source ?? '')
}

/** `<<` that merges: written plain, not in quotes. */
export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && typeof key.value === 'symbol'
}

/** The maps that a `<<` pulls in, first one strongest. */
export function mergedMaps(pair: Pair, targets: ReadonlyMap<Node, Node>): YAMLMap[] {
  const value = deref(pair.value as Node | null, targets)
  const sources = isSeq(value) ? value.items.map((n) => deref(n as Node, targets)) : [value]
  return sources.filter((node): node is YAMLMap => isMap(node))
}

/** The node an alias stands for; any other node is itself. */
export function deref(node: Node | null, targets: ReadonlyMap<Node, Node>): Node | null {
  return node !== null && isAlias(node) ? (targets.get(node) ?? null) : node
}

function plain(node: Node | null, walk: Walk, depth: number): unknown {
  if (node === null || walk.exhausted) return null
  if (walk.expanding.size > 0 && ++walk.aliasNodes > MAX_ALIAS_NODES) {
    return giveUp(walk, node, `its aliases stand for more than ${MAX_ALIAS_NODES} values`)
  }
  if (depth > MAX_DEPTH) return giveUp(walk, node, `nested deeper than ${MAX_DEPTH} levels`)
  if (isAlias(node)) return plainAlias(node, walk, depth)
  if ('anchor' in node && typeof node.anchor === 'string' && walk.expanding.size === 0) {
    walk.anchors.set(node.anchor, node)
  }
  if (isMap(node)) return plainMap(node, walk, depth)
  if (isSeq(node)) return node.items.map((item) => plain(item as Node | null, walk, depth + 1))
  if (!isScalar(node)) return null
  return typeof node.value === 'object' && node.value !== null ? (node.source ?? '') : node.value
}

function plainAlias(node: Node & { source: string }, walk: Walk, depth: number): unknown {
  const target = walk.targets.get(node) ?? walk.anchors.get(node.source)
  if (target === undefined) {
    return report(walk, node, `alias *${node.source} has no anchor &${node.source} before it`)
  }
  if (walk.expanding.has(target) || contains(target, node)) {
    return report(walk, node, `alias *${node.source} refers to itself`)
  }
  walk.targets.set(node, target)
  if (walk.expanding.size === 0) walk.aliasOffset = node.range?.[0] ?? 0
  walk.expanding.add(target)
  const value = plain(target, walk, depth + 1)
  walk.expanding.delete(target)
  return value
}

function plainMap(node: YAMLMap, walk: Walk, depth: number): Record<string, unknown> {
  const result = Object.create(null) as Record<string, unknown>
  const merges: Pair[] = []
  for (const pair of node.items) {
    if (isMergeKey(pair.key)) {
      merges.push(pair)
      continue
    }
    const key = keyText(pair.key)
    if (key === undefined) report(walk, pair.key as Node, KEY_SHAPE)
    if (key === undefined || key === null) continue
    if (key in result) report(walk, pair.key as Node, `key "${key}" is given twice`)
    result[key] = plain(pair.value as Node | null, walk, depth + 1)
  }
  for (const pair of merges) merge(result, pair, walk, depth)
  return result
}

function merge(result: Record<string, unknown>, pair: Pair, walk: Walk, depth: number): void {
  const value = plain(pair.value as Node | null, walk, depth + 1)
  for (const source of Array.isArray(value) ? (value as unknown[]) : [value]) {
    if (source === null || typeof source !== 'object' || Array.isArray(source)) {
      report(walk, (pair.value ?? pair.key) as Node, '<< must name a map, or a list of maps')
      continue
    }
    for (const [key, inner] of Object.entries(source)) if (!(key in result)) result[key] = inner
  }
}

function contains(outer: Node, inner: Node): boolean {
  const [a, b] = [outer.range, inner.range]
  return !!a && !!b && a[0] < b[0] && b[1] <= a[1] && !isScalar(outer)
}

function report(walk: Walk, node: Node, message: string): null {
  if (!walk.exhausted && walk.expanding.size === 0) {
    walk.problems.push({ offset: node.range?.[0] ?? 0, message })
  }
  return null
}

function giveUp(walk: Walk, node: Node, message: string): null {
  const offset = walk.expanding.size > 0 ? walk.aliasOffset : (node.range?.[0] ?? 0)
  walk.problems.push({ offset, message: `this YAML is refused: ${message}` })
  walk.exhausted = true
  return null
}
