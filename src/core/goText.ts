const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\u0007', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
  ['\\', '\\\\'],
  ['"', '\\"'],
])
const LETTERS: ReadonlyMap<string, string> = new Map(
  [...SHORT_ESCAPES].map(([char, escape]) => [escape.slice(1), char]),
)
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/
const LONE_SURROGATE = /\p{Surrogate}/u
const ESCAPE =
  /\\(?:([abfnrtv\\"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}))/y

/** Whether a text has a UTF-8 form (no lone surrogate). */
export function isValidText(text: string): boolean {
  return !LONE_SURROGATE.test(text)
}

/** A text as a Go string literal in double quotes: printable characters stay, others are escaped. Source: `strconv.Quote`. */
export function goQuote(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`
  let quoted = '"'
  for (const char of text) {
    quoted += SHORT_ESCAPES.get(char) ?? (PRINTABLE.test(char) ? char : numericEscape(char))
  }
  return `${quoted}"`
}

/**
 * The text that a Go string literal in double quotes stands for; null when it is none: an unknown escape such as `\d`,
 * a raw line break, bytes that are not UTF-8. Source: `strconv.Unquote`.
 */
export function goUnquote(literal: string): string | null {
  if (literal.length < 2 || !literal.startsWith('"') || !literal.endsWith('"')) return null
  const body = literal.slice(1, -1)
  if (/["\n]/.test(body.replace(/\\[^]/g, ''))) return null
  if (!isValidText(body)) return null
  return body.includes('\\') ? unescape(body) : body
}

function numericEscape(char: string): string {
  const code = char.codePointAt(0) as number
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`
  if (code >= 0xd800 && code <= 0xdfff) return '\\ufffd'
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0')
}

/** Escapes may stand for single bytes, so the text is put together as bytes and decoded at the end. */
function unescape(body: string): string | null {
  const parts: Uint8Array[] = []
  let position = 0
  while (position < body.length) {
    const next = body.indexOf('\\', position)
    const end = next === -1 ? body.length : next
    parts.push(Buffer.from(body.slice(position, end)))
    if (next === -1) break
    ESCAPE.lastIndex = next
    const match = ESCAPE.exec(body)
    const bytes = match === null ? null : escapedBytes(match)
    if (match === null || bytes === null) return null
    parts.push(bytes)
    position = next + match[0].length
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(parts))
  } catch {
    return null
  }
}

function escapedBytes(match: RegExpExecArray): Uint8Array | null {
  const [, letter, byte, short, long, octal] = match
  if (letter !== undefined) return Buffer.from(LETTERS.get(letter) as string)
  if (byte !== undefined) return Uint8Array.of(Number.parseInt(byte, 16))
  if (octal !== undefined) {
    const value = Number.parseInt(octal, 8)
    return value <= 0xff ? Uint8Array.of(value) : null
  }
  const code = Number.parseInt((short ?? long) as string, 16)
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return null
  return Buffer.from(String.fromCodePoint(code))
}
