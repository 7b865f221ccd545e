import { describe, expect, it } from 'vitest'
import { stringList } from '../../../src/templates/engine/stringList.ts'
import { List } from '../../../src/templates/engine/value.ts'
import { anyMap, outcome } from './support.ts'

it.each([
  ['an int', '{{ 0x1F }} {{ 0b11 }} {{ 0o17 }} {{ 010 }} {{ 1_000 }}', '31 3 15 8 1000'],
  ['a number right behind a brace', '{{-3}} {{- 3 -}} x', '-33x'],
  ['a float', '{{ 1.0 }} {{ 1e3 }} {{ .5 }} {{ 0x1p4 }}', '1 1000 0.5 16'],
  ['a character', "{{ 'a' }} {{ '\\n' }} {{ '\\u00e9' }}", '97 10 233'],
  ['string escapes', '{{ "\\x41\\101\\u00e9\\"\\t" }}|{{ "\\xc3\\xa9" }}', 'AAé"\t|é'],
  ['a shadowed variable', '{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ $x }}{{ end }}{{ $x }}', '21'],
  ['if with declaration', '{{ if $x := 5 }}{{ $x }}{{ else }}n{{ end }}', '5'],
  ['else with', '{{ with "" }}a{{ else with "b" }}{{ . }}{{ else }}c{{ end }}', 'b'],
  [
    'a range over an int',
    '{{ range 3 }}{{ . }}{{ end }}{{ range $i := 2 }}{{ $i }}{{ end }}',
    '01201',
  ],
  ['a range that assigns', '{{ $x := "" }}{{ range $x = .l }}{{ end }}{{ $x }}', 'b'],
  ['continue', '{{ range 4 }}{{ if eq . 2 }}{{ continue }}{{ end }}{{ . }}{{ end }}', '013'],
  ['break inside with', '{{ range 4 }}{{ with . }}{{ break }}{{ end }}{{ . }}{{ end }}', '0'],
  ['an empty range', '{{ range 0 }}x{{ else }}none{{ end }}', 'none'],
  ['nil in a range', '{{ range .nope }}x{{ else }}none{{ end }}', 'none'],
  ['short circuits', '{{ or 0 "" "x" (index .l 9) }}{{ and 1 0 (index .l 9) }}', 'x0'],
  ['a final for and', '{{ 3 | and 1 }}', '3'],
  ['not', '{{ not 0 }} {{ not "a" }}', 'true false'],
  ['NaN is true', '{{ if .nan }}t{{ end }}', 't'],
  [
    'comparisons',
    '{{ lt 1 2 }}{{ le 2 2 }}{{ gt "b" "a" }}{{ ge 1.5 2.5 }}{{ ne 1 2 }}',
    'truetruetruefalsetrue',
  ],
  ['nil equals nil', '{{ eq .nope nil }} {{ ne .l nil }}', 'true true'],
  ['a trailing pipe', '{{ 1 | }}', '1'],
  ['slices', '{{ slice "héllo" 1 3 }} {{ slice .l 1 }} {{ index "abc" 1 }}', 'é [b] 98'],
  ['print', '{{ print 1 2 "a" 3 4 }} {{ println 1 "a" }}', '1 2a3 4 1 a\n'],
  ['nested maps', '{{ .m.a }} {{ .m }} {{ len .m }}', '1 map[a:1 b:<nil>] 2'],
  ['a nil argument', '{{ printf "%v" nil }}', '<nil>'],
  ['a chain on a pipe', '{{ (index .l 0 | printf "%s!") }}', 'a!'],
  ['a block', '{{ block "b" 7 }}{{ . }}{{ end }}', '7'],
  ['trim markers', 'a \n {{- 1 -}} \n b', 'a1b'],
  ['a comment with trim markers', 'a {{- /* x }} */ -}} b', 'ab'],
  [
    'an empty definition first',
    '{{ define "x" }} {{ end }}{{ define "x" }}y{{ end }}{{ template "x" }}',
    'y',
  ],
])('understands %s', (_name, text, want) => expect(outcome(text, DATA)).toBe(want))

const DATA = anyMap({
  l: stringList(['a', 'b']),
  any: new List([1n, 'x']),
  m: anyMap({ a: 1n, b: null }),
  nan: Number.NaN,
})

describe('errors', () => {
  it.each([
    [
      'unknown words',
      '{{ define "x" }}{{ else }}',
      'template: t:1: unexpected {{else}} in define clause',
    ],
    [
      'a definition inside if',
      '{{ if 1 }}{{ define "x" }}{{ end }}{{ end }}',
      'template: t:1: unexpected <define> in command',
    ],
    [
      'a double definition',
      '{{ define "x" }}a{{ end }}{{ define "x" }}b{{ end }}',
      'template: t:1: template: multiple definition of template "x"',
    ],
    [
      'a template without literal name',
      '{{ template x }}',
      'template: t:1: unexpected "x" in template clause',
    ],
    ['break outside range', '{{ break }}', 'template: t:1: {{break}} outside {{range}}'],
    [
      'a constant that is called',
      '{{ 1 | 2 }}',
      'template: t:1: non executable command in pipeline stage 2',
    ],
    ['an empty action', '{{ }}', 'template: t:1: missing value for command'],
    ['an empty condition', '{{ if }}{{ end }}', 'template: t:1: missing value for if'],
    ['an open parenthesis', '{{ (1 }}', 'template: t:1: unclosed left paren'],
    ['a closed parenthesis', '{{ 1) }}', 'template: t:1: unexpected right paren'],
    ['an open string', '{{ "a }}', 'template: t:1: unterminated quoted string'],
    ['a string over two lines', '{{ "a\n" }}', 'template: t:1: unterminated quoted string'],
    ['an open comment', '{{/* a }}', 'template: t:1: unclosed comment'],
    [
      'a comment with more',
      '{{/* a */ 1 }}',
      'template: t:1: comment ends before closing delimiter',
    ],
    ['a no-break space', '{{ 1\u00a0}}', 'template: t:1: unrecognized character in action: U+00A0'],
    ['an action over lines', 'a\n{{ 1\n\n', 'template: t:4: unclosed action started at t:2'],
    ['a field of a constant', '{{ "a".b }}', 'template: t:1: unexpected . after term "\\"a\\""'],
    ['too many variables', '{{ $a, $b := 1 }}', 'template: t:1: too many declarations in command'],
    [
      'a huge integer',
      '{{ 99999999999999999999999 }}',
      'template: t:1: integer overflow: "99999999999999999999999"',
    ],
    [
      'a large integer',
      '{{ 9999999999999999999 }}',
      'template: t:1:3: executing "t" at <9999999999999999999>: 9999999999999999999 overflows int',
    ],
    ['nil alone', '{{ nil }}', 'template: t:1:3: executing "t" at <nil>: nil is not a command'],
    [
      'an argument to a constant',
      '{{ .l 1 }}',
      'template: t:1:3: executing "t" at <.l>: l is not a method but has arguments',
    ],
    [
      'an argument to dot',
      '{{ . 1 }}',
      'template: t:1:3: executing "t" at <.>: can\'t give argument to non-function .',
    ],
    [
      'int against string',
      '{{ eq 1 "1" }}',
      'template: t:1:3: executing "t" at <eq 1 "1">: error calling eq: incompatible types for comparison: int and string',
    ],
    [
      'an index beyond the end',
      '{{ index .l 5 }}',
      'template: t:1:3: executing "t" at <index .l 5>: error calling index: index out of range: 5',
    ],
    [
      'an index of nil',
      '{{ index nil 1 }}',
      'template: t:1:3: executing "t" at <index nil 1>: error calling index: index of untyped nil',
    ],
    [
      'a field of nil in a chain',
      '{{ .nope.x }}',
      'template: t:1:8: executing "t" at <.nope.x>: nil pointer evaluating interface {}.x',
    ],
    [
      'range over a string',
      '{{ range "abc" }}{{ end }}',
      'template: t:1:9: executing "t" at <"abc">: range can\'t iterate over abc',
    ],
    [
      'two variables for an int',
      '{{ range $a, $b := 3 }}{{ end }}',
      'template: t:1:19: executing "t" at <3>: can\'t use 3 to iterate over more than one variable',
    ],
    [
      'len of an int',
      '{{ len 3 }}',
      'template: t:1:3: executing "t" at <len 3>: error calling len: len of type int',
    ],
    [
      'nil for a string',
      '{{ printf nil }}',
      'template: t:1:10: executing "t" at <nil>: cannot assign nil to string',
    ],
    [
      'comparing lists',
      '{{ eq .any .any }}',
      'template: t:1:3: executing "t" at <eq .any .any>: error calling eq: non-comparable type [1 x]: []interface {}',
    ],
  ])('names %s', (_name, text, want) => expect(outcome(text, DATA)).toContain(want))

  it('bounds the nesting of what it parses', () => {
    expect(outcome(`${'{{ if 1 }}'.repeat(300)}${'{{ end }}'.repeat(300)}`)).toMatch(
      /nested deeper/,
    )
    expect(outcome(`{{ ${'('.repeat(300)}1${')'.repeat(300)} }}`)).toMatch(/nested deeper/)
    expect(outcome('{{'.repeat(600_000))).toMatch(/longer than/)
  })
})
