import { printValue } from './printValue.ts'
import type { Run } from './run.ts'
import { AnyMap, List, StringMap } from './value.ts'
import type { Value } from './value.ts'

/** Gets index (or key) and element; returns true to stop. */
type Visit = (index: Value, element: Value) => boolean

/** Goes over what `range` was given. Returns true when there was nothing. @throws TemplateError for other types */
export function iterate(run: Run, value: Value, hasIndex: boolean, visit: Visit): boolean {
  if (value === null) return true
  if (value instanceof List) {
    for (const [i, item] of value.items.entries()) {
      if (visit(BigInt(i), item)) break
    }
    return value.items.length === 0
  }
  if (value instanceof StringMap || value instanceof AnyMap) {
    const keys = value.keys()
    for (const key of keys) {
      if (visit(key, value.get(key))) break
    }
    return keys.length === 0
  }
  if (typeof value === 'bigint') return iterateInt(run, value, hasIndex, visit)
  return run.fail(`range can't iterate over ${printValue(value)}`)
}

function iterateInt(run: Run, count: bigint, hasIndex: boolean, visit: Visit): boolean {
  if (hasIndex) run.fail(`can't use ${count} to iterate over more than one variable`)
  for (let i = 0n; i < count; i++) {
    if (visit(i, i)) break
  }
  return count <= 0n
}
