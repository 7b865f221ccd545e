import { describe, expect, it } from 'vitest'
import { compileRuleTemplate } from '../../src/templates/ruleTemplate.ts'
import { renderRule } from './support.ts'

const SAMPLES = [
  { labels: { i: 'b', __value__: 'sv' }, value: 21 },
  { labels: { i: 'a' }, value: 11 },
]

it.each([
  ['labels and value', '{{ $labels.instance }} is {{ $value }}', 'h1 is 5'],
  ['the fields behind them', '{{ .Labels.instance }} is {{ .Value }}', 'h1 is 5'],
  [
    'external labels and URL',
    '{{ $externalLabels.cluster }} {{ $externalURL }}',
    'eu http://tocsin.example/base',
  ],
  ['a missing label', '[{{ $labels.nope }}][{{ index $labels "nope" }}]', '[][]'],
  ['a label that is no identifier', '{{ index $labels "cpu.mode" }}', 'idle'],
  [
    'a length and a missing external label',
    '{{ len $externalLabels }}/{{ $externalLabels.nope }}.',
    '1/.',
  ],
  ['args', '{{define "x"}}{{.arg0}} {{.arg1}}{{end}}{{template "x" (args 1 "2")}}', '1 2'],
  ['a missing arg', '{{define "x"}}{{.arg1}}{{end}}{{template "x" (args 1)}}', '<no value>'],
  [
    'a comparison of floats',
    '{{ if lt $value 80.0 }}critical{{ else }}warning{{ end }}',
    'critical',
  ],
  ['a group in a replacement', '{{ reReplaceAll "(a)b" "x$1" "ab" }}', 'xa'],
  ['a group named 1x', '{{ reReplaceAll "(a)b" "$1x" "ab" }}', ''],
  ['named groups and dollars', '{{ reReplaceAll "(?P<n>a)b" "${n}$$${" "ab" }}', 'a$${'],
  ['an anchor', '{{ reReplaceAll "^a" "x" "aaa" }}', 'xaa'],
  ['empty matches', '{{ reReplaceAll "x*" "-" "aéb" }}', '-a-é-b-'],
  ['empty matches behind others', '{{ reReplaceAll "b*" "-" "abbc" }}', '-a-c-'],
  ['a match', '{{ match "a.c" "xabcx" }}', 'true'],
  ['a duration', '{{ (1800 | toDuration).String }}', '30m0s'],
  [
    'time arithmetic',
    '{{ ("-30m" | parseDuration | toDuration | (now | toTime).Add).UnixMilli }}',
    '1353753852000',
  ],
  ['now', '{{ now }}', '1.353755652e+09'],
  [
    'now as a time',
    '{{ (now | toTime).Format "Mon, 02 Jan 2006 15:04:05 MST" }}',
    'Sat, 24 Nov 2012 11:14:12 UTC',
  ],
  ['a parsed duration', '{{ printf "%0.2f" (parseDuration "1h2m10ms") }}', '3720.01'],
  [
    'links',
    '{{ graphLink "up == 0" }} {{ tableLink "a+b" }}',
    '/graph?g0.expr=up+%3D%3D+0&g0.tab=0 /graph?g0.expr=a%2Bb&g0.tab=1',
  ],
  [
    'the external URL as function',
    '{{ externalURL }} {{ pathPrefix }}',
    'http://tocsin.example/base /base',
  ],
  [
    'upper and lower case',
    '{{ "aßﬁ" | toUpper }} {{ "İΣ" | toLower }}',
    'AßﬁΣ'.slice(0, 3) + ' iσ',
  ],
  [
    'a title',
    '{{ title "aa bb CC don\'t 3rd foo-bar a_b ß" }}',
    "Aa Bb CC Don't 3Rd Foo-Bar A_b Ss",
  ],
  ['safe HTML', '{{ safeHtml "<b>" }}', '<b>'],
  ['query escapes', '{{ urlQueryEscape "a b/ü*" }}', 'a+b%2F%C3%BC%2A'],
  [
    'the root',
    '{{ . }}',
    '{map[cpu.mode:idle instance:h1] map[cluster:eu] http://tocsin.example/base 5}',
  ],
  ['a bool that is no label', '{{ if $labels.constructor }}yes{{ else }}no{{ end }}', 'no'],
  ['no HTML escaping', '{{ "<&>" }}', '<&>'],
])('renders %s', (_name, text, want) => {
  expect(renderRule(text)).toEqual({ text: want, error: null })
})

it.each([
  [
    'sorted by label',
    '{{ range query "m" | sortByLabel "i" }}{{ .Labels.i }}:{{ .Value }} {{ end }}',
    'a:11 b:21 ',
  ],
  [
    'the first',
    '{{ with query "m" | first }}{{ label "i" . }} {{ value . }} {{ strvalue . }}{{ end }}',
    'b 21 sv',
  ],
])('renders query results: %s', (_name, text, want) => {
  expect(renderRule(text, { query: () => SAMPLES }).text).toBe(want)
})

describe('failures while it runs', () => {
  const failures: [string, string, string][] = [
    [
      'a text that is no number',
      '{{ humanize "one" }}',
      '1:115: executing "__alert_X" at <humanize "one">: error calling humanize: strconv.ParseFloat: parsing "one": invalid syntax',
    ],
    [
      'a float against an int',
      '{{ gt $value 80 }}',
      '1:115: executing "__alert_X" at <gt $value 80>: error calling gt: incompatible types for comparison: float64 and int',
    ],
    [
      'a constant of the wrong type',
      '{{ toUpper 5 }}',
      '1:123: executing "__alert_X" at <5>: expected string; found 5',
    ],
    [
      'a missing argument',
      '{{ humanize }}',
      '1:115: executing "__alert_X" at <humanize>: wrong number of args for humanize: want 1 got 0',
    ],
    [
      'a text for a sample',
      '{{ label "a" "b" }}',
      '1:125: executing "__alert_X" at <"b">: can\'t handle "b" for arg of type *template.sample',
    ],
    [
      'a field of the value',
      '{{ $value.foo }}',
      '1:121: executing "__alert_X" at <$value.foo>: can\'t evaluate field foo in type float64',
    ],
    [
      'a field of the value field',
      '{{ .Value.foo }}',
      '1:121: executing "__alert_X" at <.Value.foo>: can\'t evaluate field foo in type interface {}',
    ],
    [
      'a field of a label',
      '{{ $labels.instance.x }}',
      '1:122: executing "__alert_X" at <$labels.instance.x>: can\'t evaluate field x in type string',
    ],
    [
      'the columns of line 2',
      'é\né{{ humanize "" }}',
      '2:5: executing "__alert_X" at <humanize "">: error calling humanize: strconv.ParseFloat: parsing "": invalid syntax',
    ],
    [
      'nothing in a result',
      '{{ query "m" | first }}',
      '1:127: executing "__alert_X" at <first>: error calling first: first() called on vector with no elements',
    ],
    [
      'a bad pattern',
      '{{ match "(" "a" }}',
      '1:115: executing "__alert_X" at <match "(" "a">: error calling match: error parsing regexp: missing closing ): `(`',
    ],
    [
      'a bad pattern to replace',
      '{{ reReplaceAll "(" "" "" }}',
      '1:115: executing "__alert_X" at <reReplaceAll "(" "" "">: error calling reReplaceAll: regexp: Compile(`(`): error parsing regexp: missing closing ): `(`',
    ],
    [
      'a bool to humanize',
      '{{ humanize true }}',
      '1:115: executing "__alert_X" at <humanize true>: error calling humanize: can\'t convert bool to float',
    ],
    [
      'a time beyond int64',
      '{{ toTime 1e18 }}',
      '1:115: executing "__alert_X" at <toTime 1e18>: error calling toTime: 1e+18 cannot be represented as a nanoseconds timestamp since it overflows int64',
    ],
    [
      'a failure inside a definition',
      '{{define "d"}}{{ humanize "" }}{{end}}{{template "d"}}',
      '1:129: executing "d" at <humanize "">: error calling humanize: strconv.ParseFloat: parsing "": invalid syntax',
    ],
    [
      'an unknown template',
      '{{template "n"}}',
      '1:123: executing "__alert_X" at <{{template "n"}}>: template "n" not defined',
    ],
    [
      'an assignment to nothing',
      '{{ $x = 1 }}',
      '1:120: executing "__alert_X" at <1>: undefined variable: $x',
    ],
    [
      'a range over a number',
      '{{ range $value }}{{ end }}',
      '1:121: executing "__alert_X" at <$value>: range can\'t iterate over 5',
    ],
  ]
  it.each(failures)('shows %s as Prometheus does', (_name, text, place) => {
    const why = `error executing template __alert_X: template: __alert_X:${place}`
    const result = renderRule(text, { query: () => [] })
    expect(result).toEqual({ text: `<error expanding template: ${why}>`, error: why })
  })

  it('says that query is not available', () => {
    expect(renderRule('{{ query "up" }}').error).toMatch(
      /error calling query: query is not available in templates yet$/,
    )
  })

  it('discards what was printed before', () => {
    expect(renderRule('before {{ toUpper 5 }}').text).toMatch(/^<error expanding template: /)
  })
})

it.each([
  ['an unknown function', 'a {{ nope }}', 'function "nope" not defined', 1, 6],
  ['a console function', '{{ tmpl "x" . }}', 'function "tmpl" not defined', 1, 4],
  ['a misspelt variable', 'a\nbc {{ $label.x }}', 'undefined variable "$label"', 2, 7],
  [
    'a variable inside a definition',
    '{{define "x"}}{{ $labels.a }}{{end}}',
    'undefined variable "$labels"',
    1,
    18,
  ],
  ['an open action', 'x {{ $value', 'unclosed action', 1, 12],
  ['a missing end', '{{ if $value }}', 'unexpected EOF', 1, 16],
  ['a stray end', 'a{{ end }}', 'unexpected {{end}}', 1, 9],
])('refuses %s', (_name, text, error, line, column) => {
  expect(compileRuleTemplate(text, 'X')).toEqual({ error, line, column })
})

it('never executes a text without actions', () => {
  const compiled = compileRuleTemplate('}} $labels.x {', 'X')
  expect(compiled).toHaveProperty('template.literal', true)
  expect(renderRule('}} $labels.x {')).toEqual({ text: '}} $labels.x {', error: null })
})

it.each([
  ['endless ranges', '{{ range 99999999999 }}{{ end }}'],
  ['recursion', '{{ define "r" }}{{ template "r" }}{{ end }}{{ template "r" }}'],
  ['texts that double', '{{ $x := "0123456789" }}{{ range 60 }}{{ $x = print $x $x }}{{ end }}'],
  ['huge output', '{{ range 100000 }}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx{{ end }}'],
  [
    'lists that hold each other',
    '{{ $x := args 1 }}{{ range 70 }}{{ $x = args $x $x }}{{ end }}{{ $x }}',
  ],
  ['slow patterns', '{{ match "(x{1,30}){1,30}" "x" }}'],
  ['long patterns', `{{ match "${'a'.repeat(1001)}" "x" }}`],
])('ends %s with an error, soon', (_name, text) => {
  const start = performance.now()
  expect(renderRule(text).error).not.toBeNull()
  expect(performance.now() - start).toBeLessThan(2_000)
})

it('renders 20,000 alerts within a second', () => {
  const compiled = compileRuleTemplate('{{ $labels.instance }} has value {{ $value }}', 'X')
  if ('error' in compiled) throw new Error(compiled.error)
  const context = { externalLabels: {}, externalURL: '', now: 0 }
  const start = performance.now()
  for (let i = 0; i < 20_000; i++) {
    compiled.template.render({ ...context, labels: { instance: `h${i}` }, value: i * 1.5 })
  }
  expect(performance.now() - start).toBeLessThan(1_000)
})
