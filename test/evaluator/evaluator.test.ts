import { afterEach, describe, expect, test } from 'vitest'
import { MINUTE, SECOND } from '../../src/core/time.ts'
import { DatasourceError } from '../../src/datasource/datasourceError.ts'
import {
  createEvaluator,
  type Evaluator,
  type EvaluatorDeps,
} from '../../src/evaluator/evaluator.ts'
import { createEvaluatorMetrics, type EvaluatorMetrics } from '../../src/evaluator/metrics.ts'
import { SELF_GROUP_ID } from '../../src/evaluator/selfMonitor.ts'
import type { AlertingRule, RuleGroup, RuleSet } from '../../src/rules/ruleSet.ts'
import type { EvaluationCommit } from '../../src/store/evaluationStore.ts'
import { createFakeClock, type FakeClock } from '../support/fakeClock.ts'
import { MemoryEvaluationStore } from '../support/memoryEvaluationStore.ts'
import { alertingRule, type Element, ENVIRONMENT, vectorBody } from '../support/ruleRun.ts'

/** Its first twelve digits are the offset of its slots. */
const GROUP = '0000000000aa0000'
const INTERVAL = 10 * SECOND

interface Fixture {
  readonly clock: FakeClock
  readonly store: MemoryEvaluationStore
  /** Answers by expression; an Error fails the query. */
  readonly answers: Map<string, readonly Element[] | Error | Promise<Buffer>>
  readonly asked: string[]
  members: readonly string[]
}

const open: Evaluator[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((evaluator) => evaluator.stop()))
})

function fixture(): Fixture {
  return {
    clock: createFakeClock(Date.UTC(2026, 0, 1)),
    store: new MemoryEvaluationStore(),
    answers: new Map(),
    asked: [],
    members: ['n1'],
  }
}

function start(
  f: Fixture,
  ruleSet: RuleSet,
  change: Partial<EvaluatorDeps> = {},
): { evaluator: Evaluator; metrics: EvaluatorMetrics; committed: string[]; logged: string[] } {
  const metrics = createEvaluatorMetrics(() => ({ pending: 0, firing: 0, groups: 0 }))
  const committed: string[] = []
  const logged: string[] = []
  const evaluator = createEvaluator({
    clock: f.clock,
    store: f.store,
    querier: {
      name: 'main',
      query: async (expr, at) => {
        f.asked.push(`${expr} @${at}`)
        const answer = f.answers.get(expr) ?? []
        if (answer instanceof Error) throw answer
        return answer instanceof Promise ? answer : vectorBody(answer, at)
      },
      close: () => Promise.resolve(),
    },
    environment: ENVIRONMENT,
    refreshMs: 5 * MINUTE,
    outageToleranceMs: 60 * MINUTE,
    leaseMs: 15 * SECOND,
    failureAlertAfterMs: 2 * MINUTE,
    metrics,
    log: (_, message) => logged.push(message),
    random: () => 0.5,
    onCommitted: (groupId, count) => committed.push(`${groupId} ${count}`),
    node: 'n1',
    share: { index: 0, count: 1 },
    members: () => Promise.resolve(f.members),
    knownGroups: () => Promise.resolve([...f.store.groups.keys()]),
    ...change,
  })
  open.push(evaluator)
  evaluator.start()
  evaluator.update(ruleSet)
  return { evaluator, metrics, committed, logged }
}

function groupOf(rules: readonly AlertingRule[], change: Partial<RuleGroup> = {}): RuleGroup {
  return {
    id: GROUP,
    file: 'rules/a.yml',
    name: 'g',
    intervalMs: INTERVAL,
    queryOffsetMs: 0,
    limit: 0,
    rules,
    checksum: JSON.stringify(rules),
    ...change,
  }
}

function setOf(groups: readonly RuleGroup[], version = 'v1'): RuleSet {
  return { version, files: [], groups }
}

const A: Element = [{ instance: 'a' }, 1]
/** Commits of the rules' groups; the one about ourselves has tests of its own. */
const commits = (f: Fixture): EvaluationCommit[] =>
  f.store.commits.filter(({ lease }) => lease.groupId !== SELF_GROUP_ID)
const ended = (f: Fixture): string[] =>
  f.store.transitions.map(({ kind, labels }) => `${kind} ${labels['alertname']}`)

describe('a group under lease', () => {
  test('rules are asked in order, at aligned slots, and committed in one write', async () => {
    const f = fixture()
    const rules = [
      alertingRule({ expr: 'one' }),
      alertingRule({ key: 'k2', name: 'Two', expr: 'two' }),
    ]
    f.answers.set('one', [A])
    f.answers.set('two', [A])
    const { committed } = start(f, setOf([groupOf(rules, { queryOffsetMs: 1_000 })]))
    await f.clock.advance(INTERVAL)
    const slot = commits(f)[0]?.slot ?? 0
    expect(slot % INTERVAL).toBe(0xaa % INTERVAL)
    expect(f.asked).toEqual([`one @${slot - 1_000}`, `two @${slot - 1_000}`])
    expect(commits(f)).toHaveLength(1)
    expect(commits(f)[0]).toMatchObject({
      origin: {
        groupId: GROUP,
        file: 'rules/a.yml',
        group: 'g',
        version: 'v1',
        rules: { k1: 'Down', k2: 'Two' },
      },
      transitions: [
        { kind: 'firing', at: slot },
        { kind: 'firing', at: slot },
      ],
      health: {
        lastEvaluationAt: slot,
        rules: [
          { key: 'k1', health: 'ok', samples: 1 },
          { key: 'k2', health: 'ok' },
        ],
      },
    })
    expect(committed).toEqual([`${GROUP} 2`])
  })

  test('a steady group writes its health and nothing else', async () => {
    const f = fixture()
    f.answers.set('up == 0', [A])
    start(f, setOf([groupOf([alertingRule()])]))
    await f.clock.advance(3 * INTERVAL)
    const rest = commits(f).slice(1)
    expect(rest).toHaveLength(2)
    for (const { put, remove, transitions } of rest) {
      expect([put, remove, transitions]).toEqual([[], [], []])
    }
  })

  test('a failed query leaves the states of its rule untouched, and the other rules go on', async () => {
    const f = fixture()
    const rules = [
      alertingRule({ expr: 'bad' }),
      alertingRule({ key: 'k2', name: 'Two', expr: 'good' }),
    ]
    f.answers.set('bad', [A])
    start(f, setOf([groupOf(rules)]))
    await f.clock.advance(INTERVAL)
    const firstFailure = (commits(f)[0]?.slot ?? 0) + INTERVAL
    f.answers.set('bad', new DatasourceError('datasource main answered 503'))
    f.answers.set('good', [A])
    await f.clock.advance(3 * INTERVAL)
    expect(ended(f)).toEqual(['firing Down', 'firing Two'])
    expect(commits(f).at(-1)?.health.rules[0]).toMatchObject({
      health: 'err',
      lastError: 'datasource main answered 503',
      failingSince: firstFailure,
      samples: 1,
    })
    f.answers.set('bad', [])
    await f.clock.advance(INTERVAL)
    expect(ended(f)).toEqual(['firing Down', 'firing Two', 'resolved Down'])
    expect(commits(f).at(-1)?.health.rules[0]).toMatchObject({
      health: 'ok',
      lastError: '',
      failingSince: null,
    })
  })

  test.each([
    [
      'two results with the same labels',
      [
        [{ a: '1' }, 1],
        [{ a: '2' }, 1],
      ] as Element[],
      'vector contains metrics with the same labelset after applying alert labels',
    ],
    [
      'a matrix',
      Promise.resolve(
        Buffer.from('{"status":"success","data":{"resultType":"matrix","result":[]}}'),
      ),
      'rule result is not a vector or scalar',
    ],
    [
      'HTML',
      Promise.resolve(Buffer.from('<html>login</html>')),
      'the datasource answered HTML instead of JSON (login)',
    ],
  ])('%s is an error of the rule, and resolves nothing', async (_name, answer, message) => {
    const f = fixture()
    f.answers.set('up == 0', [A])
    start(f, setOf([groupOf([alertingRule({ labels: { a: 'x' } })])]))
    await f.clock.advance(INTERVAL)
    f.answers.set('up == 0', answer)
    await f.clock.advance(INTERVAL)
    expect(commits(f).at(-1)?.health.rules[0]).toMatchObject({
      health: 'err',
      lastError: message,
    })
    expect(ended(f)).toEqual(['firing Down'])
  })

  test('beyond the limit the rule says so, and the first alerts fire', async () => {
    const f = fixture()
    f.answers.set('up == 0', [A, [{ instance: 'b' }, 1], [{ instance: 'c' }, 1]])
    start(f, setOf([groupOf([alertingRule()], { limit: 2 })]))
    await f.clock.advance(INTERVAL)
    expect(f.store.transitions).toHaveLength(2)
    expect(commits(f)[0]?.health.rules[0]).toMatchObject({
      health: 'err',
      overLimit: 3,
      failingSince: null,
    })
    expect(commits(f)[0]?.health.rules[0]?.lastError).toContain('exceeded limit of 2 with 3 alerts')
  })

  test('slots that pass while an answer is awaited are missed and counted, the newest is evaluated at once', async () => {
    const f = fixture()
    let answer = (_: Buffer): void => {}
    f.answers.set('up == 0', new Promise<Buffer>((resolve) => (answer = resolve)))
    const { metrics } = start(f, setOf([groupOf([alertingRule()])]))
    await f.clock.advance(3.5 * INTERVAL)
    expect(commits(f)).toHaveLength(0)
    f.answers.set('up == 0', [])
    answer(vectorBody([]))
    await f.clock.advance(0)
    const [first, second] = commits(f)
    expect((second?.slot ?? 0) - (first?.slot ?? 0)).toBe(3 * INTERVAL)
    expect(second?.health.missed).toBe(2)
    expect((await metrics.missed.get()).values[0]?.value).toBe(2)
  })
})

describe('restart', () => {
  test('for and keep_firing_for go on where they were after a crash', async () => {
    const f = fixture()
    const rule = alertingRule({ forMs: 60 * SECOND })
    f.answers.set('up == 0', [A])
    start(f, setOf([groupOf([rule])]))
    await f.clock.advance(3 * INTERVAL)
    const activeAt = commits(f)[0]?.slot ?? 0
    // A second life on the same store: nothing of the first one is told to stop.
    start(f, setOf([groupOf([rule])]))
    await f.clock.advance(4 * INTERVAL)
    const firing = f.store.transitions.filter(({ kind }) => kind === 'firing')
    expect(firing).toMatchObject([{ activeAt, firedAt: activeAt + 60 * SECOND }])
  })

  test('pending alerts begin anew after an outage longer than the tolerance', async () => {
    const f = fixture()
    const rule = alertingRule({ forMs: 60 * SECOND })
    f.answers.set('up == 0', [A])
    const first = start(f, setOf([groupOf([rule])]))
    await f.clock.advance(2 * INTERVAL)
    await first.evaluator.stop()
    await f.clock.advance(61 * MINUTE)
    const count = f.store.transitions.length
    start(f, setOf([groupOf([rule])]))
    await f.clock.advance(INTERVAL)
    expect(f.store.transitions.slice(count)).toMatchObject([{ kind: 'pending' }])
    expect(f.store.transitions[count]?.activeAt).toBe(commits(f).at(-1)?.slot)
  })

  test('an alert that fired before resolves by the first good evaluation, not by the outage', async () => {
    const f = fixture()
    f.answers.set('up == 0', [A])
    const first = start(f, setOf([groupOf([alertingRule()])]))
    await f.clock.advance(INTERVAL)
    await first.evaluator.stop()
    await f.clock.advance(24 * 60 * MINUTE)
    f.answers.set('up == 0', new DatasourceError('away'))
    start(f, setOf([groupOf([alertingRule()])]))
    await f.clock.advance(2 * INTERVAL)
    expect(ended(f)).toEqual(['firing Down'])
    f.answers.set('up == 0', [])
    await f.clock.advance(INTERVAL)
    expect(ended(f)).toEqual(['firing Down', 'resolved Down'])
  })
})

describe('a store that is away', () => {
  test('an outage of 30 s loses no transition, and evaluation resumes by itself', async () => {
    const f = fixture()
    const { logged, metrics } = start(f, setOf([groupOf([alertingRule()])]))
    await f.clock.advance(INTERVAL)
    f.store.mode = 'refuse'
    f.answers.set('up == 0', [A])
    await f.clock.advance(INTERVAL)
    f.answers.set('up == 0', []) // by the time the store is back, the alert is over
    await f.clock.advance(2 * INTERVAL)
    expect(ended(f)).toEqual([])
    f.store.mode = 'up'
    await f.clock.advance(2 * INTERVAL)
    expect(ended(f)).toEqual(['firing Down', 'resolved Down'])
    expect(
      logged.filter((line) => line.startsWith('could not commit')),
      'once a group',
    ).toHaveLength(2)
    expect((await metrics.storeFailures.get()).values[0]?.value).toBeGreaterThan(2)
  })

  test('a commit whose answer was lost is not repeated and not lost', async () => {
    const f = fixture()
    start(f, setOf([groupOf([alertingRule({ forMs: 2 * INTERVAL })])]))
    await f.clock.advance(INTERVAL)
    f.answers.set('up == 0', [A])
    f.store.mode = 'lose-answer'
    await f.clock.advance(INTERVAL)
    f.store.mode = 'up'
    await f.clock.advance(3 * INTERVAL)
    expect(ended(f)).toEqual(['pending Down', 'firing Down'])
  })

  test('states are read until the store answers', async () => {
    const f = fixture()
    f.answers.set('up == 0', [A])
    f.store.mode = 'refuse'
    const { logged } = start(f, setOf([groupOf([alertingRule()])]))
    await f.clock.advance(INTERVAL)
    f.store.mode = 'up'
    await f.clock.advance(2 * INTERVAL)
    expect(ended(f)).toEqual(['firing Down'])
    expect(
      logged.filter((line) => line.startsWith('could not assign')),
      'told once',
    ).toHaveLength(1)
  })
})

describe('leases', () => {
  test('a group whose lease was taken over stops at once, and is taken again when it is free', async () => {
    const f = fixture()
    f.answers.set('up == 0', [A])
    const { logged } = start(f, setOf([groupOf([alertingRule()])]))
    await f.clock.advance(INTERVAL)
    const group = f.store.groups.get(GROUP)
    Object.assign(group ?? {}, { node: 'other/0', epoch: 100, until: f.clock.now() + MINUTE })
    const before = commits(f).length
    await f.clock.advance(30 * SECOND)
    expect(commits(f).length).toBe(before)
    expect(logged).toContain('lost a rule group')
    await f.clock.advance(MINUTE)
    expect(commits(f).length).toBeGreaterThan(before)
    expect(ended(f), 'the alert was firing all the time').toEqual(['firing Down'])
  })

  test('two members share the groups, and one takes over what the other leaves', async () => {
    const f = fixture()
    f.members = ['n1', 'n2']
    const groups = Array.from({ length: 20 }, (_, i) =>
      groupOf([alertingRule()], { id: i.toString(16).padStart(16, '0'), name: `g${i}` }),
    )
    f.answers.set('up == 0', [A])
    const one = start(f, setOf(groups))
    const two = start(f, setOf(groups), { node: 'n2' })
    await f.clock.advance(2 * INTERVAL)
    const mine = one.evaluator.snapshot().groups
    expect(mine).toBeGreaterThan(3)
    expect(mine + two.evaluator.snapshot().groups).toBe(21) // 20 and the one about ourselves
    expect(f.store.transitions).toHaveLength(20)
    await two.evaluator.stop()
    f.members = ['n1']
    await f.clock.advance(2 * INTERVAL)
    expect(one.evaluator.snapshot().groups).toBe(21)
    expect(f.store.transitions, 'nothing fired again').toHaveLength(20)
  })

  test('stop ends after the iteration at hand and gives the leases back', async () => {
    const f = fixture()
    let answer = (_: Buffer): void => {}
    f.answers.set('up == 0', new Promise<Buffer>((resolve) => (answer = resolve)))
    const { evaluator } = start(f, setOf([groupOf([alertingRule()])]))
    await f.clock.advance(INTERVAL)
    const stopped = evaluator.stop()
    answer(vectorBody([A]))
    await stopped
    expect(ended(f)).toEqual(['firing Down'])
    expect(f.store.groups.get(GROUP)?.node).toBeNull()
    expect(f.clock.sleeping()).toBe(0)
  })
})

describe('reload', () => {
  test('an unchanged group keeps running untouched', async () => {
    const f = fixture()
    f.answers.set('up == 0', [A])
    const { evaluator } = start(f, setOf([groupOf([alertingRule()])]))
    await f.clock.advance(INTERVAL)
    const epoch = f.store.groups.get(GROUP)?.epoch
    evaluator.update(setOf([groupOf([alertingRule()])], 'v2'))
    await f.clock.advance(INTERVAL)
    expect(f.store.groups.get(GROUP)?.epoch).toBe(epoch)
    expect(commits(f).at(-1)).toMatchObject({ origin: { version: 'v2' }, transitions: [] })
  })

  test('a changed group carries its states over by rule key', async () => {
    const f = fixture()
    f.answers.set('up == 0', [A])
    f.answers.set('up < 1', [A])
    const { evaluator } = start(f, setOf([groupOf([alertingRule({ forMs: 2 * INTERVAL })])]))
    await f.clock.advance(INTERVAL)
    const activeAt = commits(f)[0]?.slot
    evaluator.update(setOf([groupOf([alertingRule({ forMs: INTERVAL, expr: 'up < 1' })])], 'v2'))
    await f.clock.advance(INTERVAL)
    expect(f.store.transitions).toMatchObject([{ kind: 'pending' }, { kind: 'firing', activeAt }])
  })

  test('a removed group resolves its alerts after two intervals, and is forgotten', async () => {
    const f = fixture()
    f.answers.set('up == 0', [A])
    const { evaluator } = start(f, setOf([groupOf([alertingRule()])]))
    await f.clock.advance(INTERVAL)
    evaluator.update(setOf([], 'v2'))
    await f.clock.advance(INTERVAL)
    expect(ended(f)).toEqual(['firing Down'])
    await f.clock.advance(2 * INTERVAL)
    expect(f.store.transitions.at(-1)).toMatchObject({ kind: 'resolved', cause: 'rule-removed' })
    expect(f.store.groups.get(GROUP)).toMatchObject({ node: null, slot: null })
    const before = commits(f).length
    await f.clock.advance(10 * INTERVAL)
    expect(commits(f)).toHaveLength(before)
  })

  test('a group that comes back within two intervals has lost nothing', async () => {
    const f = fixture()
    f.answers.set('up == 0', [A])
    const { evaluator } = start(f, setOf([groupOf([alertingRule()])]))
    await f.clock.advance(INTERVAL)
    evaluator.update(setOf([], 'v2'))
    await f.clock.advance(INTERVAL)
    evaluator.update(setOf([groupOf([alertingRule()])], 'v3'))
    await f.clock.advance(5 * INTERVAL)
    expect(ended(f).filter((line) => !line.startsWith('refreshed'))).toEqual(['firing Down'])
  })

  test('a rule that left a group that stays resolves its alerts too', async () => {
    const f = fixture()
    const rules = [alertingRule(), alertingRule({ key: 'k2', name: 'Two', expr: 'two' })]
    f.answers.set('up == 0', [A])
    f.answers.set('two', [A])
    const { evaluator } = start(f, setOf([groupOf(rules)]))
    await f.clock.advance(INTERVAL)
    evaluator.update(setOf([groupOf(rules.slice(0, 1))], 'v2'))
    await f.clock.advance(4 * INTERVAL)
    expect(f.store.transitions.slice(2)).toMatchObject([
      { kind: 'resolved', ruleKey: 'k2', cause: 'rule-removed' },
    ])
    expect(commits(f).find((c) => c.transitions[0]?.ruleKey === 'k2')?.origin.rules['k2']).toBe(
      'Two',
    )
  })

  test('rules that were removed while nobody evaluated are seen off as well', async () => {
    const f = fixture()
    f.answers.set('up == 0', [A])
    const first = start(f, setOf([groupOf([alertingRule()])]))
    await f.clock.advance(INTERVAL)
    await first.evaluator.stop()
    start(f, setOf([], 'v2'))
    await f.clock.advance(4 * MINUTE)
    expect(f.store.transitions.at(-1)).toMatchObject({ kind: 'resolved', cause: 'rule-removed' })
  })
})

describe('the wall clock', () => {
  test('set back by an hour, evaluation goes on at once, stored slots never go back, and for counts real time', async () => {
    const f = fixture()
    const { metrics } = start(f, setOf([groupOf([alertingRule({ forMs: 3 * INTERVAL })])]))
    f.answers.set('up == 0', [A])
    await f.clock.advance(2 * INTERVAL)
    f.clock.correct(f.clock.now() - 60 * MINUTE)
    await f.clock.advance(30 * SECOND + 5 * INTERVAL)
    const slots = commits(f).map(({ slot }) => slot)
    expect(slots).toEqual(slots.toSorted((a, b) => a - b))
    expect(slots.length).toBeGreaterThan(5)
    expect(ended(f)).toEqual(['pending Down', 'firing Down'])
    const [pending, firing] = f.store.transitions
    expect(firing?.at, 'is the time of now').toBeLessThan(pending?.at ?? 0)
    expect(firing?.order, 'is the order of commits').toBeGreaterThan(pending?.at ?? 0)
    const steps = (await metrics.clockSteps.get()).values
    expect(steps, 'the group about ourselves is not counted').toMatchObject([
      { labels: { kind: 'reset' }, value: 1 },
    ])
  })
})

describe('about ourselves', () => {
  test('rules that fail for long raise one alert, which only a good evaluation resolves', async () => {
    const f = fixture()
    const rules = [alertingRule(), alertingRule({ key: 'k2', name: 'Two', expr: 'two' })]
    f.answers.set('up == 0', new DatasourceError('datasource main refused the connection'))
    f.answers.set('two', new DatasourceError('datasource main refused the connection'))
    const first = start(f, setOf([groupOf(rules)]))
    await f.clock.advance(MINUTE)
    expect(ended(f)).toEqual([])
    await f.clock.advance(90 * SECOND)
    expect(f.store.transitions).toMatchObject([
      {
        kind: 'firing',
        labels: { alertname: 'TocsinEvaluationFailing', datasource: 'main', severity: 'critical' },
        annotations: { summary: '2 of 2 rules cannot be evaluated' },
        value: '2',
      },
    ])
    expect(f.store.transitions[0]?.annotations?.['description']).toContain('refused the connection')
    await first.evaluator.stop()
    await f.clock.advance(10 * MINUTE)
    start(f, setOf([groupOf(rules)]))
    await f.clock.advance(MINUTE)
    expect(ended(f).filter((line) => line.startsWith('resolved'))).toEqual([])
    f.answers.set('up == 0', [])
    f.answers.set('two', [])
    await f.clock.advance(MINUTE)
    expect(f.store.transitions.at(-1)).toMatchObject({
      kind: 'resolved',
      labels: { alertname: 'TocsinEvaluationFailing' },
    })
    expect(f.store.commits.find((c) => c.transitions.length > 0)?.lease.groupId).toBe(SELF_GROUP_ID)
  })
})
