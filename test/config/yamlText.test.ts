import * as fc from 'fast-check'
import { stringify } from 'yaml'
import { describe, expect, it, test } from 'vitest'
import { parseYamlText } from '../../src/config/yamlText.ts'

function messages(text: string): string[] {
  return parseYamlText('f', text).problems.map((p) => `${p.line}:${p.column} ${p.message}`)
}

const PLACES = `plain: one two
folded: one
  two  three
single: 'it''s two'
double: "a\\tb \\u00e9 two\\
  x three"
literal: |
  one

    two
  three
joined: >-
  one
  two

  three
anchor: &a {k: 0x10, list: [x, y]}
alias: *a
merged: {<<: *a, own: 1.10}
`

describe('places', () => {
  const yaml = parseYamlText('f', PLACES)

  it.each([
    ['plain', 'two', 1, 12],
    ['folded', 'two', 3, 3],
    ['folded', 'three', 3, 8],
    ['single', 'two', 4, 16],
    ['double', 'two', 5, 22],
    ['double', 'three', 6, 5],
    ['literal', 'two', 10, 5],
    ['literal', 'three', 11, 3],
    ['joined', 'two', 14, 3],
    ['joined', 'three', 16, 3],
  ])('in %s, the word %s', (key, word, line, column) => {
    const text = yaml.sourceText([key]) ?? ''
    expect(text).toContain(word)
    expect(yaml.positionIn([key], text.indexOf(word))).toEqual({ line, column })
  })

  it.each<[string, (string | number)[], 'key' | 'value', number, number]>([
    ['a value', ['anchor', 'k'], 'value', 17, 16],
    ['a key', ['anchor', 'k'], 'key', 17, 13],
    ['an entry of a list', ['anchor', 'list', 1], 'value', 17, 32],
    ['an alias, where it is used', ['alias'], 'value', 18, 8],
    ['what an alias stands for', ['alias', 'k'], 'value', 17, 16],
    ['what was merged', ['merged', 'k'], 'value', 17, 16],
    ['the nearest parent', ['merged', 'nope', 'deeper'], 'value', 19, 9],
  ])('of %s', (_name, path, part, line, column) => {
    expect(yaml.position(path, part)).toEqual({ line, column })
  })

  it('keeps scalars as they are written, through aliases and merges', () => {
    expect(yaml.sourceText(['merged', 'own'])).toBe('1.10')
    expect(yaml.sourceText(['merged', 'k'])).toBe('0x10')
    expect(yaml.sourceText(['alias', 'list'])).toBeUndefined()
    expect(yaml.sourceText(['nope'])).toBeNull()
  })
})

describe('refused', () => {
  it.each<[string, string, string[]]>([
    ['a key twice', 'a: 1\nb: 2\na: 3', ['3:1 key "a" is given twice']],
    ['an alias without anchor', 'a: *b', ['1:4 alias *b has no anchor &b before it']],
    ['an alias of itself', 'a: &a [1, *a]', ['1:11 alias *a refers to itself']],
    ['an alias before its anchor', 'a: *b\nb: &b 1', ['1:4 alias *b has no anchor &b before it']],
    ['a merge of a text', 'a: {<<: x}', ['1:9 << must name a map, or a list of maps']],
    [
      'a control character',
      'a: b\nc: \u0007',
      ['2:4 control character U+0007: this is not a YAML text'],
    ],
  ])('%s', (_name, text, want) => {
    expect(messages(text).slice(0, 1)).toEqual(want)
    expect(parseYamlText('f', text).value).toBeNull()
  })
})

it('refuses deep nesting, wherever the stack ends', () => {
  expect(messages('['.repeat(3_000))[0]).toMatch(/^1:\d+ this YAML is refused: nested too deeply$/)
})

it('lets own keys win over merged ones, and the first merged map over the second', () => {
  const { value } = parseYamlText(
    'f',
    'a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {z: 3, <<: [*a, *b]}',
  )
  expect((value as { c: unknown }).c).toEqual({ x: 1, y: 1, z: 3 })
})

it('has no prototype to inherit from', () => {
  const { value } = parseYamlText('f', '__proto__: {polluted: true}')
  expect(Object.keys(value as object)).toEqual(['__proto__'])
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
})

test('reads what was printed, and finds each text at its place', () => {
  const text = fc.string().filter((s) => !/[\u0000-\u001f\u007f]/.test(s))
  fc.assert(
    fc.property(fc.dictionary(text, text, { noNullPrototype: true }), (content) => {
      const printed = stringify(content)
      const yaml = parseYamlText('f', printed)
      expect(yaml.problems).toEqual([])
      for (const [key, value] of Object.entries(content)) {
        expect(yaml.sourceText([key])).toBe(value)
        const { line } = yaml.positionIn([key], value.length)
        expect(line).toBeLessThanOrEqual(printed.split('\n').length)
      }
    }),
  )
})
