import { DurationValue } from './duration.ts'
import {
  formatExponent,
  formatFixed,
  formatFloat,
  formatHexFloat,
  formatSignificant,
} from './floatText.ts'
import { ownText, printContainer } from './printValue.ts'
import { quote } from './quote.ts'
import { FunctionError } from './templateError.ts'
import { NamedInt, typeName } from './value.ts'
import type { Composite, Value } from './value.ts'

/** The flags and sizes of one directive such as `%-8.3f`. */
export interface Spec {
  readonly plus: boolean
  readonly minus: boolean
  readonly sharp: boolean
  readonly space: boolean
  readonly zero: boolean
  readonly width: number | null
  readonly precision: number | null
}

const MAX_DEPTH = 50

/** One value in the form that a verb asks for; `%!d(string=x)` when the verb does not fit its type. */
export function formatVerb(verb: string, value: Value, spec: Spec, depth = 0): string {
  if (depth > MAX_DEPTH) throw new FunctionError('value is nested too deeply to print')
  if (verb === 'T') return pad(typeName(value), spec)
  if (value === null) return verb === 'v' ? pad('<nil>', spec) : `%!${verb}(<nil>)`
  switch (typeof value) {
    case 'boolean':
      return verb === 't' || verb === 'v' ? pad(String(value), spec) : mismatch(verb, value, spec)
    case 'bigint':
      return formatInt(verb, value, spec) ?? mismatch(verb, value, spec)
    case 'number':
      return formatFloatVerb(verb, value, spec) ?? mismatch(verb, value, spec)
    case 'string':
      return formatText(verb, value, spec) ?? mismatch(verb, value, spec)
    default:
      return formatComposite(verb, value, spec, depth)
  }
}

function mismatch(verb: string, value: Value, spec: Spec): string {
  return `%!${verb}(${typeName(value)}=${formatVerb('v', value, spec)})`
}

function formatComposite(verb: string, value: Composite, spec: Spec, depth: number): string {
  const own = ownText(value)
  if (own !== null && 'vsxXq'.includes(verb)) {
    return formatText(verb, own, spec) ?? mismatch(verb, value, spec)
  }
  if (value instanceof DurationValue) return formatVerb(verb, value.nanoseconds, spec, depth + 1)
  if (value instanceof NamedInt) return formatVerb(verb, value.number, spec, depth + 1)
  if (own !== null) return `%!${verb}(${typeName(value)}=${own})`
  return printContainer(value, (part) => formatVerb(verb, part, spec, depth + 1))
}

function formatText(verb: string, text: string, spec: Spec): string | null {
  const cut = spec.precision === null ? text : firstCharacters(text, spec.precision)
  switch (verb) {
    case 'v':
      return pad(spec.sharp ? quote(cut) : cut, spec)
    case 's':
      return pad(cut, spec)
    case 'q':
      if (spec.sharp && !/[`\n\r]/.test(cut)) return pad(`\`${cut}\``, spec)
      return pad(quote(cut, spec.plus), spec)
    case 'x':
    case 'X': {
      const bytes = Buffer.from(text, 'utf8').subarray(0, spec.precision ?? undefined)
      const pairs = [...bytes].map((byte) => (spec.space && spec.sharp ? '0x' : '') + hexPair(byte))
      const prefix = spec.sharp && !spec.space && bytes.length > 0 ? '0x' : ''
      const hex = prefix + pairs.join(spec.space ? ' ' : '')
      return pad(verb === 'X' ? hex.toUpperCase() : hex, spec)
    }
    default:
      return null
  }
}

function hexPair(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}

const BASES: Readonly<Record<string, { radix: number; prefix: string }>> = {
  b: { radix: 2, prefix: '0b' },
  d: { radix: 10, prefix: '' },
  v: { radix: 10, prefix: '' },
  o: { radix: 8, prefix: '0' },
  O: { radix: 8, prefix: '' },
  x: { radix: 16, prefix: '0x' },
  X: { radix: 16, prefix: '0X' },
}

function formatInt(verb: string, value: bigint, spec: Spec): string | null {
  const base = BASES[verb]
  if (base === undefined) return formatCharacter(verb, value, spec)
  const size = value < 0n ? -value : value
  let digits = size.toString(base.radix)
  if (verb === 'X') digits = digits.toUpperCase()
  if (spec.precision === 0 && value === 0n) return pad('', spec)
  digits = digits.padStart(spec.precision ?? 0, '0')
  const prefix = verb === 'O' ? '0o' : spec.sharp ? base.prefix : ''
  const sign = value < 0n ? '-' : spec.plus ? '+' : spec.space ? ' ' : ''
  return padNumber(sign, prefix + digits, spec, spec.precision === null)
}

function formatCharacter(verb: string, value: bigint, spec: Spec): string | null {
  const isScalar = value >= 0n && value <= 0x10ffffn && (value < 0xd800n || value > 0xdfffn)
  const char = isScalar ? String.fromCodePoint(Number(value)) : '\uFFFD'
  if (verb === 'c') return pad(char, spec)
  if (verb === 'q') return pad(quote(char, spec.plus, "'"), spec)
  if (verb !== 'U') return null
  const code = `U+${value.toString(16).toUpperCase().padStart(4, '0')}`
  return pad(spec.sharp ? `${code} '${char}'` : code, spec)
}

function formatFloatVerb(verb: string, value: number, spec: Spec): string | null {
  const text = floatDigits(verb, Math.abs(value), spec.precision)
  if (text === null) return null
  const isNegative = value < 0 || Object.is(value, -0)
  const isFinite = Number.isFinite(value)
  const bare = text.replace(/^\+/, '')
  const wantsPlus = spec.plus || value === Number.POSITIVE_INFINITY
  const sign = isNegative ? '-' : wantsPlus ? '+' : spec.space ? ' ' : ''
  return padNumber(sign, bare, spec, isFinite)
}

function floatDigits(verb: string, value: number, precision: number | null): string | null {
  switch (verb) {
    case 'v':
    case 'g':
      return precision === null ? formatFloat(value) : formatSignificant(value, precision)
    case 'G':
      return floatDigits('g', value, precision)?.replace('e', 'E') ?? null
    case 'f':
    case 'F':
      return formatFixed(value, precision ?? 6)
    case 'e':
      return formatExponent(value, precision ?? 6)
    case 'E':
      return formatExponent(value, precision ?? 6).replace('e', 'E')
    case 'x':
      return formatHexFloat(value)
    case 'X':
      return formatHexFloat(value).toUpperCase()
    default:
      return null
  }
}

/** Pads with zeros between sign and digits when asked and allowed, otherwise with blanks. */
function padNumber(sign: string, digits: string, spec: Spec, mayZero: boolean): string {
  if (!spec.zero || spec.minus || !mayZero || spec.width === null) {
    return pad(sign + digits, { ...spec, zero: false })
  }
  return sign + digits.padStart(spec.width - sign.length, '0')
}

function firstCharacters(text: string, count: number): string {
  return Array.from(text).slice(0, count).join('')
}

function characterCount(text: string): number {
  return Array.from(text).length
}

/** Width counts characters, not bytes. As in Go, the flag `0` pads texts with zeros too. */
function pad(text: string, spec: Spec): string {
  if (spec.width === null) return text
  const missing = spec.width - characterCount(text)
  if (missing <= 0) return text
  if (spec.minus) return text + ' '.repeat(missing)
  return (spec.zero ? '0' : ' ').repeat(missing) + text
}
