import { FunctionError } from './templateError.ts'
import { AnyMap, List, StringMap, typeName } from './value.ts'
import type { Value } from './value.ts'

/** Go templates' `index`: walks into maps, lists and the bytes of strings. @throws FunctionError */
export function indexValue(item: Value, indexes: readonly Value[]): Value {
  if (item === null) throw new FunctionError('index of untyped nil')
  let value: Value = item
  for (const index of indexes) value = indexOnce(value, index)
  return value
}

function indexOnce(item: Value, index: Value): Value {
  if (item instanceof StringMap || item instanceof AnyMap) {
    if (typeof index === 'string') return item.get(index)
    if (index === null) throw new FunctionError('value is nil; should be of type string')
    throw new FunctionError(`value has type ${typeName(index)}; should be string`)
  }
  if (item instanceof List) return item.items[position(index, item.items.length - 1)] ?? null
  if (typeof item === 'string') {
    const bytes = Buffer.from(item, 'utf8')
    return BigInt(bytes[position(index, bytes.length - 1)] ?? 0)
  }
  if (item === null) throw new FunctionError('index of nil pointer')
  throw new FunctionError(`can't index item of type ${typeName(item)}`)
}

function position(index: Value, last: number): number {
  if (index === null) throw new FunctionError('cannot index slice/array with nil')
  if (typeof index !== 'bigint') {
    throw new FunctionError(`cannot index slice/array with type ${typeName(index)}`)
  }
  if (index < 0n || index > last) throw new FunctionError(`index out of range: ${index}`)
  return Number(index)
}

/** Go templates' `slice` of a list, or of a string by bytes. @throws FunctionError */
export function sliceValue(item: Value, indexes: readonly Value[]): Value {
  if (item === null) throw new FunctionError('slice of untyped nil')
  if (indexes.length > 3) throw new FunctionError(`too many slice indexes: ${indexes.length}`)
  if (typeof item === 'string') {
    if (indexes.length === 3) throw new FunctionError('cannot 3-index slice a string')
    const bytes = Buffer.from(item, 'utf8')
    const [from, to] = bounds(indexes, bytes.length)
    return bytes.subarray(from, to).toString('utf8')
  }
  if (!(item instanceof List)) {
    throw new FunctionError(`can't slice item of type ${typeName(item)}`)
  }
  const [from, to] = bounds(indexes, item.items.length)
  return new List(item.items.slice(from, to), item.typeName, item.methods)
}

function bounds(indexes: readonly Value[], length: number): [number, number] {
  const read = indexes.map((index) => position(index, length))
  const [from = 0, to = length] = read
  if (from > to) throw new FunctionError(`invalid slice index: ${from} > ${to}`)
  return [from, to]
}

/** Go templates' `len`; strings count in bytes. @throws FunctionError */
export function lengthOf(item: Value): bigint {
  if (typeof item === 'string') return BigInt(Buffer.byteLength(item))
  if (item instanceof List) return BigInt(item.items.length)
  if (item instanceof StringMap || item instanceof AnyMap) return BigInt(item.keys().length)
  if (item === null) throw new FunctionError('len of nil pointer')
  throw new FunctionError(`len of type ${typeName(item)}`)
}
