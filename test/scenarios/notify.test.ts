import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { DeliveryError } from '../../src/notifiers/notifier.ts'
import { startTestRedis } from '../support/redis.ts'
import type { TestRedis } from '../support/redis.ts'
import { configOf, createWorld } from '../support/world.ts'
import type { World, WorldOptions } from '../support/world.ts'

let redis: TestRedis
const worlds: World[] = []

beforeAll(async () => {
  redis = await startTestRedis()
})
afterEach(async () => {
  await worlds[0]?.stores.connection.batch((b) => b.call('FLUSHALL'))
  await Promise.all(worlds.splice(0).map((world) => world.close()))
})
afterAll(() => redis.stop())

async function start(options: Partial<WorldOptions> = {}): Promise<World> {
  const world = await createWorld({ redis, config: configOf(), ...options })
  worlds.unshift(world)
  return world
}
const a = { alertname: 'Down', n: 'a' }
const b = { alertname: 'Down', n: 'b' }
const HOURS = 3_600_000

it('waits for group_wait, merges what arrives meanwhile, and repeats after the repeat interval', async () => {
  const world = await start()
  await world.post([a], { endsIn: 12 * HOURS })
  await world.advance(5_000)
  await world.post([b], { endsIn: 12 * HOURS })
  await world.advance(2 * HOURS)
  expect(world.lines()).toEqual(['10s team first firing=a,b', '3610s team repeat firing=a,b'])
})

it('tells of a new alert at the next tick of the group, and of each end', async () => {
  const world = await start()
  await world.post([a], { endsIn: 200_000 })
  await world.advance(15_000)
  await world.post([b], { endsIn: 100_000 })
  await world.advance(600_000)
  expect(world.lines()).toEqual([
    '10s team first firing=a',
    '70s team new-alerts firing=a,b',
    '130s team some-resolved firing=a resolved=b',
    '250s team all-resolved resolved=a',
  ])
  expect(await world.stores.groups.list()).toEqual([])
})

it('says nothing of an alert that ends within group_wait', async () => {
  const world = await start()
  await world.post([a], { endsIn: 5_000 })
  await world.advance(600_000)
  expect(world.lines()).toEqual([])
  expect(await world.stores.groups.list()).toEqual([])
})

it('does not repeat what is acknowledged, tells when another alert joins, and tells the end', async () => {
  const world = await start()
  await world.post([a], { endsIn: 8 * HOURS })
  await world.advance(60_000)
  await world.ack(a)
  await world.advance(3 * HOURS)
  await world.post([b], { endsIn: 5 * HOURS })
  await world.advance(6 * HOURS)
  expect(world.lines().map((line) => line.replace(/^\S+ /, ''))).toEqual([
    'team first firing=a',
    'team new-alerts firing=a,b',
    'team repeat firing=a,b',
    'team repeat firing=a,b',
    'team repeat firing=a,b',
    'team repeat firing=a,b',
    'team some-resolved firing=b resolved=a',
    'team all-resolved resolved=b',
  ])
  expect(world.history.map((entry) => entry.what)).toContain('not repeated: acknowledged')
})

it('notifies again when an acknowledged alert fires anew', async () => {
  const world = await start()
  await world.post([a], { endsIn: 100_000 })
  await world.advance(30_000)
  await world.ack(a)
  await world.advance(200_000)
  await world.post([a], { endsIn: 100_000 })
  await world.advance(30_000)
  expect(world.lines().map((line) => line.replace(/^\S+ /, ''))).toEqual([
    'team first firing=a',
    'team all-resolved resolved=a',
    'team first firing=a',
  ])
})

it('retries with growing pauses until the receiver takes it, and says that it comes late', async () => {
  const world = await start()
  world.answer = () => {
    if (world.elapsed() < 100_000) throw new DeliveryError('503', 'unavailable')
  }
  await world.post([a], { endsIn: HOURS })
  await world.advance(300_000)
  expect(world.lines()).toEqual(['137s team first firing=a (delayed by 2 min)'])
  const [row] = (await world.stores.ledger.list({ limit: 10 })).deliveries
  expect(
    row?.attempts.map((attempt) => (attempt.at - world.clock.now() + world.elapsed()) / 1_000),
  ).toEqual([10, 11, 13, 17, 25, 41, 73, 137])
})

it('still tells what ended before it could be delivered, and then its end', async () => {
  const world = await start()
  world.answer = () => {
    if (world.elapsed() < 400_000) throw new DeliveryError('503', 'unavailable')
  }
  await world.post([a], { endsIn: 100_000 })
  await world.advance(HOURS)
  expect(world.lines().map((line) => line.replace(/^\S+ /, ''))).toEqual([
    'team first firing=a (delayed by 7 min; ended before it could be delivered)',
    'team all-resolved resolved=a',
  ])
})

it('puts a refused message into the dead letters and tells the fallback once, of the end as well', async () => {
  const config = configOf({ receivers: { team: { fallback: 'boss' }, boss: {} } })
  const world = await start({ config })
  world.answer = (receiver) => {
    if (receiver === 'team') throw new DeliveryError('404 no such channel', 'rejected')
  }
  await world.post([a], { endsIn: 300_000 })
  await world.advance(200_000)
  expect(world.lines()).toEqual([
    '10s boss fallback firing=a (team could not be told: refused for good: 404 no such channel)',
  ])
  await world.advance(300_000)
  expect(world.lines().slice(1)).toEqual(['310s boss all-resolved resolved=a'])
  const dead = await world.stores.ledger.list({ limit: 10, status: 'dead' })
  expect(dead.deliveries[0]?.note).toContain('404 no such channel')
})

it('sends nothing for an alert that was silenced before its retry, and pages when the silence ends', async () => {
  const world = await start()
  world.answer = () => {
    if (world.elapsed() < 30_000) throw new DeliveryError('503', 'unavailable')
  }
  await world.post([a], { endsIn: HOURS })
  await world.advance(20_000)
  const now = world.clock.now()
  await world.stores.silences.put({
    id: 's1',
    matchers: [
      {
        name: 'n',
        op: '=',
        value: 'a',
      },
    ],
    startsAt: now,
    endsAt: now + 6e5,
    updatedAt: now,
    createdBy: 'ann',
    comment: '',
    annotations: {},
  })
  await world.advance(1_000_000)
  expect(world.lines()).toEqual(['670s team first firing=a'])
  const rows = (await world.stores.ledger.list({ limit: 10 })).deliveries
  expect(rows.map((row) => [row.status, row.note])).toEqual([
    ['delivered', ''],
    ['suppressed', 'silenced by s1 before it was sent'],
  ])
})

it('pages again for what fires anew after it had ended under a silence', async () => {
  const world = await start()
  await world.post([a], { endsIn: 100_000 })
  await world.advance(20_000)
  const now = world.clock.now()
  await world.stores.silences.put({
    id: 's1',
    matchers: [
      {
        name: 'n',
        op: '=',
        value: 'a',
      },
    ],
    startsAt: now,
    endsAt: now + 3e5,
    updatedAt: now,
    createdBy: 'ann',
    comment: '',
    annotations: {},
  })
  await world.advance(400_000)
  await world.post([a], { endsIn: 100_000 })
  await world.advance(50_000)
  expect(world.lines().map((line) => line.replace(/^\S+ /, ''))).toEqual([
    'team first firing=a',
    'team first firing=a',
  ])
})

it('keeps a target quiet while a source of an inhibit rule fires, and pages when the source ends', async () => {
  const matcher = (value: string) => [{ name: 'severity', op: '=' as const, value }]
  const inhibitRules = [
    {
      name: '',
      sourceMatchers: matcher('critical'),
      targetMatchers: matcher('warning'),
      equal: ['zone'],
    },
  ]
  const world = await start({ config: configOf({ inhibitRules }) })
  const source = { alertname: 'ZoneDown', n: 'zone', zone: 'z1', severity: 'critical' }
  const target = { alertname: 'Slow', n: 'slow', zone: 'z1', severity: 'warning' }
  const elsewhere = { ...target, n: 'elsewhere', zone: 'z2' }
  await world.post([source], { endsIn: 100_000 })
  await world.post([target, elsewhere], { endsIn: 500_000 })
  await world.advance(200_000)
  expect(world.lines()).toEqual([
    '10s team first firing=elsewhere,zone',
    '130s team new-alerts firing=elsewhere,slow resolved=zone',
  ])
})

it('continues after a crash between flush and delivery, with the same idempotency key', async () => {
  const world = await start()
  let sends = 0
  world.answer = async () => {
    sends++
    if (sends > 1) return
    await world.crash()
  }
  await world.post([a], { endsIn: HOURS })
  await world.advance(11_000).catch(() => {})
  const crashedKey = world.sent[0]?.key
  worlds.shift()
  const next = await start({ after: world })
  await next.advance(60_000)
  expect(next.sent.map((sent) => sent.key)).toEqual([crashedKey, crashedKey])
  expect(next.lines()).toHaveLength(2)
})

it('moves no timer when the configuration is loaded again', async () => {
  const world = await start()
  await world.post([a], { endsIn: HOURS })
  await world.advance(5_000)
  world.config = configOf()
  await world.pipeline.router.rerouteAll()
  await world.advance(20_000)
  world.config = configOf()
  await world.pipeline.router.rerouteAll()
  await world.post([b], { endsIn: HOURS })
  await world.advance(60_000)
  expect(world.lines()).toEqual(['10s team first firing=a', '70s team new-alerts firing=a,b'])
})

it('tells at once of an alert that begins in the future by its own account, also when it is routed by a restart', async () => {
  const world = await start()
  await world.post([a], { startsIn: HOURS, endsIn: 2 * HOURS })
  world.config = configOf({ route: { receiver: 'other' }, receivers: { other: {} } })
  await world.pipeline.router.rerouteAll()
  await world.advance(30_000)
  expect(world.lines()).toEqual(['10s other first firing=a'])
})

it('gives up a group whose route is gone, and the new route pages', async () => {
  const world = await start()
  await world.post([a], { endsIn: HOURS })
  await world.advance(20_000)
  world.config = configOf({ route: { receiver: 'other' }, receivers: { other: {} } })
  await world.pipeline.router.rerouteAll()
  await world.advance(100_000)
  expect(world.lines()).toEqual(['10s team first firing=a', '20s other first firing=a'])
  expect((await world.stores.groups.list()).map((group) => group.meta.receiver)).toEqual(['other'])
})

it('puts the alerts of a group without a route into their new groups, also when no reload rerouted them', async () => {
  const world = await start()
  await world.post([a], { endsIn: HOURS })
  await world.advance(20_000)
  world.config = configOf({ route: { receiver: 'other' }, receivers: { other: {} } })
  await world.advance(100_000)
  expect(world.lines()).toEqual(['10s team first firing=a', '70s other first firing=a'])
})

it('logs an all-resolved round for a receiver that does not want to hear of it, so that the next firing is told', async () => {
  const world = await start({ config: configOf({ receivers: { team: { sendResolved: false } } }) })
  await world.post([a], { endsIn: 100_000 })
  await world.advance(200_000)
  await world.post([a], { endsIn: 100_000 })
  await world.advance(200_000)
  expect(world.lines()).toEqual(['10s team first firing=a', '210s team first firing=a'])
})

it('tells every integration of the end, also one whose first message was still on its way', async () => {
  const config = configOf({ route: { groupIntervalMs: 15_000 } })
  const team = config.receivers.get('team')!
  const [webhook] = team.integrations
  const email = { ...webhook!, key: 'team/email/0', kind: 'email' }
  const receivers = new Map([['team', { ...team, integrations: [webhook!, email] }]])
  const world = await start({ config: { ...config, receivers } })
  const told: string[] = []
  let release: () => void = () => {}
  world.answerOf = async (integration, data) => {
    if (integration === email.key && told.length === 1) {
      await new Promise<void>((resolve) => (release = resolve))
    }
    told.push(`${integration} ${data.status}`)
  }
  await world.post([a], { endsIn: 20_000 })
  await world.advance(9_000)
  await world.clock.advance(1_000)
  await world.pipeline.dispatcher.flushDue()
  await world.pipeline.deliverer.pump('webhook')
  while (told.length === 0) await new Promise(setImmediate)
  await world.pipeline.deliverer.pump('email') // hangs in the provider while the alert ends
  await world.clock.advance(15_000)
  await world.pipeline.dispatcher.flushDue()
  release()
  await world.advance(120_000)
  expect(told.toSorted()).toEqual([
    'team/email/0 firing',
    'team/email/0 resolved',
    'team/webhook/0 firing',
    'team/webhook/0 resolved',
  ])
  expect(await world.stores.groups.list()).toEqual([])
})
