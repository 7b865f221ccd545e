import { afterEach, expect, it } from 'vitest'
import { makeBed, ruleFile } from '../support/bed.ts'
import type { Bed } from '../support/bed.ts'
import { alertsOf } from '../support/serviceApi.ts'
import { pause, until } from '../support/until.ts'

let bed: Bed
afterEach(() => bed.close())

const GROUPS = Array.from({ length: 12 }, (_, i) => i)
const exprOf = (i: number): string => `errors{group="${i}"} > 0`
const LEASE_MS = 3_000
/** Beyond the lease: the look for groups that are free, and the wait for the next slot. */
const SLACK_MS = 4_000

it('evaluates each rule group on one node, pages once, and goes on with the groups of a node that dies', async () => {
  bed = await makeBed({
    rules: Object.fromEntries(
      GROUPS.map((i) => [`${i}.yml`, ruleFile(`g${i}`, { alert: 'Errors', expr: exprOf(i) })]),
    ),
  })
  for (const i of GROUPS) bed.query.set(exprOf(i), [{ labels: { n: `old ${i}` } }])
  const [one, two] = await Promise.all([bed.start('one'), bed.start('two')])
  await until('all are told', () => bed.sink.accepted().length === GROUPS.length)
  const owned = (log: typeof one.log): boolean => log.some(({ msg }) => msg === 'took rule groups')
  await until('both nodes have groups', () => owned(one.log) && owned(two.log))

  const before = new Map(bed.query.asked)
  await pause(3_000)
  for (const i of GROUPS) {
    const asked = (bed.query.asked.get(exprOf(i)) ?? 0) - (before.get(exprOf(i)) ?? 0)
    expect(asked, `group ${i} in 3 s`).toBeLessThanOrEqual(4)
  }

  await one.signal('SIGKILL')
  const killedAt = performance.now()
  // Everything that the dead node owned has something new to tell.
  for (const i of GROUPS) {
    bed.query.set(exprOf(i), [{ labels: { n: `old ${i}` } }, { labels: { n: `new ${i}` } }])
  }
  const names = (): string[] => bed.sink.accepted().map((hook) => hook.alerts[0]?.labels['n'] ?? '')
  await until('the living node tells all that is new', () =>
    GROUPS.every((i) => names().includes(`new ${i}`)),
  )
  expect(performance.now() - killedAt).toBeLessThan(LEASE_MS + SLACK_MS)
  await pause(2_000)
  expect(names()).toHaveLength(2 * GROUPS.length)
  expect(new Set(names()).size).toBe(2 * GROUPS.length)
  expect(bed.sink.hooks.filter(({ status }) => status !== 'firing')).toEqual([])
  expect(await alertsOf(two, 'firing')).toHaveLength(2 * GROUPS.length)
}, 60_000)
