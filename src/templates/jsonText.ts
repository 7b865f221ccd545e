import { DurationValue } from './engine/duration.ts'
import { FunctionError } from './engine/templateError.ts'
import { timeRfc3339, TimeValue } from './engine/timeValue.ts'
import { List, Markup, NamedInt, Struct } from './engine/value.ts'
import type { Value } from './engine/value.ts'

const MAX_DEPTH = 50
const MAX_LENGTH = 8_000_000

/** A value as Go's encoding/json prints it: compact, keys of maps in order, `<`, `>` and `&` escaped. @throws FunctionError */
export function toJson(value: Value): string {
  return jsonAt(value, 0)
}

function jsonAt(value: Value, depth: number): string {
  if (depth > MAX_DEPTH) throw new FunctionError('value is nested too deeply for JSON')
  if (value === null) return 'null'
  if (typeof value === 'string') return jsonString(value)
  if (typeof value === 'number') return jsonNumber(value)
  if (typeof value !== 'object') return String(value)
  if (value instanceof TimeValue) return jsonString(timeRfc3339(value))
  if (value instanceof DurationValue) return String(value.nanoseconds)
  if (value instanceof NamedInt) return String(value.number)
  if (value instanceof Markup) return jsonString(value.text)
  const part = (inner: Value): string => jsonAt(inner, depth + 1)
  if (value instanceof List) return `[${joinParts(value.items.map((item) => () => part(item)))}]`
  if (value instanceof Struct) return structJson(value, part)
  const pairs = value.keys().map((key) => () => `${jsonString(key)}:${part(value.get(key))}`)
  return `{${joinParts(pairs)}}`
}

/** Stops as soon as the text is absurdly long: lists that hold each other many times would never end. */
function joinParts(parts: ReadonlyArray<() => string>): string {
  let joined = ''
  for (const part of parts) {
    joined += joined === '' ? part() : `,${part()}`
    if (joined.length > MAX_LENGTH) throw new FunctionError('value is too large for JSON')
  }
  return joined
}

function structJson(value: Struct, part: (inner: Value) => string): string {
  const pairs = value.type.fields.flatMap(({ name, json }) =>
    json === null ? [] : [() => `${jsonString(json)}:${part(value.values.get(name) ?? null)}`],
  )
  return `{${joinParts(pairs)}}`
}

function jsonNumber(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value)
  throw new FunctionError(`json: unsupported value: ${value}`)
}

function jsonString(text: string): string {
  return JSON.stringify(text.replace(/\p{Surrogate}/gu, '\uFFFD')).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
