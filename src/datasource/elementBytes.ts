import { HEAD_CLOSE, HEAD_OPEN } from './vectorIndex.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const BRACE_OPEN = 0x7b
const BRACE_CLOSE = 0x7d
const BRACKET_CLOSE = 0x5d

/**
 * End of the head (`{"metric":{...},"value":[`) that starts at `start`; -1 when the bytes there are anything else,
 * also when a label string is no valid JSON.
 */
export function headEnd(body: Buffer, start: number): number {
  if (!startsWith(body, start, HEAD_OPEN)) return -1
  const labels = start + HEAD_OPEN.length
  const end = labelsEnd(body, labels)
  if (end < 0 || !startsWith(body, end, HEAD_CLOSE)) return -1
  return end + HEAD_CLOSE.length
}

/** Start of the value's text, after `1717000000.123,"`; -1 when no plain number and a string stand there. */
export function valueStart(body: Buffer, start: number): number {
  let p = digitsEnd(body, start)
  if (p === start || (body[start] === 0x30 && p > start + 1)) return -1
  if (body[p] === 0x2e) {
    const fraction = p + 1
    p = digitsEnd(body, fraction)
    if (p === fraction) return -1
  }
  return body[p] === COMMA && body[p + 1] === QUOTE ? p + 2 : -1
}

/** End of the value's text (where its quote stands), when `"]}` follows; -1 for anything else. */
export function valueEnd(body: Buffer, start: number): number {
  let p = start
  for (let byte = body[p] as number; byte !== QUOTE; byte = body[++p] as number) {
    // Also stops at the end of the body, where the byte is undefined.
    if (!(byte >= 0x20 && byte < 0x7f) || byte === BACKSLASH) return -1
  }
  return body[p + 1] === BRACKET_CLOSE && body[p + 2] === BRACE_CLOSE ? p : -1
}

export function startsWith(body: Buffer, at: number, expected: Buffer): boolean {
  if (at + expected.length > body.length) return false
  for (let i = 0; i < expected.length; i++) if (body[at + i] !== expected[i]) return false
  return true
}

function digitsEnd(body: Buffer, start: number): number {
  let p = start
  while ((body[p] as number) >= 0x30 && (body[p] as number) <= 0x39) p++
  return p
}

/** End of an object of strings; -1 when it is none. */
function labelsEnd(body: Buffer, start: number): number {
  if (body[start] !== BRACE_OPEN) return -1
  if (body[start + 1] === BRACE_CLOSE) return start + 2
  for (let p = start + 1; ; p++) {
    p = stringEnd(body, p)
    if (p < 0 || body[p] !== COLON) return -1
    p = stringEnd(body, p + 1)
    if (p < 0) return -1
    if (body[p] === BRACE_CLOSE) return p + 1
    if (body[p] !== COMMA) return -1
  }
}

/** End of the string at `start`, behind its closing quote; -1 when none stands there. */
function stringEnd(body: Buffer, start: number): number {
  if (body[start] !== QUOTE) return -1
  let p = start + 1
  let escaped = false
  for (let byte = body[p] as number; byte !== QUOTE; byte = body[++p] as number) {
    if (!(byte >= 0x20)) return -1 // a control character, or the end of the body, where the byte is undefined
    if (byte !== BACKSLASH) continue
    escaped = true
    p++
  }
  return escaped && !isJson(body, start, p + 1) ? -1 : p + 1
}

function isJson(body: Buffer, start: number, end: number): boolean {
  try {
    JSON.parse(body.toString('utf8', start, end))
    return true
  } catch {
    return false
  }
}
