import type { Labels } from '../../src/core/labels.ts'
import { fingerprint } from '../../src/core/labels.ts'
import type { MessageData, Notifier, Outgoing, Receipt } from '../../src/notifiers/notifier.ts'
import { createPipeline } from '../../src/pipeline.ts'
import type { Pipeline } from '../../src/pipeline.ts'
import type { JobQueue } from '../../src/queue/jobs.ts'
import type {
  Integration,
  NotificationConfig,
  Receiver,
  Route,
} from '../../src/routing/notificationConfig.ts'
import type { HistoryEntry } from '../../src/store/historyStore.ts'
import { openStores } from '../../src/stores.ts'
import type { Stores } from '../../src/stores.ts'
import { createFakeClock } from './fakeClock.ts'
import type { FakeClock } from './fakeClock.ts'
import type { TestRedis } from './redis.ts'

export interface Sent {
  /** Milliseconds since the world began. */
  readonly at: number
  readonly receiver: string
  readonly data: MessageData
  readonly key: string
}

export interface WorldOptions {
  readonly redis: TestRedis
  readonly config: NotificationConfig
  readonly node?: string
  /** Continue a former world: its clock and its record of what was sent. */
  readonly after?: World
}

/**
 * The pipeline of one process on a real Redis with a clock that the test moves: every timer that becomes due on the way is
 * worked off at its own time, in order. Notifiers record; `answer` decides what the provider says.
 */
export interface World {
  readonly clock: FakeClock
  readonly stores: Stores
  readonly pipeline: Pipeline
  readonly sent: Sent[]
  readonly history: HistoryEntry[]
  config: NotificationConfig
  /** What the provider does with a message: throws a DeliveryError, or accepts. */
  answer: (receiver: string, data: MessageData) => Promise<void> | void
  /** The same by integration key, asked first. */
  answerOf: (integration: string, data: MessageData) => Promise<void> | void
  /** The time since the world began. */
  elapsed(): number
  advance(ms: number): Promise<void>
  /** Works off what is due now, without moving the clock. */
  settle(): Promise<void>
  /** Posts alerts as a client does: each from now, until `endsIn` (5 minutes). */
  post(alerts: ReadonlyArray<Labels>, times?: { startsIn?: number; endsIn?: number }): Promise<void>
  ack(labels: Labels, by?: string): Promise<void>
  /** What was sent, in one line each: `10s first team firing=a,b resolved=c`. */
  lines(): string[]
  /** Lets go of the connection without finishing anything, as a crash does. */
  crash(): Promise<void>
  close(): Promise<void>
}

export async function createWorld(options: WorldOptions): Promise<World> {
  const { after } = options
  const clock = after?.clock ?? createFakeClock()
  const began = after === undefined ? clock.now() : clock.now() - after.elapsed()
  const sent: Sent[] = after?.sent ?? []
  const history: HistoryEntry[] = after?.history ?? []
  const redis = {
    url: options.redis.url,
    connectTimeoutMs: 2e3,
    commandTimeoutMs: 5e3,
    reconnectMinMs: 10,
    reconnectMaxMs: 100,
  }
  const kinds = ['webhook', 'email']
  const stores = await openStores({ redis, kinds, onHistory: (entry) => history.push(entry) })
  let ids = 0
  let crashed = false
  const errors: unknown[] = []
  const world: World = {
    clock,
    stores,
    sent,
    history,
    config: options.config,
    answer: after?.answer ?? (() => {}),
    answerOf: after?.answerOf ?? (() => {}),
    pipeline: createPipeline({
      stores,
      clock,
      queue: silentQueue,
      config: () => world.config,
      notifier: (integration) => recorder(world, integration),
      node: options.node ?? 'n1',
      sendKinds: [],
      dispatches: false,
      requestTimeoutMs: 1e4,
      externalUrl: 'http://tocsin.example',
      delivery: {
        concurrency: 8,
        retryMinMs: 1e3,
        retryMaxMs: 64e3,
        retrySlowMs: 3e5,
        deadlineMs: 864e5,
        retentionMs: 864e5,
      },
      random: () => 0,
      newId: () => `${options.node ?? 'n1'}-${began}-${sent.length}-${ids++}`,
      observe: {
        transition: () => {},
        flush: () => {},
        repair: () => {},
        sent: () => {},
        failed: () => {},
        error: (_message, error) => {
          if (!crashed) errors.push(error)
        },
      },
    }),
    elapsed: () => clock.now() - began,
    settle: () => settle(world, kinds, errors),
    async advance(ms) {
      const until = clock.now() + ms
      await world.settle()
      for (;;) {
        const next = await nextEvent(world)
        if (next === null || next > until) break
        await clock.advance(Math.max(0, next - clock.now()))
        await world.settle()
        if (next <= clock.now() - 1) throw new Error('time stands still: something stays due')
      }
      await clock.advance(until - clock.now())
      await world.settle()
    },
    async post(alerts, { startsIn = 0, endsIn = 3e5 } = {}) {
      const now = clock.now()
      const times = {
        startsAt: now + startsIn,
        endsAt: now + endsIn,
        timeout: false,
        updatedAt: now,
      }
      await world.pipeline.router.accept(
        alerts.map((labels) => ({
          labels,
          annotations: {},
          generatorURL: '',
          ...times,
        })),
      )
    },
    async ack(labels, by = 'ann') {
      const at = clock.now()
      await stores.alerts.sync()
      await stores.alerts.update(
        new Map([
          [
            fingerprint(labels),
            (alert) =>
              alert === undefined
                ? undefined
                : {
                    ...alert,
                    ack: {
                      by,
                      at,
                      note: '',
                      until: null,
                      occurrence: alert.startsAt,
                    },
                  },
          ],
        ]),
      )
    },
    lines: () => sent.map(line),
    async crash() {
      crashed = true
      stores.connection.client.disconnect()
    },
    close: () => stores.connection.close(),
  }
  await stores.alerts.sync()
  await stores.silences.sync()
  await stores.sweep.look(clock.now(), options.node ?? 'n1')
  await world.pipeline.router.rerouteAll()
  return world
}

/** Hints get lost on purpose: in these scenarios the sweep must be enough (I9). */
const silentQueue: JobQueue = {
  hint: async () => {},
  start: async () => {},
  depth: async () => new Map(),
  close: async () => {},
}

async function settle(world: World, kinds: readonly string[], errors: unknown[]): Promise<void> {
  const { dispatcher, deliverer, sweep } = world.pipeline
  await sweep.once()
  for (;;) {
    let worked = (await dispatcher.flushDue()) > 0
    for (const kind of kinds) {
      const before = world.sent.length + world.history.length
      await deliverer.pump(kind)
      await deliverer.drain()
      worked ||= world.sent.length + world.history.length > before
    }
    if (!worked) break
  }
  if (errors.length > 0) throw errors[0]
}

async function nextEvent(world: World): Promise<number | null> {
  const { nextDueAt, waiting } = await world.stores.sweep.look(world.clock.now())
  const times = [nextDueAt ?? Infinity, ...[...waiting.values()].map((kind) => kind.nextAttemptAt)]
  const next = Math.min(...times)
  return next === Infinity ? null : next
}

function recorder(world: World, integration: Integration): Notifier {
  const receiver = integration.key.split('/')[0] ?? ''
  return {
    kind: integration.kind,
    sendResolved: integration.sendResolved,
    async send({ data, idempotencyKey }: Outgoing): Promise<Receipt> {
      await world.answerOf(integration.key, data)
      await world.answer(receiver, data)
      world.sent.push({ at: world.elapsed(), receiver, data, key: idempotencyKey })
      return { providerId: '', answer: 'ok' }
    },
  }
}

function line({ at, receiver, data }: Sent): string {
  const names = (status: 'firing' | 'resolved') =>
    data.alerts
      .filter((alert) => alert.status === status)
      .map((alert) => alert.labels['n'] ?? alert.labels['alertname'] ?? '')
      .toSorted((x, y) => x.localeCompare(y))
      .join(',')
  const parts = [`${at / 1_000}s ${receiver} ${data.reason}`]
  if (names('firing') !== '') parts.push(`firing=${names('firing')}`)
  if (names('resolved') !== '') parts.push(`resolved=${names('resolved')}`)
  if (data.notice !== '') parts.push(`(${data.notice})`)
  return parts.join(' ')
}

/** A configuration of one route; receivers by name with their integrations' send_resolved. */
export function configOf(
  options: {
    readonly route?: Partial<Route>
    readonly receivers?: Readonly<Record<string, Partial<Receiver> & { sendResolved?: boolean }>>
    readonly inhibitRules?: NotificationConfig['inhibitRules']
  } = {},
): NotificationConfig {
  const route: Route = {
    id: '{}',
    key: '{}',
    ordinal: 0,
    matchers: [],
    continue: false,
    receiver: 'team',
    groupBy: [],
    groupWaitMs: 1e4,
    groupIntervalMs: 6e4,
    repeatIntervalMs: 36e5,
    muteTimeIntervals: [],
    activeTimeIntervals: [],
    routes: [],
    line: 1,
    ...options.route,
  }
  const receivers = Object.entries(options.receivers ?? { team: {} }).map(
    ([name, { sendResolved = true, ...rest }]): [string, Receiver] => [
      name,
      {
        name,
        fallback: null,
        integrations: [
          {
            key: `${name}/webhook/0`,
            kind: 'webhook',
            index: 0,
            sendResolved,
            settings: {},
          },
        ],
        ...rest,
      },
    ],
  )
  return {
    hash: 'h',
    text: '',
    resolveTimeoutMs: 3e5,
    route,
    receivers: new Map(receivers),
    inhibitRules: options.inhibitRules ?? [],
    timeIntervals: new Map(),
    templates: [],
  }
}
