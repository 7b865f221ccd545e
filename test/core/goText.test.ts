import * as fc from 'fast-check'
import { expect, it, test } from 'vitest'
import { goQuote, goUnquote, isValidText } from '../../src/core/goText.ts'

it.each([
  ['plain text', 'a b', '"a b"'],
  ['quotes and backslashes', 'a"\\', '"a\\"\\\\"'],
  ['short escapes', '\u0007\b\f\n\r\t\v', '"\\a\\b\\f\\n\\r\\t\\v"'],
  ['other control characters', '\u0001\u007f', '"\\x01\\x7f"'],
  ['printable letters beyond ASCII', 'Übergröße 🙂', '"Übergröße 🙂"'],
  ['a blank that is not the ASCII one', '\u00a0\u2028', '"\\u00a0\\u2028"'],
  ['an unprintable character beyond U+FFFF', '\u{e0001}', '"\\U000e0001"'],
  ['a lone surrogate', '\ud800', '"\\ufffd"'],
])('goQuote: %s', (_name, text, want) => expect(goQuote(text)).toBe(want))

it.each([
  ['plain text', '"a b"', 'a b'],
  ['bytes that make one character', '"\\xc3\\xa9\\303\\251"', 'éé'],
  ['code points', '"\\u00e9\\U0001F642"', 'é🙂'],
  ['a raw tab', '"a\tb"', 'a\tb'],
  ['a raw line break', '"a\nb"', null],
  ['an unknown escape', '"\\d"', null],
  ['an escaped single quote', '"\\\'"', null],
  ['a surrogate', '"\\ud800"', null],
  ['a code point that does not exist', '"\\U00110000"', null],
  ['an octal number above 255', '"\\400"', null],
  ['half a character', '"\\xc3"', null],
  ['an open end', '"a', null],
  ['an escaped end', '"a\\"', null],
  ['a quote inside', '"a"b"', null],
  ['no quotes', 'a', null],
])('goUnquote: %s', (_name, text, want) => expect(goUnquote(text)).toBe(want))

test('unquoting reverts quoting', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      fc.pre(isValidText(text))
      expect(goUnquote(goQuote(text))).toBe(text)
    }),
  )
})
