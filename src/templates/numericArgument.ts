import { DurationValue } from './engine/duration.ts'
import { formatFloat } from './engine/floatText.ts'
import { FunctionError } from './engine/templateError.ts'
import { typeName } from './engine/value.ts'
import type { Value } from './engine/value.ts'
import { parseFloatStrictly } from './humanize.ts'

/** A number, a numeric string, or a duration in seconds. @throws FunctionError for any other type */
export function numberOf(value: Value): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'string') return parseFloatStrictly(value)
  if (value instanceof DurationValue) return Number(value.nanoseconds) / 1e9
  throw new FunctionError(`can't convert ${typeName(value)} to float`)
}

/** Epoch ms of epoch seconds, cut as Prometheus cuts: through float nanoseconds, toward zero. @throws FunctionError */
export function floatToTimeMs(seconds: number): number {
  if (!Number.isFinite(seconds)) throw new FunctionError('value is NaN or Inf')
  const nanoseconds = seconds * 1e9
  if (!isFinite64(nanoseconds)) {
    const shown = formatFloat(seconds)
    throw new FunctionError(
      `${shown} cannot be represented as a nanoseconds timestamp since it overflows int64`,
    )
  }
  return Number(BigInt(Math.trunc(nanoseconds)) / 1_000_000n)
}

/** Whether it fits Go's int64. */
export function isFinite64(value: number): boolean {
  return Math.abs(value) <= 2 ** 63
}
