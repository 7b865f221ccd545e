import { expect, it } from 'vitest'
import type { AlertRecord } from '../../src/core/alert.ts'
import { createDeliverer } from '../../src/notifiers/deliver.ts'
import type { Deliverer, DelivererDeps } from '../../src/notifiers/deliver.ts'
import { systemClock } from '../../src/system.ts'
import type { DeliveryRow } from '../../src/store/groupStore.ts'
import type { ClaimedRow, Ledger } from '../../src/store/ledger.ts'
import { buildAlert } from '../support/alertBuilder.ts'
import { until } from '../support/until.ts'
import { configOf } from '../support/world.ts'

const ALERT = buildAlert({ alertname: 'Down' })
const GROUP = 'a'.repeat(32)
const CONFIG = configOf({
  receivers: {
    team: {
      integrations: [0, 1].map((index) => ({
        key: `team/webhook/${index}`,
        kind: 'webhook',
        index,
        sendResolved: true,
        settings: {},
      })),
    },
  },
})

function claimedRow(n: number): ClaimedRow {
  const row: DeliveryRow = {
    id: `${GROUP}.${n}`,
    groupId: GROUP,
    groupKey: '{}:{}',
    receiver: 'team',
    integration: `team/webhook/${n % 2}`,
    kind: 'webhook',
    reason: 'first',
    priority: 'other',
    status: 'sending',
    note: '',
    createdAt: 0,
    deadlineAt: Infinity,
    nextAttemptAt: 0,
    attempts: [],
    firingCount: 1,
    resolvedCount: 0,
    firing: [ALERT.fingerprint],
    resolved: [],
  }
  return { row, token: `t${n}`, group: null, log: null, logs: new Map() }
}

interface Bench {
  readonly deliverer: Deliverer
  /** Row ids in the order of their sends. */
  readonly sends: string[]
  readonly settled: string[]
  /** Lets go of all sends under way, and of all that follow. */
  readonly release: () => void
}

/** A deliverer whose ledger holds `rows` due rows and fails as `settle` says, and whose receiver waits for `release`. */
function createBench(rows: number, settle: (call: number) => 'away' | 'lost' | 'ok'): Bench {
  const sends: string[] = []
  const settled: string[] = []
  let next = 0
  let calls = 0
  let release: () => void = () => {}
  const released = new Promise<void>((resolve) => (release = resolve))
  const attempts = new Map<string, DeliveryRow['attempts']>()
  const ledger: Pick<Ledger, 'claim' | 'settle' | 'get'> = {
    claim: async (_kind, _now, max) =>
      Array.from({ length: Math.min(max, rows - next) }, () => claimedRow(next++)),
    async settle([one]) {
      const how = settle(++calls)
      if (how === 'away' || one === undefined) throw new Error('the store is away')
      const { id } = one.claimed.row
      const isFirst = !settled.includes(id)
      if (isFirst) settled.push(id)
      if ('attempt' in one.settlement && one.settlement.attempt !== null)
        attempts.set(id, [one.settlement.attempt])
      if (how === 'lost') throw new Error('the answer was lost')
      return [isFirst]
    },
    get: async (id) => ({ ...claimedRow(0).row, id, attempts: attempts.get(id) ?? [] }),
  }
  const view = new Map<string, AlertRecord>([[ALERT.fingerprint, ALERT]])
  const deps = {
    alerts: { view, sync: async () => view },
    silences: { sync: async () => {} },
    history: { append: async () => {} },
    queue: { hint: async () => {} },
    suppressor: { suppressedBy: () => null },
    ledger,
    clock: systemClock,
    config: () => CONFIG,
    notifier: () => ({
      async send({ idempotencyKey }: { idempotencyKey: string }) {
        sends.push(idempotencyKey)
        await released
        return { providerId: '', answer: 'ok' }
      },
    }),
    node: 'n',
    concurrency: 4,
    deadlineMs: 60_000,
    requestTimeoutMs: 5_000,
    externalUrl: '',
    random: () => 0,
    newId: () => 'x',
    backoff: { retryMinMs: 1_000, retryMaxMs: 1_000, retrySlowMs: 1_000 },
    observe: { sent: () => {}, failed: () => {}, error: () => {} },
  } as unknown as DelivererDeps
  return { deliverer: createDeliverer(deps), sends, settled, release: () => release() }
}

it.each([
  ['the store is away for a while', (call: number) => (call < 4 ? 'away' : 'ok')],
  ['the answer of the store is lost', (call: number) => (call === 1 ? 'lost' : 'ok')],
] as const)('sends once and knows of it when %s', async (_name, settle) => {
  const { deliverer, sends, settled, release } = createBench(1, settle)
  release()
  await deliverer.pump('webhook')
  await deliverer.drain()
  expect(sends).toEqual([`${GROUP}.0`])
  expect(settled).toEqual([`${GROUP}.0`])
})

it('finishes what is under way when it stops, and begins nothing more', async () => {
  const { deliverer, sends, settled, release } = createBench(100, () => 'ok')
  await deliverer.pump('webhook')
  await until('as many sends as there may be are under way', () => sends.length === 4)
  await deliverer.pump('webhook') // a hint that comes while there is no room
  const stopped = deliverer.stop()
  release()
  await stopped
  await deliverer.pump('webhook')
  expect(sends).toHaveLength(4)
  expect(settled).toHaveLength(4)
})
