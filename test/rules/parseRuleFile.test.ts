import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { formatProblem } from '../../src/core/problem.ts'
import { parseRuleFile } from '../../src/rules/parseRuleFile.ts'
import type { ParsedRuleFile } from '../../src/rules/parseRuleFile.ts'
import type { AlertingRule, RuleGroup } from '../../src/rules/ruleSet.ts'

const DEFAULTS = { intervalMs: 60_000, queryOffsetMs: 0 }

function parse(text: string): ParsedRuleFile {
  return parseRuleFile('f.yml', text, { defaults: DEFAULTS })
}

function messages(text: string): string[] {
  return parse(text).problems.map(formatProblem)
}

/** One group `g` with the rules given as lines. */
function group(...lines: string[]): string {
  return ['groups:', '- name: g', '  rules:', ...lines.map((line) => `  ${line}`)].join('\n')
}

function firstRule(text: string): AlertingRule {
  const { groups, problems } = parse(text)
  expect(problems.filter((p) => p.severity === 'error')).toEqual([])
  return groups?.[0]?.rules[0] as AlertingRule
}

describe('good files', () => {
  it.each([
    ['an empty text', '', 0],
    ['only a comment', '# later', 0],
    ['groups without value', 'groups:', 0],
    ['an empty list', 'groups: []', 0],
    ['a list of groups without the key', '- name: a\n- name: b', 2],
    ['JSON', '{"groups": [{"name": "a", "rules": []}]}', 1],
    ['a byte-order mark and CRLF', '\ufeffgroups:\r\n- name: a\r\n  rules: []\r\n', 1],
    ['empty entries', 'groups:\n-\n- name: a\n  interval:\n  limit:\n  labels:\n  rules:', 1],
    ['more than a hundred uses of one anchor', anchored(150), 150],
  ])('%s', (_name, text, count) => {
    expect(messages(text)).toEqual([])
    expect(parse(text).groups).toHaveLength(count)
  })

  it('reads every Prometheus field', () => {
    const text = `
groups:
- name: web
  interval: 30s
  query_offset: 10s
  limit: 1_000
  labels: {team: web, severity: none}
  rules:
  - alert: Slow
    expr: |
      latency
        > 1
    for: 1m30s
    keep_firing_for: 5m
    labels: {severity: 1.0, paged: yes, empty: , __proto__: x}
    annotations: {summary: "{{ $labels.job }} is slow"}
  - record: job:up:sum
    expr: sum by (job) (up)
    for: 0s
`
    const { groups, problems } = parse(text)
    expect(problems).toEqual([])
    const [web] = groups as [RuleGroup]
    expect(JSON.parse(JSON.stringify(web))).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      file: 'f.yml',
      name: 'web',
      intervalMs: 30_000,
      queryOffsetMs: 10_000,
      limit: 1_000,
      checksum: expect.stringMatching(/^[0-9a-f]{32}$/),
      rules: [
        {
          key: expect.stringMatching(/^[0-9a-f]{16}$/),
          kind: 'alerting',
          name: 'Slow',
          expr: 'latency\n  > 1\n',
          labels: JSON.parse(
            '{"team":"web","severity":"1.0","paged":"yes","empty":"","__proto__":"x"}',
          ),
          annotations: { summary: '{{ $labels.job }} is slow' },
          forMs: 90_000,
          keepFiringMs: 300_000,
          line: 9,
          column: 5,
        },
        {
          key: expect.any(String),
          kind: 'recording',
          name: 'job:up:sum',
          expr: 'sum by (job) (up)',
          labels: { team: 'web', severity: 'none' },
          line: 17,
          column: 5,
        },
      ],
    })
    expect(Object.keys(web.rules[0]?.labels ?? {})).toContain('__proto__')
  })

  it.each([
    ['a number as an expression', group('- {alert: A, expr: 1}'), '1'],
    ['a date as a label', group('- {alert: A, expr: up, labels: {d: 2026-01-01}}'), 'up'],
    ['a merged default', group('- &d {alert: A, expr: up == 0}', '- {<<: *d, for: 1m}'), 'up == 0'],
  ])('takes %s as it is written', (_name, text, expr) => {
    expect(firstRule(text).expr).toBe(expr)
    const date = firstRule(text).labels['d']
    if (date !== undefined) expect(date).toBe('2026-01-01')
  })

  it.each([
    ['-5', 0],
    ['0x10', 16],
    ['0o17', 15],
    ['017', 15],
    ['1.5', 1],
  ])('limit %s is %i', (source, limit) => {
    expect(parse(`groups: [{name: a, limit: ${source}}]`).groups?.[0]?.limit).toBe(limit)
  })

  it('runs an alert that is itself an expression under the name of its group', () => {
    const text = group('- alert: up == 0', '  for: 1m')
    expect(firstRule(text)).toMatchObject({ name: 'g', expr: 'up == 0', forMs: 60_000 })
    expect(messages(text)).toEqual([
      'f.yml:4:12: warning: group "g", rule 1 "up == 0": "alert" is an expression; it runs as alert "g". ' +
        'The proper form is "alert: g" and "expr: up == 0"',
    ])
  })

  it.each(['rules/tocsin.yml', 'rules/demo.yml'])('the shipped %s', (file) => {
    const { groups, problems } = parse(
      readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'),
    )
    expect(problems).toEqual([])
    expect(groups?.[0]?.rules.length).toBeGreaterThan(5)
  })
})

describe('warnings', () => {
  it.each([
    [
      'vmalert fields without effect',
      'groups:\n- name: a\n  type: prometheus\n  concurrency: 2\n  params: {nocache: ["1"]}\n  headers: ["A: b"]',
      [
        'f.yml:4:3: warning: group "a": "concurrency" has no effect here: it is vmalert\'s',
        'f.yml:5:3: warning: group "a": "params" has no effect here: it is vmalert\'s',
        'f.yml:6:3: warning: group "a": "headers" has no effect here: it is vmalert\'s',
      ],
    ],
    [
      'additions that are not known yet',
      group('- {alert: A, expr: up, tocsin: {later: 1}}'),
      [
        'f.yml:4:35: warning: group "g", rule 1 "A": "tocsin.later" is not known to this version and has no effect',
      ],
    ],
    [
      'a result that no rule can use',
      group('- {alert: A, expr: "up[5m]"}'),
      [
        'f.yml:4:23: warning: group "g", rule 1 "A": expr: the expression gives a range vector, so each evaluation ' +
          'will fail: a rule needs an instant vector or a number',
      ],
    ],
    [
      'a second document',
      'groups: []\n---\ngroups: 5',
      ['f.yml:2:1: warning: only the first YAML document of a file is read, not this one'],
    ],
  ])('%s', (_name, text, want) => {
    expect(messages(text)).toEqual(want)
    expect(parse(text).groups).not.toBeNull()
  })
})

describe('bad files', () => {
  it.each<[string, string, string[]]>([
    ['no YAML at all', 'a: "b', ['f.yml:1:6: Missing closing "quote']],
    ['a plain text', 'hello', ['f.yml:1:1: the file must be a rule file, not a text']],
    ['groups that are no list', 'groups: 5', ['f.yml:1:9: "groups" must be a list, not 5']],
    [
      'binary data',
      'groups:\n\u0000\u0001',
      ['f.yml:2:1: control character U+0000: this is not a YAML text'],
    ],
    [
      'an unknown key with a near one',
      group('- alert: A', '  expr: up', '  annotation: {a: b}'),
      [
        'f.yml:6:5: group "g", rule 1 "A": unknown key "annotation" in a rule: did you mean "annotations"?',
      ],
    ],
    [
      'a key in the wrong place',
      'groups:\n- name: g\n  for: 5m',
      ['f.yml:3:3: group "g": unknown key "for" in a rule group: it belongs to a rule'],
    ],
    [
      'an unknown key on top',
      'rule_files: [a]',
      ['f.yml:1:1: unknown key "rule_files" in a rule file: known are groups'],
    ],
    [
      'a key twice',
      group('- alert: A', '  expr: up', '  expr: down'),
      ['f.yml:6:5: key "expr" is given twice'],
    ],
    [
      'a group without a name',
      'groups:\n- rules: []',
      ['f.yml:2:3: group 1: a group needs a name'],
    ],
    [
      'a group name twice',
      'groups:\n- name: a\n- name: b\n- name: a',
      ['f.yml:4:9: group "a": the name is already taken by the group in line 2'],
    ],
    [
      'alert and record',
      group('- {alert: A, record: b, expr: up}'),
      ['f.yml:4:5: group "g", rule 1 "A": a rule has either "alert" or "record", not both'],
    ],
    [
      'neither alert nor record',
      group('- expr: up'),
      ['f.yml:4:5: group "g", rule 1: a rule needs "alert" or "record"'],
    ],
    [
      'no expression',
      group('- alert: HostDown'),
      ['f.yml:4:5: group "g", rule 1 "HostDown": the rule has no "expr"'],
    ],
    [
      'no expression, and a name that is none either',
      group('- alert: host is down'),
      ['f.yml:4:5: group "g", rule 1 "host is down": the rule has no "expr"'],
    ],
    [
      'a recording rule that alerts',
      group('- record: a:b', '  expr: up', '  for: 5m', '  annotations: {a: b}'),
      [
        'f.yml:6:5: group "g", rule 1 "a:b": a recording rule has no "for"',
        'f.yml:7:5: group "g", rule 1 "a:b": a recording rule has no "annotations"',
      ],
    ],
    [
      'braces in the name of a recording rule',
      group('- record: a{b="c"}', '  expr: up'),
      [
        'f.yml:4:13: group "g", rule 1 "a{b="c"}": the name of a recording rule has braces: do they belong to "expr"?',
      ],
    ],
    [
      'durations',
      'groups:\n- name: g\n  interval: 5\n  rules:\n  - {alert: A, expr: up, for: 1h1h}',
      [
        'f.yml:3:13: group "g": interval: "5" is not a duration: write whole numbers with units from large to small, ' +
          'such as 30s, 5m or 1h30m',
        'f.yml:5:31: group "g", rule 1 "A": for: "1h1h" is not a duration: write whole numbers with units from large ' +
          'to small, such as 30s, 5m or 1h30m',
      ],
    ],
    [
      'a limit in quotes',
      'groups: [{name: g, limit: "5"}]',
      ['f.yml:1:27: group "g": "limit" must be a whole number, not "5"'],
    ],
    [
      'another kind of rules',
      'groups:\n- name: g\n  type: vlogs',
      ['f.yml:3:9: group "g": type "vlogs" is not supported: only prometheus is'],
    ],
    [
      'label names and values',
      group('- alert: A', '  expr: up', '  labels: {__name__: x, "": y, team: [a]}'),
      [
        'f.yml:6:14: group "g", rule 1 "A": a label may not be called __name__',
        'f.yml:6:27: group "g", rule 1 "A": the name of a label is empty',
        'f.yml:6:40: group "g", rule 1 "A": "team" must be text, not a list',
      ],
    ],
    [
      'a template without quotes',
      group('- alert: A', '  expr: up', '  annotations:', '    summary: {{ $value }}'),
      [
        'f.yml:7:17: a key must be plain text (is this a text that starts with { or [? it needs quotes)',
      ],
    ],
    [
      'PromQL inside a block, at its own line and column',
      group('- alert: A', '  expr: |', '    sum(up)', '', '      > nope(x)'),
      ['f.yml:8:11: group "g", rule 1 "A": expr: unknown function "nope"'],
    ],
    [
      'PromQL behind an escape',
      group(`- {alert: A, expr: "up{a=\\"b\\"} >"}`),
      [
        'f.yml:4:36: group "g", rule 1 "A": expr: the expression ends too early: a bracket, quote or operand is missing',
      ],
    ],
    [
      'a template of the real engine, at its place in a folded block',
      group(
        '- alert: A',
        '  expr: up',
        '  annotations:',
        '    a: >-',
        '      value is',
        '      {{ $value | humanise }}',
      ),
      ['f.yml:9:21: group "g", rule 1 "A": annotation "a": function "humanise" not defined'],
    ],
    [
      'an alias bomb',
      bomb(),
      ['f.yml:6:20: this YAML is refused: its aliases stand for more than 500000 values'],
    ],
    [
      'an annotation of 10 MB',
      group('- alert: A', '  expr: up', `  annotations: {a: "${'x'.repeat(10_000_000)}"}`),
      ['f.yml:6:22: group "g", rule 1 "A": a is 9.5 MiB: one text may have 1 MiB'],
    ],
    [
      'a file beyond the limit',
      '#'.repeat(17 * 1_048_576),
      ['f.yml:1:1: the file has 17 MiB: a rule file may have 16 MiB, split it'],
    ],
  ])('%s', (_name, text, want) => {
    expect(messages(text)).toEqual(want)
    expect(parse(text).groups).toBeNull()
  })

  it('says where in a text a template is wrong', () => {
    const text = group(
      '- alert: A',
      '  expr: up',
      '  annotations:',
      '    a: |',
      '      one',
      '      {{ two',
    )
    const checkTemplate = (t: string) =>
      t.includes('{{') ? { error: 'no end', line: 2, column: 4 } : null
    const { groups, problems } = parseRuleFile('f.yml', text, { defaults: DEFAULTS, checkTemplate })
    expect(problems.map(formatProblem)).toEqual([
      'f.yml:9:12: group "g", rule 1 "A": annotation "a": no end',
    ])
    expect(groups).toBeNull()
  })

  it('only warns about a template in the labels of a group, which Prometheus loads', () => {
    const checkTemplate = () => ({ error: 'no end', line: 1, column: 1 })
    const parsed = parseRuleFile('f.yml', 'groups: [{name: a, labels: {b: "{{"}}]', {
      defaults: DEFAULTS,
      checkTemplate,
    })
    expect(parsed.problems).toMatchObject([
      { severity: 'warning', message: 'group "a": label "b": no end' },
    ])
    expect(parsed.groups).toHaveLength(1)
  })

  it('lists a thousand problems and says that there are more', () => {
    const rules = Array.from({ length: 3_000 }, () => '- expr: up')
    const { problems } = parse(group(...rules))
    expect(problems).toHaveLength(1_001)
    expect(problems.at(-1)?.message).toBe('more problems follow')
  })
})

const GOOD = readFileSync(new URL('../../rules/demo.yml', import.meta.url), 'utf8')

test('never throws, whatever the text', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.json())
  fc.assert(fc.property(text, (t) => void parse(t)))
})

test('never throws on a good file with something cut out or put in, and places are inside of it', () => {
  const piece = fc.constantFrom(
    '',
    '{{',
    '- ',
    ': ',
    '*a',
    '&a ',
    '"',
    "'",
    '|\n',
    '\t',
    '[',
    '}',
    '\n',
    '<<: ',
    '!!set ',
  )
  const change = fc.tuple(fc.nat(GOOD.length), fc.nat(40), fc.oneof(piece, fc.string()))
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      let text = GOOD
      for (const [at, cut, put] of changes) text = text.slice(0, at) + put + text.slice(at + cut)
      const { problems, groups } = parse(text)
      if (groups === null) expect(problems.length).toBeGreaterThan(0)
      const lines = text.split('\n')
      for (const p of problems) {
        expect(p.line).toBeLessThanOrEqual(lines.length + 1)
        expect(p.column).toBeLessThanOrEqual((lines[p.line - 1]?.length ?? 0) + 1)
      }
    }),
    { numRuns: 150 },
  )
})

test('ten thousand rules are read in a few seconds', () => {
  const rules = Array.from({ length: 10_000 }, (_, i) => [
    `- alert: Alert${i}`,
    `  expr: sum by (job) (rate(requests_total{handler="h${i}", code=~"5.."}[5m])) > 0.05`,
    '  for: 5m',
    '  labels: {severity: critical}',
    `  annotations: {summary: "{{ $labels.job }} has ${'very '.repeat(20)}many errors"}`,
  ])
  const text = group(...rules.flat())
  const before = process.cpuUsage()
  expect(parse(text).groups?.[0]?.rules).toHaveLength(10_000)
  const { user, system } = process.cpuUsage(before)
  // Processor time, since tests share the machine: 3 s with garbage collection. Quadratic lookups took minutes.
  expect((user + system) / 1e6).toBeLessThan(12)
})

function anchored(count: number): string {
  const rest = Array.from({ length: count - 1 }, (_, i) => `- {<<: *g, name: n${i}}`)
  return ['groups:', '- &g {name: n, interval: 1m}', ...rest].join('\n')
}

function bomb(): string {
  const nine = (alias: string): string => `[${Array(9).fill(alias).join(',')}]`
  const levels = ['b', 'c', 'd', 'e'].map((name, i) => `${name}: &${name} ${nine(`*${'abcd'[i]}`)}`)
  return [`a: &a ${nine('x')}`, ...levels, `f: ${nine('*e')}`].join('\n')
}
