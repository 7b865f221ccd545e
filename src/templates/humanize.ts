import { formatFloat, formatSignificant } from './engine/floatText.ts'
import { parseFloatText } from './engine/literals.ts'
import { FunctionError } from './engine/templateError.ts'

/** Prints a value as Go and Prometheus do (`%v`): `1.353755652e+09`, `NaN`, `+Inf`. */
export { formatFloat }

const LARGE = ['', 'k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y']
const BINARY = ['', 'ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi']
const SMALL = ['', 'm', 'u', 'n', 'p', 'f', 'a', 'z', 'y']

/** With an SI prefix, four significant digits: `1.235M`, `120m`. */
export function humanize(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return formatSignificant(value, 4)
  return Math.abs(value) >= 1 ? scaleDown(value, 1000, LARGE) : scaleUp(value)
}

/** With a binary prefix, four significant digits: `1.177Mi`. */
export function humanize1024(value: number): string {
  if (Math.abs(value) <= 1 || !Number.isFinite(value)) return formatSignificant(value, 4)
  return scaleDown(value, 1024, BINARY)
}

/** A number of seconds in words: `1d 2h 3m 4s`, `59.5s`, `120ms`. */
export function humanizeDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return formatSignificant(seconds, 4)
  if (seconds === 0) return '0s'
  if (Math.abs(seconds) < 1) return `${scaleUp(seconds)}s`
  const sign = seconds < 0 ? '-' : ''
  // Beyond int64 Go's conversion gives the smallest integer.
  if (Math.abs(seconds) >= 2 ** 63) return `${sign}-106751991167300d -15h -30m -8s`
  const size = Math.abs(seconds)
  const whole = BigInt(Math.trunc(size))
  const days = whole / 86_400n
  const hours = (whole / 3_600n) % 24n
  const minutes = (whole / 60n) % 60n
  const rest = whole % 60n
  if (days > 0n) return `${sign}${days}d ${hours}h ${minutes}m ${rest}s`
  if (hours > 0n) return `${sign}${hours}h ${minutes}m ${rest}s`
  if (minutes > 0n) return `${sign}${minutes}m ${rest}s`
  return `${sign}${formatSignificant(size, 4)}s`
}

/** A ratio as a percentage, four significant digits: `12%`. */
export function humanizePercentage(ratio: number): string {
  return `${formatSignificant(ratio * 100, 4)}%`
}

function scaleDown(value: number, base: number, prefixes: readonly string[]): string {
  let scaled = value
  let step = 0
  for (; Math.abs(scaled) >= base && step < prefixes.length - 1; step++) scaled /= base
  return formatSignificant(scaled, 4) + prefixes[step]
}

function scaleUp(value: number): string {
  let scaled = value
  let step = 0
  for (; Math.abs(scaled) < 1 && step < SMALL.length - 1; step++) scaled *= 1000
  return formatSignificant(scaled, 4) + SMALL[step]
}

/** A number as Go's ParseFloat reads it (`1e3`, `1_000`, `0x1p-2`, `Inf`, `nan`). Null when it is none. */
export function parsePrometheusValue(text: string): number | null {
  const value = parseAny(text)
  return value === null || (!Number.isFinite(value) && !SPECIAL.test(text)) ? null : value
}

/** As parsePrometheusValue. @throws FunctionError with Go's words */
export function parseFloatStrictly(text: string): number {
  const value = parseAny(text)
  if (value === null) throw parseError(text, 'invalid syntax')
  if (!Number.isFinite(value) && !SPECIAL.test(text)) throw parseError(text, 'value out of range')
  return value
}

const SPECIAL = /^(?:[+-]?inf(?:inity)?|nan)$/i

function parseAny(text: string): number | null {
  if (!SPECIAL.test(text)) return parseFloatText(text)
  if (/^nan$/i.test(text)) return Number.NaN
  return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}

function parseError(text: string, why: string): FunctionError {
  return new FunctionError(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: ${why}`)
}
