import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AlertRecord } from '../../src/core/alert.ts'
import { fingerprint } from '../../src/core/labels.ts'
import type { DeliveryRow, GroupMeta, LogEntry } from '../../src/store/groupStore.ts'
import { createRedisAlertStore } from '../../src/store/redis/alertStore.ts'
import { openRedis } from '../../src/store/redis/connection.ts'
import type { RedisConnection } from '../../src/store/redis/connection.ts'
import {
  createRedisEvaluationStore,
  createRedisOutboxStore,
} from '../../src/store/redis/evaluationStore.ts'
import { createRedisGroupStore } from '../../src/store/redis/groupStore.ts'
import { createRedisHistoryStore } from '../../src/store/redis/historyStore.ts'
import { createRedisLedger } from '../../src/store/redis/ledger.ts'
import { createRedisSweepStore } from '../../src/store/redis/sweepStore.ts'
import { createRedisSilenceStore } from '../../src/store/redis/silenceStore.ts'
import { startTestRedis } from '../support/redis.ts'
import type { TestRedis } from '../support/redis.ts'

const NOW = 1_700_000_000_000
let server: TestRedis
let redis: RedisConnection
let other: RedisConnection

const open = () =>
  openRedis({
    url: server.url,
    connectTimeoutMs: 2_000,
    commandTimeoutMs: 5_000,
    reconnectMinMs: 20,
    reconnectMaxMs: 200,
  })

beforeAll(async () => {
  server = await startTestRedis()
  redis = await open()
  other = await open()
})
afterAll(async () => {
  await redis.close()
  await other.close()
  await server.stop()
})
beforeEach(async () => {
  await redis.batch((b) => b.call('FLUSHALL'))
})

describe('evaluation store', () => {
  const health = { lastEvaluationAt: NOW, durationMs: 1, missed: 0, rules: [] }
  const origin = { groupId: 'aa', file: 'f', group: 'g', version: 'v', rules: { r: 'R' } }
  const instance = (n: number) => {
    const labels = { alertname: 'R', n: String(n) }
    return { ruleKey: 'r', fingerprint: fingerprint(labels), labels }
  }
  const pending = { status: 'pending' as const, activeAt: NOW }

  it('commits states and transitions together and gives them back after a restart', async () => {
    const store = createRedisEvaluationStore(redis)
    const outbox = createRedisOutboxStore(redis)
    const lease = await store.acquire('aa', 'n1', NOW, 1_000)
    const transition = {
      ...instance(1),
      kind: 'pending' as const,
      at: NOW,
      activeAt: NOW,
      value: '1',
      annotations: {},
    }
    const answer = await store.commit({
      lease: lease!,
      slot: NOW,
      after: null,
      origin,
      health,
      remove: [],
      put: [
        {
          ...instance(1),
          state: pending,
        },
      ],
      transitions: [transition],
    })
    expect(answer).toBe('committed')
    expect(await createRedisEvaluationStore(other).load('aa')).toEqual({
      slot: NOW,
      instances: [{ ...instance(1), state: pending }],
    })
    expect(await outbox.waiting(await outbox.groups())).toEqual(['aa'])
    const [batch] = await outbox.read('aa', '-', 10)
    expect(batch).toMatchObject({ origin, transitions: [transition] })
    await outbox.done('aa', [batch!.id])
    expect(await outbox.waiting(['aa'])).toEqual([])
    expect(await store.health(['aa', 'bb'])).toEqual([health, null])
  })

  it('refuses the commit of an owner whose lease another node took over, and writes nothing', async () => {
    const store = createRedisEvaluationStore(redis)
    const old = await store.acquire('aa', 'n1', NOW, 1_000)
    expect(await store.acquire('aa', 'n2', NOW + 500, 1_000)).toBeNull()
    const taken = await store.acquire('aa', 'n2', NOW + 1_001, 1_000)
    expect(taken!.epoch).toBeGreaterThan(old!.epoch)
    const commit = {
      lease: old!,
      slot: NOW,
      after: null,
      origin,
      health,
      put: [{ ...instance(1), state: pending }],
      remove: [],
      transitions: [],
    }
    expect(await store.commit(commit)).toBe('fenced')
    expect((await store.load('aa')).instances).toEqual([])
    expect(await store.renew([old!], NOW, 1_000)).toEqual(new Set(['aa']))
    expect(await store.renew([taken!], NOW, 1_000)).toEqual(new Set())
  })

  it('refuses an evaluation that started from another slot than the stored one', async () => {
    const store = createRedisEvaluationStore(redis)
    const lease = (await store.acquire('aa', 'n1', NOW, 1_000))!
    const commit = {
      lease,
      slot: NOW,
      after: null,
      origin,
      health,
      put: [],
      remove: [],
      transitions: [],
    }
    expect(await store.commit(commit)).toBe('committed')
    expect(await store.commit(commit)).toBe('stale')
    expect(await store.commit({ ...commit, slot: NOW + 1, after: NOW })).toBe('committed')
    await redis.batch((b) => b.call('HSET', 'tocsin:{e:aa}:meta', 'slot', NOW)) // lost its last write
    expect(await store.commit({ ...commit, slot: NOW + 2, after: NOW + 1 })).toBe('stale')
  })

  it('takes a commit of 20,000 instances and cuts its transitions into batches', async () => {
    const store = createRedisEvaluationStore(redis)
    const lease = (await store.acquire('aa', 'n1', NOW, 1_000))!
    const all = Array.from({ length: 20_000 }, (_, n) => instance(n))
    const transitions = all.map((i) => ({
      ...i,
      kind: 'firing' as const,
      at: NOW,
      activeAt: NOW,
      firedAt: NOW,
    }))
    const put = all.map((i) => ({ ...i, state: pending }))
    expect(
      await store.commit({
        lease,
        slot: NOW,
        after: null,
        origin,
        health,
        put,
        remove: [],
        transitions,
      }),
    ).toBe('committed')
    expect((await store.load('aa')).instances).toHaveLength(20_000)
    const batches = await createRedisOutboxStore(redis).read('aa', '-', 1_000)
    expect(batches.flatMap((b) => b.transitions.map((t) => t.labels['n']))).toEqual(
      all.map((i) => i.labels.n),
    )
    const remove = all.slice(5)
    expect(
      await store.commit({
        lease,
        slot: NOW + 1,
        after: NOW,
        origin,
        health,
        put: [],
        remove,
        transitions: [],
      }),
    ).toBe('committed')
    expect((await store.load('aa')).instances).toHaveLength(5)
  })
})

function record(n: number, change: Partial<AlertRecord> = {}): AlertRecord {
  const labels = { alertname: 'A', n: String(n) }
  return {
    fingerprint: fingerprint(labels),
    labels,
    annotations: {},
    status: 'firing',
    activeAt: NOW,
    startsAt: NOW,
    endsAt: null,
    timeout: false,
    updatedAt: NOW,
    generatorURL: '',
    value: '',
    source: { kind: 'api' },
    heldBy: ['api'],
    ack: null,
    ...change,
  }
}
const put = (...records: AlertRecord[]) => new Map(records.map((r) => [r.fingerprint, () => r]))

describe('alert store', () => {
  it('shows what another process wrote after a sync', async () => {
    const [mine, theirs] = [createRedisAlertStore(redis), createRedisAlertStore(other)]
    await mine.update(put(record(1), record(2)))
    expect((await theirs.sync()).size).toBe(2)
    await mine.update(put(record(1, { value: '7' })))
    await mine.update(new Map([[record(2).fingerprint, () => null]]))
    expect([...(await theirs.sync()).values()]).toEqual([record(1, { value: '7' })])
    expect([...mine.view.values()]).toEqual([record(1, { value: '7' })])
  })

  it('applies a change to what another process wrote meanwhile, not to the outdated view', async () => {
    const [mine, theirs] = [createRedisAlertStore(redis), createRedisAlertStore(other)]
    const { fingerprint: id } = record(1)
    await mine.update(put(record(1, { value: '1' })))
    await theirs.sync()
    await mine.update(put(record(1, { value: '2' })))
    await theirs.update(new Map([[id, (r) => ({ ...r!, generatorURL: `after ${r!.value}` })]]))
    expect((await mine.sync()).get(id)).toMatchObject({ value: '2', generatorURL: 'after 2' })
  })

  it('loses no update when two processes write the same alert at the same time', async () => {
    const stores = [createRedisAlertStore(redis), createRedisAlertStore(other)]
    const { fingerprint: id } = record(1)
    await stores[0]!.update(put(record(1, { value: '0' })))
    const add = new Map([
      [id, (r: AlertRecord | undefined) => ({ ...r!, value: String(Number(r!.value) + 1) })],
    ])
    await Promise.all(Array.from({ length: 50 }, (_, i) => stores[i % 2]!.update(add)))
    expect((await stores[0]!.sync()).get(id)!.value).toBe('50')
  })

  it('reads everything again when it is too far behind, or the store was emptied', async () => {
    const [mine, theirs] = [createRedisAlertStore(redis), createRedisAlertStore(other)]
    await theirs.sync()
    for (let n = 0; n < 1_500; n++) await mine.update(put(record(1, { value: String(n) })))
    expect((await theirs.sync()).get(record(1).fingerprint)!.value).toBe('1499')
    await redis.batch((b) => b.call('FLUSHALL'))
    await mine.update(put(record(3)))
    expect([...(await mine.sync()).values()]).toEqual([record(3)])
  })
})

const META: GroupMeta = {
  id: '0123456789abcdef0123456789abcdef',
  groupKey: '{}:{}',
  routeId: '{}',
  receiver: 'team',
  labels: { a: 'b' },
  createdAt: NOW,
}
const KEY = 'team/webhook/0'
const F1 = record(1).fingerprint
const F2 = record(2).fingerprint

function row(name: string, change: Partial<DeliveryRow> = {}): DeliveryRow {
  return {
    id: `${META.id}.${name}`,
    groupId: META.id,
    groupKey: META.groupKey,
    receiver: 'team',
    integration: KEY,
    kind: 'webhook',
    reason: 'first',
    priority: 'other',
    status: 'waiting',
    note: '',
    createdAt: NOW,
    deadlineAt: NOW + 1e3,
    nextAttemptAt: NOW,
    attempts: [],
    firingCount: 1,
    resolvedCount: 0,
    firing: [F1],
    resolved: [],
    ...change,
  }
}
const log = (firing: string[], sentAt = NOW): LogEntry => ({
  sentAt,
  rowCreatedAt: NOW,
  firing: new Set(firing),
  resolved: new Set(),
  memo: {},
})
const attempt = (result: 'delivered' | 'retry' | 'permanent') => ({
  at: NOW,
  durationMs: 1,
  result,
  answer: 'x',
  providerId: '',
})
const nothing = { add: [], supersede: [], leave: new Map(), log: new Map(), drop: false }

describe('what the view tells without parsing', () => {
  it('counts by status and finds the records with an end, whatever their labels say', async () => {
    const store = createRedisAlertStore(redis)
    const odd = record(3, { annotations: { a: '"endsAt":null,"status":"firing"' }, endsAt: NOW })
    const pending = record(2, { status: 'pending', annotations: { endsAt: 'now' } })
    await store.update(put(record(1), pending, odd))
    expect([...store.view.ending()]).toEqual([odd])
    expect(store.view.counts()).toEqual({ pending: 1, firing: 2, resolved: 0 })
    await store.update(put(record(1, { status: 'resolved', endsAt: NOW })))
    expect([...store.view.ending()]).toHaveLength(2)
    expect(store.view.counts()).toEqual({ pending: 1, firing: 1, resolved: 1 })
  })
})

describe('group store and ledger', () => {
  const stores = () => ({
    groups: createRedisGroupStore(redis),
    sweep: createRedisSweepStore(redis, ['webhook', 'email']),
    ledger: createRedisLedger(redis),
  })
  const join = (fp: string) => ({ group: META, fingerprint: fp, occurrence: NOW, dueAt: NOW + 10 })

  it('keeps the due time of the first alert and claims the group once it has come', async () => {
    const { groups } = stores()
    await groups.join([join(F1)])
    await groups.join([{ ...join(F2), dueAt: NOW + 999 }])
    expect(await groups.nextDueAt()).toBe(NOW + 10)
    expect(await groups.claim(NOW + 9, 16, 1_000, 'n')).toEqual([])
    const [claimed] = await groups.claim(NOW + 10, 16, 1_000, 'n')
    expect(claimed).toMatchObject({ meta: META, dueAt: NOW + 10, open: [] })
    expect(claimed!.members).toEqual(
      new Map([
        [F1, NOW],
        [F2, NOW],
      ]),
    )
    expect(await groups.claim(NOW + 10, 16, 1_000, 'n')).toEqual([])
  })

  it('refuses the commit of a claim that ran out, and lets the next claimant commit', async () => {
    const { groups, sweep } = stores()
    await groups.join([join(F1)])
    const [first] = await groups.claim(NOW + 10, 16, 100, 'n1')
    expect(await sweep.look(NOW + 109)).toMatchObject({ flushClaims: 0, nextDueAt: null })
    expect(await sweep.look(NOW + 110)).toMatchObject({ flushClaims: 1, nextDueAt: NOW + 10 })
    const [second] = await groups.claim(NOW + 110, 16, 100, 'n2')
    expect(second!.dueAt).toBe(NOW + 10)
    const commit = (token: string) =>
      groups.commit([{ ...nothing, groupId: META.id, token, nextDueAt: NOW + 500 }])
    expect(await commit(first!.token)).toEqual([false])
    expect(await commit(second!.token)).toEqual([true])
    expect(await groups.nextDueAt()).toBe(NOW + 500)
  })

  it('gives the claims of a former life of the same node back at once', async () => {
    const { groups, sweep } = stores()
    await groups.join([join(F1)])
    await groups.claim(NOW + 10, 16, 60_000, 'n1')
    expect(await sweep.look(NOW, 'n11')).toMatchObject({ flushClaims: 0 })
    expect(await sweep.look(NOW, 'n1')).toMatchObject({ flushClaims: 1 })
  })

  it('puts back at the next claim what a claim without an answer had taken, and nothing else', async () => {
    let isLosing = false
    const losing: RedisConnection = {
      ...redis,
      async batch(fill) {
        const answers = await redis.batch(fill)
        if (isLosing) throw new Error('the answer was lost')
        return answers
      },
    }
    const lose = async (claim: () => Promise<unknown>): Promise<void> => {
      isLosing = true
      await expect(claim()).rejects.toThrow('lost')
      isLosing = false
    }
    const groups = createRedisGroupStore(losing)
    const claimGroup = () => groups.claim(NOW + 10, 16, 60_000, 'n')
    await groups.join([join(F1)])
    await lose(claimGroup)
    const [claimed] = await claimGroup()
    expect(claimed).toMatchObject({ meta: META, dueAt: NOW + 10 })

    const add = [row('a'), row('b')]
    const token = claimed!.token
    await groups.commit([{ ...nothing, groupId: META.id, token, nextDueAt: NOW + 500, add }])
    const ledger = createRedisLedger(losing)
    const claimRow = () => ledger.claim('webhook', NOW + 11, 1, 60_000, 'n')
    const [held] = await claimRow()
    await lose(claimRow)
    const [again] = await claimRow()
    expect([held, again].map((one) => one!.row.id).sort()).toEqual(add.map(({ id }) => id))
    expect(await claimRow()).toEqual([])
  })

  it('gives up claims without touching what was claimed anew', async () => {
    const { groups, sweep } = stores()
    await groups.join([join(F1)])
    const first = await groups.claim(NOW + 10, 16, 100, 'n1')
    await sweep.look(NOW + 110)
    const second = await groups.claim(NOW + 110, 16, 100, 'n2')
    await groups.putBack(first, NOW + 111)
    expect(await groups.nextDueAt()).toBeNull()
    await groups.putBack(second, NOW + 111)
    expect(await groups.nextDueAt()).toBe(NOW + 10)
  })

  it('walks a row from the flush to delivered, writes the log and ends the group whose last alert left', async () => {
    const { groups, ledger, sweep } = stores()
    await groups.join([join(F1)])
    const [claimed] = await groups.claim(NOW + 10, 16, 1_000, 'n')
    await groups.commit([
      {
        ...nothing,
        groupId: META.id,
        token: claimed!.token,
        nextDueAt: NOW + 500,
        add: [row('a')],
      },
    ])
    expect((await sweep.look(NOW)).waiting).toEqual(
      new Map([['webhook', { due: 1, nextAttemptAt: NOW }]]),
    )
    const [sending] = await ledger.claim('webhook', NOW, 10, 1_000, 'n')
    expect(sending).toMatchObject({
      row: { ...row('a'), status: 'sending' },
      group: META,
      log: null,
    })
    expect(await ledger.get(row('a').id)).toMatchObject({ status: 'sending' })
    const settlement = {
      outcome: 'delivered' as const,
      attempt: attempt('delivered'),
      log: log([]),
      leave: new Map([[F1, NOW]]),
      endsWantedBy: [KEY],
    }
    expect(await ledger.settle([{ claimed: sending!, settlement, now: NOW }])).toEqual([true])
    expect(await ledger.settle([{ claimed: sending!, settlement, now: NOW }])).toEqual([false])
    expect(await ledger.get(row('a').id)).toMatchObject({
      status: 'delivered',
      attempts: [attempt('delivered')],
    })
    expect(await groups.list()).toEqual([])
    await groups.join([join(F2)])
    const [again] = await groups.claim(NOW + 10, 16, 1_000, 'n')
    expect(again!.log.get(KEY)).toEqual(log([]))
    expect(await ledger.counts()).toMatchObject({ delivered: 1, waiting: 0, oldestWaitingAt: null })
  })

  it('keeps a member that fired again while the message was under way', async () => {
    const { groups, ledger } = stores()
    await groups.join([join(F1)])
    const [claimed] = await groups.claim(NOW + 10, 16, 1_000, 'n')
    await groups.commit([
      {
        ...nothing,
        groupId: META.id,
        token: claimed!.token,
        nextDueAt: NOW + 500,
        add: [row('a')],
      },
    ])
    const [sending] = await ledger.claim('webhook', NOW, 10, 1_000, 'n')
    await groups.join([{ ...join(F1), occurrence: NOW + 77 }])
    const settlement = {
      outcome: 'delivered' as const,
      attempt: attempt('delivered'),
      log: log([]),
      leave: new Map([[F1, NOW]]),
      endsWantedBy: [KEY],
    }
    await ledger.settle([{ claimed: sending!, settlement, now: NOW }])
    expect((await groups.list()).map((g) => g.members)).toEqual([[F1]])
  })

  it('retries later, wakes all retries of a receiver that answers again, and shows both attempts', async () => {
    const { groups, ledger } = stores()
    await groups.join([join(F1)])
    const [claimed] = await groups.claim(NOW + 10, 16, 1_000, 'n')
    await groups.commit([
      {
        ...nothing,
        groupId: META.id,
        token: claimed!.token,
        nextDueAt: NOW + 500,
        add: [row('a')],
      },
    ])
    const [first] = await ledger.claim('webhook', NOW, 10, 1_000, 'n')
    const retry = {
      outcome: 'retry' as const,
      attempt: attempt('retry'),
      nextAttemptAt: NOW + 5_000,
    }
    await ledger.settle([{ claimed: first!, settlement: retry, now: NOW }])
    expect(await ledger.claim('webhook', NOW + 4_999, 10, 1_000, 'n')).toEqual([])
    expect(await ledger.wake('other/webhook/0', NOW)).toBe(0)
    expect(await ledger.wake(KEY, NOW)).toBe(1)
    const [second] = await ledger.claim('webhook', NOW, 10, 1_000, 'n')
    expect(second!.row.attempts).toEqual([attempt('retry')])
  })

  it('claims critical rows before warnings before others', async () => {
    const { groups, ledger } = stores()
    await groups.join([join(F1)])
    const [claimed] = await groups.claim(NOW + 10, 16, 1_000, 'n')
    const add = [
      row('o'),
      row('w', { priority: 'warning' }),
      row('c', { priority: 'critical', createdAt: NOW + 5 }),
    ]
    await groups.commit([
      { ...nothing, groupId: META.id, token: claimed!.token, nextDueAt: NOW + 500, add },
    ])
    const order: string[] = []
    for (let i = 0; i < 3; i++) {
      const [next] = await ledger.claim('webhook', NOW + 10, 1, 1_000, 'n')
      order.push(next!.row.id.split('.')[1]!)
    }
    expect(order).toEqual(['c', 'w', 'o'])
  })

  it('supersedes a waiting row but leaves one alone that is being sent', async () => {
    const { groups, ledger } = stores()
    await groups.join([join(F1)])
    const [one] = await groups.claim(NOW + 10, 16, 1_000, 'n')
    await groups.commit([
      {
        ...nothing,
        groupId: META.id,
        token: one!.token,
        nextDueAt: NOW + 20,
        add: [row('a'), row('b')],
      },
    ])
    const [sending] = await ledger.claim('webhook', NOW, 1, 1_000, 'n')
    const [two] = await groups.claim(NOW + 20, 16, 1_000, 'n')
    expect(two!.open.map((r) => r.status).sort()).toEqual(['sending', 'waiting'])
    await groups.commit([
      {
        ...nothing,
        groupId: META.id,
        token: two!.token,
        nextDueAt: NOW + 500,
        supersede: two!.open,
        add: [row('c')],
      },
    ])
    const statuses = Object.fromEntries(
      (await ledger.list({ limit: 10 })).deliveries.map((d) => [d.id.split('.')[1], d.status]),
    )
    const left = sending!.row.id.split('.')[1]!
    expect(statuses).toEqual({ a: 'superseded', b: 'superseded', c: 'waiting', [left]: 'sending' })
  })

  it('shows a dead row with its fallback, and replays it once', async () => {
    const { groups, ledger } = stores()
    await groups.join([join(F1)])
    const [claimed] = await groups.claim(NOW + 10, 16, 1_000, 'n')
    await groups.commit([
      {
        ...nothing,
        groupId: META.id,
        token: claimed!.token,
        nextDueAt: NOW + 500,
        add: [row('a')],
      },
    ])
    const [sending] = await ledger.claim('webhook', NOW, 10, 1_000, 'n')
    const fallback = [
      row('f', { integration: 'boss/webhook/0', receiver: 'boss', reason: 'fallback' }),
    ]
    const dead = {
      outcome: 'dead' as const,
      attempt: attempt('permanent'),
      note: 'no such user',
      fallback,
    }
    await ledger.settle([{ claimed: sending!, settlement: dead, now: NOW }])
    expect((await ledger.list({ limit: 10, status: 'dead' })).deliveries).toMatchObject([
      { note: 'no such user' },
    ])
    expect((await ledger.claim('webhook', NOW, 10, 1_000, 'n')).map((c) => c.row.receiver)).toEqual(
      ['boss'],
    )
    expect(await ledger.replay(row('a').id, NOW, NOW + 1_000, 'ann')).toBe(true)
    expect(await ledger.replay(row('a').id, NOW, NOW + 1_000, 'ann')).toBe(false)
    expect((await ledger.claim('webhook', NOW, 10, 1_000, 'n')).map((c) => c.row.note)).toEqual([
      'replayed by ann',
    ])
    expect(await ledger.get('nonsense')).toBeNull()
  })

  it('puts rows of a dead sender back, and pages through the list without a gap', async () => {
    const { groups, ledger, sweep } = stores()
    await groups.join([join(F1)])
    const [claimed] = await groups.claim(NOW + 10, 16, 1_000, 'n')
    const add = Array.from({ length: 30 }, (_, i) => row(`r${i}`, { createdAt: NOW + (i % 7) }))
    await groups.commit([
      { ...nothing, groupId: META.id, token: claimed!.token, nextDueAt: NOW + 500, add },
    ])
    expect(await ledger.claim('webhook', NOW + 10, 1_000, 100, 'n')).toHaveLength(30)
    expect(await sweep.look(NOW + 110)).toMatchObject({ deliveryClaims: 30 })
    expect(await ledger.claim('webhook', NOW + 110, 1_000, 100, 'n')).toHaveLength(30)
    const seen: string[] = []
    let after: string | undefined
    do {
      const page = await ledger.list({ limit: 7, ...(after === undefined ? {} : { after }) })
      seen.push(...page.deliveries.map((d) => d.id))
      after = page.next ?? undefined
    } while (after !== undefined)
    expect(new Set(seen).size).toBe(30)
    expect(seen).toHaveLength(30)
  })
})

describe('silences and history', () => {
  it('shows a stored silence to other processes after a sync', async () => {
    const [mine, theirs] = [createRedisSilenceStore(redis), createRedisSilenceStore(other)]
    await theirs.sync()
    const silence = {
      id: 's1',
      matchers: [
        {
          name: 'a',
          op: '=' as const,
          value: 'b',
        },
      ],
      startsAt: NOW,
      endsAt: NOW + 5,
      updatedAt: NOW,
      createdBy: 'ann',
      comment: '',
      annotations: {},
    }
    await mine.put(silence)
    expect((await theirs.sync()).silences).toEqual([silence])
    expect(await mine.collect(NOW + 6)).toBe(1)
    expect((await theirs.sync()).silences).toEqual([])
  })

  it('gives the history of one alert, newest first', async () => {
    const history = createRedisHistoryStore(redis)
    await history.append([
      { at: NOW, kind: 'transition', fingerprint: F1, what: 'pending' },
      { at: NOW + 1, kind: 'transition', fingerprint: F2, what: 'pending' },
      { at: NOW + 2, kind: 'transition', fingerprint: F1, what: 'firing' },
    ])
    await history.append([
      { at: NOW + 3, kind: 'action', fingerprint: F1, what: 'acknowledged', by: 'ann' },
    ])
    expect((await history.read({ fingerprint: F1, limit: 10 })).map((e) => e.what)).toEqual([
      'acknowledged',
      'firing',
      'pending',
    ])
    expect((await history.read({ kind: 'transition', limit: 2 })).map((e) => e.at)).toEqual([
      NOW + 2,
      NOW + 1,
    ])
  })
})

describe('a mass outage', () => {
  it('fits into one group, one flush and one row of 150,000 alerts', async () => {
    const groups = createRedisGroupStore(redis)
    const ledger = createRedisLedger(redis)
    const all = Array.from({ length: 150_000 }, (_, n) => n.toString(16).padStart(16, '0'))
    await groups.join(
      all.map((fp) => ({ group: META, fingerprint: fp, occurrence: NOW, dueAt: NOW })),
    )
    const [claimed] = await groups.claim(NOW, 16, 60_000, 'n')
    expect(claimed!.members.size).toBe(150_000)
    const add = [row('a', { firing: all, firingCount: all.length })]
    const flush = { ...nothing, groupId: META.id, token: claimed!.token, nextDueAt: NOW + 500, add }
    expect(await groups.commit([flush])).toEqual([true])
    const [sending] = await ledger.claim('webhook', NOW, 10, 60_000, 'n')
    const leave = new Map(all.map((fp) => [fp, NOW]))
    const settlement = {
      outcome: 'delivered' as const,
      attempt: attempt('delivered'),
      log: log([]),
      leave,
      endsWantedBy: [KEY],
    }
    expect(await ledger.settle([{ claimed: sending!, settlement, now: NOW }])).toEqual([true])
    expect(await groups.list()).toEqual([])
  })
})
