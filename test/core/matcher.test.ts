import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import {
  compileMatchers,
  formatMatcher,
  formatMatchers,
  isMatcherError,
  matcherProblem,
  parseMatcher,
  parseMatchers,
  sortMatchers,
} from '../../src/core/matcher.ts'
import type { Matcher, MatchOperator } from '../../src/core/matcher.ts'

/** Canonical text of the result, with ' W' behind it when a warning was given. */
function read(text: string): string {
  let warned = false
  const parsed = parseMatchers(text, () => (warned = true))
  return isMatcherError(parsed) ? 'error' : formatMatchers(parsed) + (warned ? ' W' : '')
}

// The table of routing-semantics 1.8, observed on Alertmanager 0.33 in its default mode.
describe('a list of matchers', () => {
  it.each([
    ['bare words', 'foo = bar', '{foo="bar"}'],
    ['a quoted value', 'foo="bar baz"', '{foo="bar baz"}'],
    ['a missing value', 'foo=', '{foo=""} W'],
    ['a bare value with a blank', 'foo=bar baz', '{foo="bar baz"} W'],
    ['single quotes', "foo='bar'", `{foo="'bar'"} W`],
    ['a quoted name', '"foo"=bar', '{foo="bar"}'],
    ['a quoted name with a blank', '"foo bar"=baz', '{"foo bar"="baz"}'],
    ['a dash in a name', 'a-b=c', '{a-b="c"}'],
    ['a dot in a name', 'a.b=c', '{a.b="c"}'],
    ['a leading digit', '0a=b', '{0a="b"}'],
    ['a letter beyond ASCII', 'é=1', '{é="1"}'],
    ['an escape that Go strings lack', 'foo=~"a\\.b"', '{foo=~"a\\\\.b"} W'],
    ['an escaped backslash', 'foo=~"a\\\\.b"', '{foo=~"a\\\\.b"}'],
    ['a bare repetition, whose brace is eaten', 'foo=~a{2}', '{foo=~"a{2"} W'],
    ['a quoted repetition', 'foo=~"a{2}"', '{foo=~"a{2}"}'],
    ['a second closing brace', '{a=b}}', '{a="b}"} W'],
    ['only an opening brace', '{foo="x"', '{foo="x"} W'],
    ['only a closing brace', 'foo="x"}', '{foo="x"} W'],
    ['a doubled =', 'a==b', '{a="=b"} W'],
    ['a doubled ~', 'a=~~b', '{a=~"~b"} W'],
    ['a comma at the end', 'a=b, c=d,', '{a="b",c="d"}'],
    ['braces around', '{a=b, c=d}', '{a="b",c="d"}'],
    ['two commas', 'a=b,,c=d', 'error'],
    ['no name', '=b', 'error'],
    ['text behind the quotes', 'foo="a"b', 'error'],
    ['two words as a name', 'foo bar=baz', 'error'],
    ['an escape that only Go strings know', 'foo="\\u00e9"', '{foo="\\\\u00e9"} W'],
    ['an escaped tab', 'foo="\\t"', '{foo="\\\\t"} W'],
    ['an escaped byte', 'foo="\\x41"', '{foo="\\\\x41"} W'],
    ['a bare line break escape', 'foo=a\\nb', '{foo="a\\nb"} W'],
    // Alertmanager logs a warning for these two as well, although both of its parsers find nothing.
    ['nothing', '', '{}'],
    ['empty braces', '{}', '{}'],
    ['a bad pattern', 'foo=~"("', 'error'],
    ['look-ahead, which RE2 lacks', 'foo=~"(?=a)"', 'error'],
    ['a back reference, which RE2 lacks', 'foo=~"(a)\\\\1"', 'error'],
    ['a lone opening brace', '{', '{} W'],
    ['a byte escape that is not UTF-8', '"\\xff"=a', 'error'],
    ['a surrogate escape', '"\\ud800"=a', 'error'],
    ['an emoji written as bytes', '"\\xf0\\x9f\\x99\\x82"=a', '{🙂="a"}'],
    ['a comma inside quotes', 'a="b,c",d=e', '{a="b,c",d="e"}'],
    ['an escaped quote', 'a="b\\",c"', '{a="b\\",c"}'],
  ])('%s', (_name, text, want) => expect(read(text)).toBe(want))

  test('an error of both grammars is the classic one and shows the right form', () => {
    expect(parseMatchers('foo')).toEqual({
      error: 'bad matcher format: foo: write it as name="value", with =, !=, =~ or !~',
    })
  })

  test('printing and parsing is the identity', () => {
    fc.assert(
      fc.property(fc.array(anyMatcher(), { maxLength: 4 }), (matchers) => {
        expect(parseMatchers(formatMatchers(matchers))).toEqual(matchers)
      }),
    )
  })

  test('no text makes it throw', () => {
    const texts = fc.string({ unit: fc.constantFrom(...Array.from('{}=!~,"\\ \nab\t.*(é')) })
    fc.assert(fc.property(texts, (text) => void parseMatchers(text)))
  })
})

function anyMatcher(): fc.Arbitrary<Matcher> {
  const text = fc.string({
    unit: fc.oneof(
      fc.constantFrom(...Array.from('a"\\\n\t,{}= é🙂~')),
      fc.string({ unit: 'grapheme', maxLength: 1 }),
    ),
    maxLength: 8,
  })
  const op = fc.constantFrom<MatchOperator>('=', '!=')
  return fc.record({ name: text.filter((name) => name !== ''), op, value: text })
}

describe('a single matcher', () => {
  const single = (text: string): string => {
    const parsed = parseMatcher(text)
    return isMatcherError(parsed) ? 'error' : formatMatcher(parsed)
  }
  it.each([
    ['is read', 'a=b', 'a="b"'],
    ['takes a comma into its value', 'alertname=cs,a=b', 'alertname="cs,a=b"'],
    ['has no opening brace', '{a=b', 'error'],
    ['has no closing brace', 'a=b}', 'error'],
    ['is not empty', '', 'error'],
    ['is not blank', ' ', 'error'],
    ['is one, where the classic grammar cannot help', '"a"=b,"c"=d', 'error'],
    ['has a name', 'x', 'error'],
    ['may have a quoted empty name', '""=b', '="b"'],
    ['may be empty valued', 'a=', 'a=""'],
  ])('%s', (_name, text, want) => expect(single(text)).toBe(want))
})

describe('matching', () => {
  it.each([
    ['= compares the whole value', 'a=b', { a: 'b' }, true],
    ['= is no prefix test', 'a=b', { a: 'bc' }, false],
    ['a missing label is empty', 'a=""', {}, true],
    ['!= holds for a missing label', 'a!=x', {}, true],
    ['an inherited name is missing too', 'constructor=""', {}, true],
    ['.* holds for a missing label', 'a=~".*"', {}, true],
    ['.+ does not', 'a=~".+"', {}, false],
    ['!~ holds for a missing label', 'a!~"x"', {}, true],
    ['patterns are anchored', 'a=~"b"', { a: 'abc' }, false],
    ['alternatives are anchored together', 'a=~"b|c"', { a: 'cd' }, false],
    ['alternatives match', 'a=~"b|c"', { a: 'c' }, true],
    ['alternatives in a group', 'a=~"(b|c)"', { a: 'c' }, true],
    ['anchors in the text', 'a=~"^(?:team-(B|C))$"', { a: 'team-B' }, true],
    ['anchored words', 'a=~"^(?:b|c)$"', { a: 'c' }, true],
    ['an empty alternative', 'a=~"b|"', {}, true],
    ['escaped punctuation', 'a=~"b\\\\.c|d"', { a: 'b.c' }, true],
    ['escaped punctuation is not a wildcard', 'a=~"b\\\\.c|d"', { a: 'bxc' }, false],
    ['an escaped bar', 'a=~"b\\\\|c"', { a: 'b|c' }, true],
    ['a prefix', 'a=~"db-.*"', { a: 'db-7' }, true],
    ['a prefix alone', 'a=~"db-.*"', { a: 'db-' }, true],
    ['a prefix and more', 'a=~"db-.+"', { a: 'db-' }, false],
    ['the dot stops at a line break', 'a=~".*"', { a: 'x\ny' }, false],
    ['the dot of a prefix stops there too', 'a=~"x.*"', { a: 'x\ny' }, false],
    ['flags', 'a=~"(?i)DISK"', { a: 'disk' }, true],
    ['classes of Unicode', 'a=~"\\\\pL+"', { a: 'éß' }, true],
    ['POSIX classes', 'a=~"[[:alpha:]]+"', { a: 'ab' }, true],
    ['all must hold', 'a=b,c=d', { a: 'b', c: 'x' }, false],
    ['three hold', 'a=b,c=d,e!=f', { a: 'b', c: 'd' }, true],
  ])('%s', (_name, text, labels, want) => {
    const matchers = parseMatchers(text) as Matcher[]
    expect(isMatcherError(matchers)).toBe(false)
    expect(compileMatchers(matchers)(labels as Record<string, string>)).toBe(want)
  })

  test('fast paths agree with the general one', () => {
    const word = fc.string({
      unit: fc.constantFrom(...Array.from('ab-\\.|*+()^$\n')),
      maxLength: 6,
    })
    fc.assert(
      fc.property(word, word, (pattern, text) => {
        const plain = { name: 'x', op: '=~', value: pattern } as const
        // A flag group changes nothing, but keeps the pattern away from the fast paths.
        const general = { ...plain, value: `(?:(?-i:)(?:${pattern}))` }
        fc.pre(matcherProblem(plain) === null && matcherProblem(general) === null)
        expect(compileMatchers([plain])({ x: text })).toBe(compileMatchers([general])({ x: text }))
      }),
      { numRuns: 2_000 },
    )
  })

  it.each([
    ['a broken pattern', '(', /missing closing/],
    ['a pattern that explodes', '(\\pL{1,100}){1,10}', /too complex/],
    ['a pattern that is too long', 'a.b'.repeat(2_000), /6000 characters, at most 4096/],
    ['a lone surrogate', '\ud800', /UTF-8/],
  ])('%s is a problem', (_name, value, want) =>
    expect(matcherProblem({ name: 'a', op: '=~', value })).toMatch(want),
  )

  test('a list of a thousand words is none', () => {
    const value = Array.from({ length: 1_000 }, (_, i) => `host-${i}.example`)
      .join('|')
      .replaceAll('.', '\\.')
    const matcher: Matcher = { name: 'a', op: '=~', value }
    expect(matcherProblem(matcher)).toBe(null)
    expect(compileMatchers([matcher])({ a: 'host-999.example' })).toBe(true)
  })

  test('compiling an unchecked bad pattern throws', () => {
    expect(() => compileMatchers([{ name: 'a', op: '=~', value: '(' }])).toThrow('a=~"("')
  })
})

test('matchers are sorted by name, value and operator', () => {
  const sorted = ['a!~"x"', 'a=~"x"', 'a!="x"', 'a="x"', 'a="w"', 'B="z"'].toReversed()
  const matchers = parseMatchers([...sorted].sort().join(',')) as Matcher[]
  expect(sortMatchers(matchers).map(formatMatcher)).toEqual(sorted)
})
