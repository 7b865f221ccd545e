import { expect, it } from 'vitest'
import { compileRuleSet } from '../../src/rules/compileRuleSet.ts'
import type { RuleSet } from '../../src/rules/ruleSet.ts'

const OPTIONS = { defaults: { intervalMs: 60_000, queryOffsetMs: 0 } }

function compile(
  files: Readonly<Record<string, string>>,
  previous: RuleSet | null = null,
): RuleSet {
  const sources = Object.entries(files).map(([file, text]) => ({ file, text }))
  return compileRuleSet(sources, previous, OPTIONS)
}

function file(name: string, expr = 'up == 0', more = ''): string {
  return `groups:\n- name: ${name}\n  rules:\n  - alert: A\n    expr: ${expr}\n${more}`
}

function groupsOf(ruleSet: RuleSet): string[] {
  return ruleSet.groups.map((group) => `${group.file};${group.name}`)
}

it('keeps the last good groups of a bad file and takes everything else (I8)', () => {
  const first = compile({ 'a.yml': file('a'), 'b.yml': file('b') })
  const second = compile({ 'a.yml': 'groups: 5', 'b.yml': file('b2'), 'c.yml': file('c') }, first)
  expect(groupsOf(second)).toEqual(['a.yml;a', 'b.yml;b2', 'c.yml;c'])
  expect(second.groups[0]).toEqual(first.groups[0])
  expect(second.files).toMatchObject([
    { file: 'a.yml', stale: true, hash: first.files[0]?.hash, problems: [{ line: 1, column: 9 }] },
    { file: 'b.yml', stale: false, problems: [] },
    { file: 'c.yml', stale: false, problems: [] },
  ])
  const third = compile({ 'a.yml': 'still: bad', 'b.yml': file('b2') }, second)
  expect(groupsOf(third)).toEqual(['a.yml;a', 'b.yml;b2'])
  expect(compile({ 'a.yml': file('a') }, third).files).toMatchObject([
    { stale: false, problems: [] },
  ])
})

it('has nothing of a file that was never good, and says so', () => {
  const set = compile({ 'a.yml': 'groups: 5' })
  expect(set.groups).toEqual([])
  expect(set.files).toMatchObject([{ hash: null, stale: false, problems: [{ severity: 'error' }] }])
})

it('drops the groups of a file that is gone', () => {
  const first = compile({ 'a.yml': file('a'), 'b.yml': file('b') })
  expect(groupsOf(compile({ 'b.yml': file('b') }, first))).toEqual(['b.yml;b'])
})

it('does not depend on the order of files', () => {
  const [a, b] = [file('a'), file('b')]
  expect(compile({ 'a.yml': a, 'b.yml': b })).toEqual(compile({ 'b.yml': b, 'a.yml': a }))
})

it('is plain data', () => {
  const set = compile({ 'a.yml': file('a', 'up', '    labels: {__proto__: x}\n') })
  expect(JSON.parse(JSON.stringify(set))).toEqual(set)
})

const BASE = 'groups: [{name: g, rules: [{alert: A, expr: up, labels: {a: "1", b: "2"}}]}]'

it.each<[string, string, { version: boolean; checksum: boolean }]>([
  ['the same text', BASE, { version: true, checksum: true }],
  [
    'another order of labels',
    BASE.replace('a: "1", b: "2"', 'b: "2", a: "1"'),
    { version: true, checksum: true },
  ],
  ['a comment behind', `${BASE} # x`, { version: true, checksum: true }],
  ['a comment in front, which moves the lines', `# x\n${BASE}`, { version: false, checksum: true }],
  ['another expression', BASE.replace('up', 'up == 0'), { version: false, checksum: false }],
  ['a for', BASE.replace('expr', 'for: 1m, expr'), { version: false, checksum: false }],
  [
    'an annotation',
    BASE.replace('expr', 'annotations: {a: b}, expr'),
    { version: false, checksum: false },
  ],
  [
    'an interval',
    BASE.replace('rules', 'interval: 5s, rules'),
    { version: false, checksum: false },
  ],
  [
    'the interval that is the default',
    BASE.replace('rules', 'interval: 1m, rules'),
    { version: false, checksum: true },
  ],
])('%s', (_name, text, same) => {
  const [before, after] = [compile({ 'f.yml': BASE }), compile({ 'f.yml': text })]
  expect({
    version: before.version === after.version,
    checksum: before.groups[0]?.checksum === after.groups[0]?.checksum,
  }).toEqual(same)
})

it('gives groups of one name in two files two identities, and twins in one group two keys', () => {
  const set = compile({
    'a.yml': file('g', 'up', '  - alert: A\n    expr: down\n'),
    'b.yml': file('g'),
  })
  expect(set.groups[0]?.id).not.toBe(set.groups[1]?.id)
  const [first, second] = set.groups[0]?.rules ?? []
  expect(second?.key).toBe(`${first?.key}#2`)
})
