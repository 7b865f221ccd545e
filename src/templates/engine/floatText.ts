/** Prints a float as Go's `%v`: shortest digits that read back the same; `e` notation below 1e-4 and from 1e6 on. */
export function formatFloat(value: number): string {
  const size = Math.abs(value)
  if (size >= 1e-4 && size < 1e6) return String(value)
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  if (!Number.isFinite(value)) return special(value)
  return padExponent(value.toExponential())
}

/** Go's `%.<digits>g`: so many significant digits, ties to even on the exact value, trailing zeros dropped. */
export function formatSignificant(value: number, digits: number): string {
  if (!Number.isFinite(value)) return special(value)
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const wanted = Math.max(digits, 1)
  const short = wanted <= 15 ? shortSignificant(value, wanted) : null
  if (short !== null) return short
  const [mantissa, exponent] = splitExponent(roundExponential(value, wanted - 1))
  const negative = mantissa.startsWith('-')
  const figures = mantissa.replace(/[-.]/g, '').replace(/0+$/, '')
  const sign = negative ? '-' : ''
  if (exponent < -4 || exponent >= wanted) {
    const point = figures.length > 1 ? `${figures[0]}.${figures.slice(1)}` : figures
    return padExponent(`${sign}${point}e${exponent < 0 ? '' : '+'}${exponent}`)
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${figures}`
  const whole = figures.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  const fraction = figures.slice(exponent + 1)
  return fraction === '' ? sign + whole : `${sign}${whole}.${fraction}`
}

/** The plain form for values of usual size, by far the most; null where rounding or notation needs care. */
function shortSignificant(value: number, digits: number): string | null {
  const size = Math.abs(value)
  if (size < 1e-4 || size >= 10 ** digits) return null
  if (value.toPrecision(digits + 1).endsWith('5')) return null
  const text = value.toPrecision(digits)
  if (text.includes('e')) return null
  if (!text.includes('.')) return text
  let end = text.length
  while (text[end - 1] === '0') end--
  return text.slice(0, text[end - 1] === '.' ? end - 1 : end)
}

/** Go's `%.<digits>f`, ties to even on the exact value. */
export function formatFixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return special(value)
  const isShort = Math.abs(value) < 1e21 && digits < 100
  if (isShort && !mayTie(value, digits)) return minusZero(value) + value.toFixed(digits)
  const exact = exactDecimal(Math.abs(value))
  const rounded = roundDigits(exact, exact.point + digits)
  const padded = rounded.digits.padStart(digits + 1, '0')
  const cut = padded.length - digits
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  return sign + padded.slice(0, cut) + (digits > 0 ? `.${padded.slice(cut)}` : '')
}

/** Go's `%.<digits>e`, ties to even on the exact value. */
export function formatExponent(value: number, digits: number): string {
  if (!Number.isFinite(value)) return special(value)
  if (value === 0) {
    const fraction = digits > 0 ? `.${'0'.repeat(digits)}` : ''
    return `${Object.is(value, -0) ? '-' : ''}0${fraction}e+00`
  }
  return padExponent(roundExponential(value, digits))
}

/** Go's `%x` of a float: hexadecimal floating point, shortest. */
export function formatHexFloat(value: number): string {
  if (!Number.isFinite(value)) return special(value)
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  if (value === 0) return `${sign}0x0p+00`
  let mantissa = Math.abs(value)
  let exponent = 0
  for (; mantissa >= 2; exponent++) mantissa /= 2
  for (; mantissa < 1; exponent--) mantissa *= 2
  const text = mantissa.toString(16)
  const power = Math.abs(exponent).toString().padStart(2, '0')
  return `${sign}0x${text}p${exponent < 0 ? '-' : '+'}${power}`
}

function special(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
}

function minusZero(value: number): string {
  return Object.is(value, -0) ? '-' : ''
}

function splitExponent(text: string): [string, number] {
  const at = text.indexOf('e')
  return [text.slice(0, at), Number(text.slice(at + 1))]
}

function padExponent(text: string): string {
  const cut = text.length - 1
  const sign = text[cut - 1]
  return sign === '-' || sign === '+' ? `${text.slice(0, cut)}0${text.slice(cut)}` : text
}

/** `toExponential` rounds ties up; Go rounds them to even. */
function roundExponential(value: number, digits: number): string {
  if (digits < 99 && !/5e/.test(value.toExponential(digits + 1))) return value.toExponential(digits)
  const exact = exactDecimal(Math.abs(value))
  const rounded = roundDigits(exact, digits + 1)
  const figures = rounded.digits.padEnd(digits + 1, '0').slice(0, digits + 1)
  const exponent = rounded.point - 1
  const point = digits > 0 ? `${figures[0]}.${figures.slice(1)}` : figures
  return `${value < 0 ? '-' : ''}${point}e${exponent < 0 ? '' : '+'}${exponent}`
}

function mayTie(value: number, digits: number): boolean {
  return value.toFixed(digits + 1).endsWith('5')
}

interface Decimal {
  /** Without leading zeros. */
  readonly digits: string
  /** The value is 0.digits × 10^point. */
  readonly point: number
}

/** The exact decimal expansion of a finite float that is not negative. */
function exactDecimal(value: number): Decimal {
  const bits = new BigUint64Array(new Float64Array([value]).buffer)[0] as bigint
  const field = Number(bits >> 52n)
  const fraction = bits & 0xfffffffffffffn
  const mantissa = field === 0 ? fraction : fraction | 0x10000000000000n
  const exponent = Math.max(field, 1) - 1075
  if (exponent >= 0) {
    const digits = (mantissa << BigInt(exponent)).toString()
    return { digits, point: digits.length }
  }
  const digits = (mantissa * 5n ** BigInt(-exponent)).toString()
  return { digits: digits === '0' ? '' : digits, point: digits.length + exponent }
}

/** Keeps the first `keep` digits, rounding half to even. `keep` may be 0 or negative. */
function roundDigits(exact: Decimal, keep: number): Decimal {
  if (keep >= exact.digits.length) {
    return { digits: exact.digits.padEnd(keep, '0'), point: exact.point }
  }
  if (keep < 0) return { digits: '', point: exact.point }
  const kept = exact.digits.slice(0, keep)
  const rest = exact.digits.slice(keep)
  const isTie = /^50*$/.test(rest)
  const isOdd = /[13579]$/.test(kept)
  const goesUp = isTie ? isOdd : rest >= '5'
  if (!goesUp) return { digits: kept, point: exact.point }
  const digits = (BigInt(kept === '' ? '0' : kept) + 1n).toString()
  const isLonger = digits.length > keep
  return { digits, point: exact.point + (isLonger ? 1 : 0) }
}
