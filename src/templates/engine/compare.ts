import { compareUtf8 } from '../../core/labels.ts'
import { DurationValue } from './duration.ts'
import { printValue } from './printValue.ts'
import { FunctionError } from './templateError.ts'
import { TimeValue } from './timeValue.ts'
import { AnyMap, List, Markup, NamedInt, StringMap, typeName } from './value.ts'
import type { Value } from './value.ts'

type Basic = boolean | number | bigint | string

/** Go templates' `eq`: same kind of type, or an error. Nil equals only nil. @throws FunctionError */
export function isEqual(a: Value, b: Value): boolean {
  const x = basic(a)
  const y = basic(b)
  if (x !== null && y !== null) {
    if (typeof x !== typeof y) throw incompatible(a, b)
    return x === y
  }
  if (a === null || b === null) return a === b
  if (x !== null || y !== null) throw incompatible(a, b)
  for (const value of [a, b]) {
    if (value instanceof List || value instanceof AnyMap || value instanceof StringMap) {
      throw new FunctionError(`non-comparable type ${printValue(value)}: ${typeName(value)}`)
    }
  }
  if (a instanceof TimeValue && b instanceof TimeValue) {
    return a.seconds === b.seconds && a.nanosecond === b.nanosecond
  }
  return a === b
}

/** Order of two numbers or strings: negative, 0 or positive; NaN for a NaN. @throws FunctionError */
export function compareValues(a: Value, b: Value): number {
  const x = basic(a)
  const y = basic(b)
  if (x === null || y === null) throw new FunctionError('invalid type for comparison')
  if (typeof x !== typeof y) throw incompatible(a, b)
  if (typeof x === 'boolean') throw new FunctionError('invalid type for comparison')
  if (typeof x === 'string' && typeof y === 'string') return compareUtf8(x, y)
  if (typeof x === 'number' && typeof y === 'number') return x === y ? 0 : x - y
  return x < y ? -1 : x > y ? 1 : 0
}

function basic(value: Value): Basic | null {
  if (value instanceof DurationValue) return value.nanoseconds
  if (value instanceof NamedInt) return value.number
  if (value instanceof Markup) return value.text
  return typeof value === 'object' ? null : value
}

function incompatible(a: Value, b: Value): FunctionError {
  const types = `${typeName(a)} and ${typeName(b)}`
  return new FunctionError(`incompatible types for comparison: ${types}`)
}
