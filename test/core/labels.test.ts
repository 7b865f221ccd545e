import * as fc from 'fast-check'
import { expect, it, test } from 'vitest'
import { compareUtf8, fingerprint, labelValue, sortedNames } from '../../src/core/labels.ts'

// The vectors of routing-semantics 3.4, verified against a running Alertmanager.
it.each([
  ['the empty set', {}, 'cbf29ce484222325'],
  ['one label', { alertname: 'HighLatency' }, '73dbeed5635ea4e4'],
  [
    'four labels in any order',
    { severity: 'critical', alertname: 'HighLatency', job: 'node', instance: 'db-1:9100' },
    '9ceeea28345527f4',
  ],
  [
    'slashes and dashes',
    { alertname: 'DiskFull', cluster: 'eu-west-1', device: '/dev/sda1', mountpoint: '/var' },
    '8dd4c3a86297f929',
  ],
  [
    'letters beyond ASCII',
    { alertname: 'Übergröße', 'emoji🙂': '✓', город: 'Москва' },
    'b0f1087196a44dbc',
  ],
  [
    'names that are prefixes of others, line breaks, quotes',
    { a: '1', a1: '2', B: '3', _z: 'line\nbreak "q"' },
    'e85c4af0fe70dc57',
  ],
  ['empty values are gone before', { alertname: 'EmptyDropped', keep: 'yes' }, '5e2552ac85654793'],
  ['names in byte order, not UTF-16 order', { '🙂': '2', Ａ: '1' }, '6af74a16429e66fe'],
  ['a leading zero', { alertname: 'pad440' }, '09262dd43459764d'],
])('fingerprint: %s', (_name, labels, want) =>
  expect(fingerprint(labels as unknown as Record<string, string>)).toBe(want),
)

/** The definition with big integers. */
function slowFingerprint(labels: Record<string, string>): string {
  let h = 0xcbf29ce484222325n
  const feed = (byte: number): void => {
    h = ((h ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn
  }
  const names = Object.keys(labels).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  for (const name of names) {
    for (const text of [name, labels[name] ?? '']) {
      for (const byte of Buffer.from(text)) feed(byte)
      feed(0xff)
    }
  }
  return h.toString(16).padStart(16, '0')
}

test('the fingerprint is FNV-1a 64 over the UTF-8 bytes', () => {
  const text = fc.string({ unit: 'binary', maxLength: 12 })
  fc.assert(
    fc.property(fc.dictionary(text, text, { maxKeys: 5 }), (labels) => {
      expect(fingerprint(labels)).toBe(slowFingerprint(labels))
    }),
  )
})

test('texts compare like their UTF-8 bytes', () => {
  const text = fc.string({ unit: 'binary', maxLength: 4 })
  fc.assert(
    fc.property(text, text, (a, b) => {
      const want = Buffer.compare(Buffer.from(a), Buffer.from(b))
      expect(Math.sign(compareUtf8(a, b))).toBe(want)
    }),
    { numRuns: 1_000 },
  )
})

test('names are sorted by bytes', () => {
  expect(sortedNames({ a1: '', a: '', B: '', _z: '' })).toEqual(['B', '_z', 'a', 'a1'])
})

it.each([
  ['a label', 'a', 'x'],
  ['a missing one', 'b', ''],
  ['a name that objects inherit', 'constructor', ''],
  ['another such name', '__proto__', ''],
])('labelValue of %s', (_name, name, want) => expect(labelValue({ a: 'x' }, name)).toBe(want))
