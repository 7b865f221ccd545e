/** A label set. Names are unique, values are never empty in an identity. Null prototype or own keys only. */
export type Labels = Readonly<Record<string, string>>

/** Byte order of UTF-8, which is code point order; the default JavaScript order differs beyond U+FFFF. */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    const highX = x >= 0xd800
    const highY = y >= 0xd800
    // Surrogates (beyond U+FFFF) sort after every other unit, although their numbers are below U+E000..U+FFFF.
    if (highX && highY) return rank(x) - rank(y)
    return x - y
  }
  return a.length - b.length
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}

/** The value of a label, '' when it is missing. Safe for names that every object inherits, such as `constructor`. */
export function labelValue(labels: Labels, name: string): string {
  const value: unknown = labels[name]
  return typeof value === 'string' ? value : ''
}

/** Label names in the order that fingerprints and group keys use. */
export function sortedNames(labels: Labels): string[] {
  return Object.keys(labels).sort(compareUtf8)
}

/**
 * Alertmanager's fingerprint of a label set: FNV-1a 64 over `name 0xFF value 0xFF` of all labels sorted by name,
 * as 16 lower-case hexadecimal digits. Source: prometheus/common `model.LabelSet.Fingerprint`.
 */
export function fingerprint(labels: Labels): string {
  fnvReset()
  for (const name of sortedNames(labels)) {
    fnvText(name)
    fnvByte(0xff)
    fnvText(labels[name] as string)
    fnvByte(0xff)
  }
  return fnvHex()
}

// 64-bit FNV-1a state as four 16-bit limbs, least significant first; BigInt is ten times slower.
let h0 = 0
let h1 = 0
let h2 = 0
let h3 = 0

function fnvReset(): void {
  h0 = 0x2325
  h1 = 0x8422
  h2 = 0x9ce4
  h3 = 0xcbf2
}

/** h = (h xor byte) * 0x100000001b3 mod 2^64. The prime is 2^40 + 0x1b3. */
function fnvByte(byte: number): void {
  const x0 = h0 ^ byte
  const p0 = x0 * 0x1b3
  const p1 = h1 * 0x1b3 + (p0 >>> 16)
  const p2 = h2 * 0x1b3 + (p1 >>> 16) + (x0 << 8)
  const p3 = h3 * 0x1b3 + (p2 >>> 16) + (h1 << 8)
  h0 = p0 & 0xffff
  h1 = p1 & 0xffff
  h2 = p2 & 0xffff
  h3 = p3 & 0xffff
}

function fnvText(text: string): void {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) fnvByte(unit)
    else return fnvEncoded(text.slice(i))
  }
}

const encoder = new TextEncoder()
function fnvEncoded(text: string): void {
  for (const byte of encoder.encode(text)) fnvByte(byte)
}

function fnvHex(): string {
  const high = h3 * 0x10000 + h2
  const low = h1 * 0x10000 + h0
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0')
}
