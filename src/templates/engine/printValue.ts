import { DurationValue, formatGoDuration } from './duration.ts'
import { formatFloat } from './floatText.ts'
import { FunctionError } from './templateError.ts'
import { timeText, TimeValue } from './timeValue.ts'
import { AnyMap, List, Markup, NamedInt, Struct, StringMap } from './value.ts'
import type { Composite, Value } from './value.ts'

/** Values nested deeper, or texts longer, than a template can mean. */
const MAX_DEPTH = 50
const MAX_LENGTH = 8_000_000

/** Prints one value of any kind; the way a container prints its parts. */
export type PrintPart = (value: Value) => string

/** Go's `%v` of a value; nil is `<nil>`. @throws FunctionError when the text would be absurdly large */
export function printValue(value: Value): string {
  return printAt(value, 0)
}

/** What an action `{{ value }}` shows: as printValue, but nil is `<no value>`. */
export function printTop(value: Value): string {
  if (typeof value === 'string') return value
  return value === null ? '<no value>' : printAt(value, 0)
}

function printAt(value: Value, depth: number): string {
  if (value === null) return '<nil>'
  if (typeof value === 'string') return value
  if (typeof value === 'number') return formatFloat(value)
  if (typeof value !== 'object') return String(value)
  const own = ownText(value)
  if (own !== null) return own
  if (depth > MAX_DEPTH) throw new FunctionError('value is nested too deeply to print')
  return printContainer(value, (part) => printAt(part, depth + 1))
}

/** The text of values that know how to print themselves (Go's Stringer), null for the rest. */
export function ownText(value: Composite): string | null {
  if (value instanceof Markup) return value.text
  if (value instanceof DurationValue) return formatGoDuration(value.nanoseconds)
  if (value instanceof TimeValue) return timeText(value)
  if (value instanceof NamedInt) return value.text
  const printed = value.method('String')?.call([])
  return typeof printed === 'string' ? printed : null
}

/** Go's forms `[a b]`, `map[a:1 b:2]` and `{a b}`, each part printed by `part`. */
export function printContainer(value: Composite, part: PrintPart): string {
  if (value instanceof List) return `[${joinParts(value.items, part)}]`
  if (value instanceof Struct) return `{${joinParts([...value.values.values()], part)}}`
  if (!(value instanceof StringMap) && !(value instanceof AnyMap)) return ownText(value) ?? ''
  const entries = value.keys().map((key) => `${part(key)}:${part(value.get(key))}`)
  return `map[${joinParts(entries, String)}]`
}

function joinParts(parts: readonly Value[], print: PrintPart): string {
  let text = ''
  for (const [i, part] of parts.entries()) {
    text += i === 0 ? print(part) : ` ${print(part)}`
    if (text.length > MAX_LENGTH) throw new FunctionError('value is too large to print')
  }
  return text
}

/** Go's Sprint: a blank between operands when neither is a string. */
export function sprint(values: readonly Value[]): string {
  let text = ''
  values.forEach((value, i) => {
    const isText = typeof value === 'string' || typeof values[i - 1] === 'string'
    text += i > 0 && !isText ? ` ${printValue(value)}` : printValue(value)
  })
  return text
}

/** Go's Sprintln: a blank between all operands, and a newline. */
export function sprintln(values: readonly Value[]): string {
  return `${values.map(printValue).join(' ')}\n`
}
