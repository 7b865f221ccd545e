import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { type AlertState, INACTIVE, step, type Transition } from '../../src/core/alert.ts'
import { fingerprint } from '../../src/core/labels.ts'
import { MINUTE } from '../../src/core/time.ts'
import { compileRule } from '../../src/evaluator/compiledRule.ts'
import { storedChanges } from '../../src/evaluator/outcome.ts'
import { forgetTold, restartPending } from '../../src/evaluator/tracked.ts'
import { alertingRule, type Element, ENVIRONMENT, RuleUnderTest } from '../support/ruleRun.ts'

const A: Element = [{ __name__: 'up', instance: 'a' }, 0]

/** Feeds one character a minute ('1': in the answer, '.': not, 'x': the query fails); returns status and transitions. */
function story(seen: string, forMs: number, keepFiringMs: number): string[] {
  const rule = new RuleUnderTest({ forMs, keepFiringMs })
  return seen.split('').map((c, minute) => {
    const told = c === 'x' ? [] : rule.tick(minute * MINUTE, c === '1' ? [A] : [])
    const status = rule.states()[0]?.status ?? '-'
    return [status, ...told.map(({ kind }) => kind)].join('/')
  })
}

describe('the state machine over time', () => {
  it.each([
    ['for 0 fires in the evaluation that finds it', '1', 0, 0, 'firing/firing'],
    ['for is over at >=, not >', '111', 2, 0, 'pending/pending pending firing/firing'],
    [
      'one gap resets for',
      '111.1111',
      3,
      0,
      'pending/pending pending pending -/cleared pending/pending pending pending firing/firing',
    ],
    ['it resolves when it is gone', '1.1', 0, 0, 'firing/firing -/resolved firing/firing'],
    ['keep_firing_for bridges a gap', '1.1.', 0, 2, 'firing/firing firing firing firing'],
    [
      'keep_firing_for starts at the first evaluation without it',
      '1..',
      0,
      1,
      'firing/firing firing -/resolved',
    ],
    ['keep_firing_for does not protect pending alerts', '1.', 1, 5, 'pending/pending -/cleared'],
    [
      'failed queries freeze everything, and time goes on',
      '1xx1',
      3,
      0,
      'pending/pending pending pending firing/firing',
    ],
    ['a failed query resolves nothing', '1xxx1', 0, 0, 'firing/firing firing firing firing firing'],
    [
      'the timeline of for 2m, keep_firing_for 2m',
      '1111...',
      2,
      2,
      'pending/pending pending firing/firing firing firing firing -/resolved',
    ],
  ])('%s', (_name, seen, forMinutes, keepMinutes, want) => {
    expect(story(seen, forMinutes * MINUTE, keepMinutes * MINUTE)).toEqual(want.split(' '))
  })

  test('times are those of the evaluations', () => {
    const rule = new RuleUnderTest({ forMs: 90_000 })
    rule.tick(0, [A])
    rule.tick(MINUTE, [A])
    expect(rule.tick(2 * MINUTE, [A])).toMatchObject([
      { kind: 'firing', at: 2 * MINUTE, activeAt: 0, firedAt: 2 * MINUTE },
    ])
    expect(rule.tick(3 * MINUTE, [])).toMatchObject([
      {
        kind: 'resolved',
        at: 3 * MINUTE,
        activeAt: 0,
        firedAt: 2 * MINUTE,
        labels: { alertname: 'Down', instance: 'a' },
      },
    ])
    expect(rule.tick(4 * MINUTE, [A])).toMatchObject([{ kind: 'pending', activeAt: 4 * MINUTE }])
  })

  it.each(['0', 'NaN', '+Inf', '-1'])('presence counts, not the value %s', (value) => {
    const rule = new RuleUnderTest()
    expect(rule.tick(0, [[{ a: 'b' }, value]])).toMatchObject([{ kind: 'firing', value }])
  })

  test('pending alerts that begin anew serve their whole for, from the next evaluation that returns them', () => {
    const rule = new RuleUnderTest({ forMs: 2 * MINUTE })
    rule.tick(0, [A, [{ instance: 'b' }, 0]])
    restartPending(rule.tracked)
    const told = rule.tick(90 * MINUTE, [A])
    expect(told.map(({ kind, activeAt }) => [kind, activeAt])).toEqual([
      ['pending', 90 * MINUTE],
      ['cleared', 90 * MINUTE],
    ])
    expect(rule.tick(92 * MINUTE, [A])).toMatchObject([{ kind: 'firing', activeAt: 90 * MINUTE }])
  })
})

describe('identity', () => {
  it.each([
    [
      'the metric name is dropped',
      {},
      [{ __name__: 'up', job: 'a' }, 0],
      {},
      { alertname: 'Down', job: 'a' },
    ],
    [
      'rule labels win over those of the result',
      { severity: 'page' },
      [{ __name__: 'up', job: 'a', severity: 'low' }, 0],
      {},
      { alertname: 'Down', job: 'a', severity: 'page' },
    ],
    [
      'an empty rule label removes that of the result',
      { pod: '' },
      [{ pod: 'x', job: 'a' }, 0],
      {},
      { alertname: 'Down', job: 'a' },
    ],
    [
      'a template that comes out empty removes too',
      { pod: '{{ $labels.nope }}' },
      [{ pod: 'x' }, 0],
      {},
      { alertname: 'Down' },
    ],
    [
      'templates see the labels of the result only',
      { a: 'x', b: '{{ $labels.a }}{{ $labels.__name__ }}' },
      [{ __name__: 'up', a: 'y' }, 0],
      {},
      { a: 'x', alertname: 'Down', b: 'yup' },
    ],
    [
      'a rule label named alertname loses',
      { alertname: 'Other' },
      [{ alertname: 'Third' }, 0],
      {},
      { alertname: 'Down' },
    ],
    [
      'external labels fill gaps only',
      {},
      [{ cluster: 'mine' }, 0],
      { cluster: 'eu', region: 'n' },
      { alertname: 'Down', cluster: 'mine', region: 'n' },
    ],
    [
      'an unlabelled result has the rule’s labels',
      { team: 'db' },
      [{}, 1],
      {},
      { alertname: 'Down', team: 'db' },
    ],
    [
      'names that JavaScript holds special',
      {},
      [{ ['__proto__']: 'x', constructor: 'y' }, 1],
      {},
      { alertname: 'Down', ['__proto__']: 'x', constructor: 'y' },
    ],
  ] as Array<
    [string, Record<string, string>, Element, Record<string, string>, Record<string, string>]
  >)('%s', (_name, labels, element, externalLabels, want) => {
    const rule = new RuleUnderTest({ labels }, { environment: { ...ENVIRONMENT, externalLabels } })
    const [transition] = rule.tick(0, [element])
    expect(transition?.labels).toEqual(want)
    expect(transition?.fingerprint).toBe(fingerprint(want))
  })

  test('two results with the same labels fail the evaluation and change nothing', () => {
    const rule = new RuleUnderTest({ labels: { job: 'all' } })
    rule.tick(0, [[{ job: 'a' }, 0]])
    const before = structuredClone(rule.states())
    expect(
      rule.evaluate(1, [
        [{ job: 'a' }, 0],
        [{ job: 'b' }, 0],
      ]),
    ).toBeNull()
    expect(
      rule.evaluate(1, [
        [{ job: 'b' }, 0],
        [{ job: 'a' }, 0],
      ]),
    ).toBeNull()
    expect(
      rule.evaluate(1, [
        [{ job: 'a' }, 0],
        [{ job: 'a' }, 0],
      ]),
    ).toBeNull()
    expect(rule.states()).toEqual(before)
  })

  test('a label that embeds the value makes a new alert whenever it changes, and for never ends', () => {
    const severity = '{{ if lt $value 80.0 }}critical{{ else }}warning{{ end }}'
    const rule = new RuleUnderTest({ labels: { severity }, forMs: MINUTE })
    const told = [75, 85, 70, 70, null].map((value, minute) =>
      rule
        .tick(minute * MINUTE, value === null ? [] : [[{ job: 'a' }, value]])
        .map(({ kind, labels }) => `${labels['severity']} ${kind}`)
        .toSorted(),
    )
    expect(told).toEqual([
      ['critical pending'],
      ['critical cleared', 'warning pending'],
      ['critical pending', 'warning cleared'],
      ['critical firing'],
      ['critical resolved'],
    ])
  })

  test('a label that embeds the time is worked out anew each time', () => {
    const rule = new RuleUnderTest({ labels: { at: '{{ now }}' } })
    rule.tick(0, [A])
    const told = rule.tick(MINUTE, [A]).map(({ kind }) => kind)
    expect(told.toSorted()).toEqual(['firing', 'resolved'])
  })

  test('a series that comes back under another name is the same alert', () => {
    const rule = new RuleUnderTest()
    rule.tick(0, [[{ __name__: 'up', a: 'b' }, 0]])
    expect(rule.tick(1, [[{ __name__: 'down', a: 'b' }, 0]])).toEqual([])
  })
})

describe('what is told', () => {
  test('annotations, value and link go with transitions that begin something', () => {
    const rule = new RuleUnderTest({
      expr: 'up == 0',
      annotations: { summary: '{{ $labels.instance }} is {{ $value }} ({{ $labels.__name__ }})' },
    })
    expect(rule.tick(0, [[{ __name__: 'up', instance: 'a' }, '1e-07']])).toEqual([
      {
        fingerprint: fingerprint({ alertname: 'Down', instance: 'a' }),
        ruleKey: 'k1',
        kind: 'firing',
        at: 0,
        labels: { alertname: 'Down', instance: 'a' },
        annotations: { summary: 'a is 1e-07 (up)' },
        value: '1e-07',
        activeAt: 0,
        firedAt: 0,
        generatorURL: 'http://prometheus.example/graph?g0.expr=up+%3D%3D+0&g0.tab=1',
      },
    ])
  })

  it.each([
    [
      'a changed value is told at once when nothing was told for long enough',
      0,
      ['1', '2'],
      ['firing', 'refreshed'],
    ],
    ['the same value is never told again', 0, ['1', '1', '1'], ['firing', '', '']],
    [
      'changes are told at most every refreshMs',
      2 * MINUTE,
      ['1', '2', '3', '3'],
      ['firing', '', 'refreshed', ''],
    ],
    [
      'a change that was held back is told later although the value stands still',
      3 * MINUTE,
      ['1', '2', '2', '2'],
      ['firing', '', '', 'refreshed'],
    ],
    [
      'a value that went back to what was told is not told',
      2 * MINUTE,
      ['1', '2', '1', '1'],
      ['firing', '', '', ''],
    ],
  ])('%s', (_name, refreshMs, values, want) => {
    const rule = new RuleUnderTest({}, { refreshMs })
    const told = values.map((value, minute) =>
      rule
        .tick(minute * MINUTE, [[{ a: 'b' }, value]])
        .map(({ kind }) => kind)
        .join(),
    )
    expect(told).toEqual(want)
  })

  test('refreshed carries the new texts, and the times of the firing', () => {
    const rule = new RuleUnderTest({ annotations: { s: '{{ $value }}' } })
    rule.tick(0, [[{ a: 'b' }, 1]])
    expect(rule.tick(MINUTE, [[{ a: 'b' }, 2]])).toMatchObject([
      {
        kind: 'refreshed',
        at: MINUTE,
        value: '2',
        annotations: { s: '2' },
        activeAt: 0,
        firedAt: 0,
      },
    ])
  })

  test('a value that changed during keep_firing_for is told when the series is back', () => {
    const rule = new RuleUnderTest({ keepFiringMs: 5 * MINUTE })
    const told = [[[{ a: 'b' }, 1]], [], [[{ a: 'b' }, 2]], [[{ a: 'b' }, 2]]].map((elements, i) =>
      rule.tick(i * MINUTE, elements as unknown as Element[]).map(({ kind }) => kind),
    )
    expect(told).toEqual([['firing'], [], [], ['refreshed']])
  })

  test('other annotations are told at the next evaluation', () => {
    const rule = new RuleUnderTest({ annotations: { s: 'old' } }, { refreshMs: 10 * MINUTE })
    rule.tick(0, [A])
    rule.rule = compileRule(alertingRule({ annotations: { s: 'new' } }), ENVIRONMENT)
    forgetTold(rule.tracked)
    expect(rule.tick(MINUTE, [A])).toMatchObject([{ kind: 'refreshed', annotations: { s: 'new' } }])
  })

  test('a template that fails leaves its error as the text, and the alert fires', () => {
    const rule = new RuleUnderTest({ annotations: { s: '{{ gt $value 80 }}' } })
    const outcome = rule.evaluate(0, [A])
    expect(outcome?.transitions[0]?.annotations?.['s']).toContain('error executing template')
    expect(outcome?.templateError).toContain('annotation s: ')
    if (outcome !== null) rule.tick(0, [A])
    expect(rule.evaluate(1, [A])?.templateError, 'stands while nothing is rendered').toContain(
      'annotation s',
    )
  })

  test('a template that does not compile stands for its own text', () => {
    const rule = new RuleUnderTest({ labels: { l: '{{ oops' } })
    const outcome = rule.evaluate(0, [A])
    expect(outcome?.transitions[0]?.labels['l']).toBe('{{ oops')
    expect(outcome?.templateError).toContain('label l: ')
  })
})

describe('limit', () => {
  const elements = (n: number): Element[] =>
    Array.from({ length: n }, (_, i): Element => [{ i: String(i) }, 1])

  test('beyond it alerts are counted and not tracked; the rest fires', () => {
    const rule = new RuleUnderTest({}, { limit: 2 })
    const outcome = rule.evaluate(0, elements(5))
    expect(outcome?.overLimit).toBe(5)
    expect(outcome?.transitions.map(({ kind }) => kind)).toEqual(['firing', 'firing'])
  })

  test('the choice does not depend on the order of the answer', () => {
    const chosen = [elements(9), elements(9).toReversed()].map((list) => {
      const rule = new RuleUnderTest({}, { limit: 3 })
      return rule
        .tick(0, list)
        .map((t: Transition) => t.fingerprint)
        .toSorted()
    })
    expect(chosen[0]).toEqual(chosen[1])
  })

  test('what fires keeps its place, and a place that becomes free is taken', () => {
    const rule = new RuleUnderTest({}, { limit: 2 })
    rule.tick(0, elements(2))
    expect(rule.tick(1, elements(6))).toEqual([])
    const told = rule.tick(2, elements(6).slice(1))
    expect(told.map(({ kind, labels }) => [kind, labels['i'] === '0'])).toContainEqual([
      'resolved',
      true,
    ])
    expect(
      rule.tick(3, elements(6).slice(1)).length +
        told.filter(({ kind }) => kind === 'firing').length,
    ).toBe(1)
    expect(rule.labels()).toHaveLength(2)
  })

  test('a limit that is not reached says nothing', () => {
    expect(new RuleUnderTest({}, { limit: 5 }).evaluate(0, elements(5))?.overLimit).toBe(0)
  })
})

describe('laws', () => {
  const answers = fc.array(
    fc.uniqueArray(fc.tuple(fc.nat(6), fc.nat(3)), { selector: ([i]) => i, maxLength: 6 }),
    { maxLength: 25 },
  )

  test('each series walks through step() as if it were alone, whatever the order of the answers', () => {
    fc.assert(
      fc.property(answers, fc.nat(3), fc.nat(3), (ticks, forMinutes, keepMinutes) => {
        const timing = { forMs: forMinutes * MINUTE, keepFiringMs: keepMinutes * MINUTE }
        const rule = new RuleUnderTest(timing)
        const model = new Map<string, AlertState>()
        ticks.forEach((tick, minute) => {
          const now = minute * MINUTE
          rule.tick(
            now,
            tick.map(([i, value]): Element => [{ i: String(i) }, value]),
          )
          const seen = new Set(tick.map(([i]) => String(i)))
          for (const i of new Set([...seen, ...model.keys()])) {
            const next = step(model.get(i) ?? INACTIVE, seen.has(i), timing, now)
            if (next.status === 'inactive' || next.status === 'resolved') model.delete(i)
            else model.set(i, next)
          }
          const actual = [...rule.tracked.byFingerprint.values()].map(
            ({ labels, state }) => [labels['i'], state] as const,
          )
          expect(new Map(actual as Array<[string, AlertState]>)).toEqual(model)
        })
      }),
      { numRuns: 300 },
    )
  })

  test('what is stored, read back at any moment, equals what is in memory', () => {
    fc.assert(
      fc.property(
        answers,
        fc.nat(2),
        fc.nat(2),
        fc.nat(4),
        (ticks, forMinutes, keepMinutes, limit) => {
          const rule = new RuleUnderTest(
            { forMs: forMinutes * MINUTE, keepFiringMs: keepMinutes * MINUTE },
            { limit },
          )
          const store = new Map<string, AlertState>()
          ticks.forEach((tick, minute) => {
            const elements = tick.map(([i, value]): Element => [{ i: String(i) }, value])
            const outcome = rule.evaluate(minute * MINUTE, elements)
            if (outcome === null) throw new Error('unexpected duplicate')
            const { put, remove } = storedChanges('k1', outcome.changes)
            rule.tick(minute * MINUTE, elements)
            for (const instance of put) store.set(instance.fingerprint, instance.state)
            for (const { fingerprint: gone } of remove) store.delete(gone)
            const memory = [...rule.tracked.byFingerprint].map(
              ([id, { state }]) => [id, state] as const,
            )
            expect(store).toEqual(new Map(memory))
          })
        },
      ),
      { numRuns: 300 },
    )
  })

  test('every firing told is ended by exactly one resolved, in order', () => {
    fc.assert(
      fc.property(answers, fc.nat(2), fc.nat(2), (ticks, forMinutes, keepMinutes) => {
        const rule = new RuleUnderTest({
          forMs: forMinutes * MINUTE,
          keepFiringMs: keepMinutes * MINUTE,
        })
        const open = new Map<string, string>()
        ticks.forEach((tick, minute) => {
          const told = rule.tick(
            minute * MINUTE,
            tick.map(([i, value]): Element => [{ i: String(i) }, value]),
          )
          for (const { fingerprint: id, kind } of told) {
            const before = open.get(id) ?? 'none'
            const allowed = {
              pending: ['none'],
              firing: ['none', 'pending'],
              refreshed: ['firing'],
              resolved: ['firing'],
              cleared: ['pending'],
            }
            expect(allowed[kind]).toContain(before)
            if (kind === 'pending' || kind === 'firing') open.set(id, kind)
            else if (kind !== 'refreshed') open.delete(id)
          }
        })
      }),
      { numRuns: 300 },
    )
  })
})

test('a steady answer of many firing series changes nothing and stores nothing', () => {
  const elements = Array.from({ length: 2_000 }, (_, i): Element => [{ i: String(i) }, 0])
  const rule = new RuleUnderTest()
  rule.tick(0, elements)
  const outcome = rule.evaluate(MINUTE, elements)
  expect(outcome?.changes).toEqual([])
  expect(outcome?.stale).toEqual([])
  expect(outcome?.transitions).toEqual([])
  expect(outcome?.index.before).toBeNull()
  const [first] = rule.states()
  expect(
    rule.states().every((state) => state === first),
    'equal states are one object',
  ).toBe(true)
})
