const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
}
const HEX_LENGTH: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }

/** The text of a Go string constant in double quotes or backquotes, quotes included. Null when its escapes are wrong. */
export function unquote(source: string): string | null {
  if (source.startsWith('`')) return source.slice(1, -1).replaceAll('\r', '')
  const units = readCharacters(source.slice(1, -1), '"')
  if (units === null) return null
  if (units.every((unit) => !unit.isByte)) return units.map((unit) => codeText(unit.code)).join('')
  return Buffer.concat(units.map(unitBytes)).toString('utf8')
}

/** The code of a Go character constant, quotes included (`'a'` is 97). Null when it is not one character. */
export function unquoteCharacter(source: string): number | null {
  const units = readCharacters(source.slice(1, -1), "'")
  return units?.length === 1 ? (units[0]?.code ?? null) : null
}

interface Unit {
  readonly code: number
  /** Written as `\xFF` or `\377`: one byte, not one character. */
  readonly isByte: boolean
}

function readCharacters(body: string, quote: string): Unit[] | null {
  const units: Unit[] = []
  for (let i = 0; i < body.length;) {
    const read = readCharacter(body, i, quote)
    if (read === null) return null
    units.push(read.unit)
    i = read.next
  }
  return units
}

function readCharacter(
  body: string,
  i: number,
  quote: string,
): { unit: Unit; next: number } | null {
  const code = body.codePointAt(i) as number
  if (code !== 0x5c) return { unit: { code, isByte: false }, next: i + (code > 0xffff ? 2 : 1) }
  const letter = body[i + 1] ?? ''
  const simple = letter === quote ? quote : SIMPLE[letter]
  if (simple !== undefined)
    return { unit: { code: simple.charCodeAt(0), isByte: false }, next: i + 2 }
  const hexLength = HEX_LENGTH[letter]
  const digits =
    hexLength === undefined ? body.slice(i + 1, i + 4) : body.slice(i + 2, i + 2 + hexLength)
  const isOctal = hexLength === undefined
  const wanted = isOctal ? /^[0-7]{3}$/ : /^[0-9a-fA-F]+$/
  if (!wanted.test(digits) || (!isOctal && digits.length !== hexLength)) return null
  const value = Number.parseInt(digits, isOctal ? 8 : 16)
  const isByte = isOctal || letter === 'x'
  if (isByte ? value > 0xff : value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return null
  return {
    unit: { code: value, isByte: isByte && value > 0x7f },
    next: i + 1 + digits.length + (isOctal ? 0 : 1),
  }
}

function unitBytes(unit: Unit): Buffer {
  return unit.isByte ? Buffer.from([unit.code]) : Buffer.from(codeText(unit.code), 'utf8')
}

function codeText(code: number): string {
  return String.fromCodePoint(code)
}

/** A numeric constant: Go keeps every reading that fits, and the place where it is used picks one. */
export interface NumberLiteral {
  /** Null when it is no whole number, or does not fit 64 bits. */
  readonly int: bigint | null
  readonly float: number
  /** Written as a floating-point number (`1.0`, `1e3`). */
  readonly isFloat: boolean
  /** A whole number above int64 but within uint64: legal to write, fails when used. */
  readonly overflowsInt: boolean
}

const MAX_INT = 0x7fffffffffffffffn
const MAX_UINT = 0xffffffffffffffffn

/** Reads a Go number (`1`, `0x1F`, `0b1`, `1_000`, `1e3`, `0x1p-2`). Returns why not, in Go's words. */
export function parseNumber(text: string): NumberLiteral | string {
  const isHex = /^[+-]?0[xX]/.test(text)
  const looksFloat = isHex ? /[.pP]/.test(text) : /[.eE]/.test(text)
  if (!looksFloat) return parseInteger(text)
  const float = parseFloatText(text)
  if (float === null || !Number.isFinite(float)) return `illegal number syntax: "${text}"`
  const int = Number.isInteger(float) && Math.abs(float) < 2 ** 63 ? BigInt(float) : null
  return { int, float, isFloat: true, overflowsInt: false }
}

function parseInteger(text: string): NumberLiteral | string {
  const match = /^([+-]?)(0[xX]_?[\da-fA-F_]+|0[bB]_?[01_]+|0[oO]?_?[0-7_]+|[1-9][\d_]*|0)$/.exec(
    text,
  )
  if (match === null || /__|_$/.test(text)) return `illegal number syntax: "${text}"`
  const digits = (match[2] as string).replaceAll('_', '').replace(/^0[oO]?(?=[0-7])/, '0o')
  const size = BigInt(digits)
  const value = match[1] === '-' ? -size : size
  if (value > MAX_UINT || value < -MAX_INT - 1n) return `integer overflow: "${text}"`
  const overflowsInt = value > MAX_INT
  return { int: overflowsInt ? null : value, float: Number(value), isFloat: false, overflowsInt }
}

const DECIMAL = /^[+-]?(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?$/
const HEX_FLOAT = /^([+-]?)0[xX]_?([\da-fA-F_]*)\.?([\da-fA-F_]*)[pP]([+-]?\d[\d_]*)$/

/** A float as Go's ParseFloat reads it, without `inf` and `nan`. Null: not a number. Infinite: out of range. */
export function parseFloatText(text: string): number | null {
  if (text.includes('_') && !/(?<=[\da-fA-FxX])_(?=[\da-fA-F])/.test(text)) return null
  if (/__|_\.|\._|_$/.test(text)) return null
  if (DECIMAL.test(text)) return Number(text.replaceAll('_', ''))
  const hex = HEX_FLOAT.exec(text)
  if (hex === null) return null
  const whole = (hex[2] as string).replaceAll('_', '')
  const fraction = (hex[3] as string).replaceAll('_', '')
  if (whole + fraction === '') return null
  const mantissa = Number(BigInt(`0x${whole}${fraction}`))
  const value = mantissa * 2 ** (Number(hex[4]) - 4 * fraction.length)
  return hex[1] === '-' ? -value : value
}
