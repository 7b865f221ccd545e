import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import { startInbox } from '../../src/demo/inbox/inbox.ts'
import type { Inbox } from '../../src/demo/inbox/inbox.ts'
import { startQueryApi } from './queryApi.ts'
import type { QueryApi } from './queryApi.ts'
import { startTestRedis } from './redis.ts'
import type { TestRedis } from './redis.ts'
import { startServiceProcess } from './service.ts'
import type { ServiceProcess } from './service.ts'
import { startWebhookSink } from './webhookSink.ts'
import type { WebhookSink } from './webhookSink.ts'

export interface BedOptions {
  /** Rule files by name, as text or as what YAML prints. */
  readonly rules?: Readonly<Record<string, unknown>>
  /** The alertmanager.yml; default: everything to the webhook sink `ops`, one group for each alert, no waiting. */
  readonly notifications?: unknown
  /** Keys of the tocsin.yml that differ from the quick ones of a bed. */
  readonly settings?: Readonly<Record<string, unknown>>
}

/** Everything a test of the whole service needs, all real, all private, in one folder. */
export interface Bed {
  readonly folder: string
  readonly redis: TestRedis
  readonly query: QueryApi
  readonly inbox: Inbox
  readonly sink: WebhookSink
  /** The node started last. */
  readonly service: ServiceProcess
  /** Starts a node; equal names share a data folder, so that the second one is the same node restarted. */
  start(node?: string): Promise<ServiceProcess>
  /** Writes a file below the folder. */
  write(path: string, content: unknown): void
  /** The alertmanager.yml of a route to these receivers. */
  readonly file: (name: string) => string
  /** Ends everything. @throws when a service complained where nobody looks */
  close(): Promise<void>
}

/** Set to 1: outages last as long as they do in production. */
export const isLong = process.env['TOCSIN_TEST_LONG'] === '1'

/** BullMQ lets go of clients that are just connecting to a Redis that is away: ioredis says so itself. */
const LEFT_BEHIND =
  /^\[ioredis\] Unhandled error event: Error: connect ECONNREFUSED.*\n( +at .*\n)*/gm

/** Prepares a bed; `start` starts the service on it. */
export async function makeBed(options: BedOptions | ((bed: Bed) => BedOptions) = {}): Promise<Bed> {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-bed-'))
  const [redis, query, inbox, sink] = await Promise.all([
    startTestRedis(),
    startQueryApi(),
    startInbox({ host: '127.0.0.1', port: 0, smtpPort: 0, onMessage: () => {} }),
    startWebhookSink(),
  ])
  const nodes: ServiceProcess[] = []
  const bed: Bed = {
    folder,
    redis,
    query,
    inbox,
    sink,
    get service() {
      const newest = nodes.at(-1)
      if (newest === undefined) throw new Error('no service was started yet')
      return newest
    },
    async start(node = 'one') {
      const service = await startServiceProcess(join(folder, `${node}.yml`))
      nodes.push(service)
      return service
    },
    file: (name) => join(folder, name),
    write: (path, content) => writeBedFile(join(folder, path), content),
    async close() {
      await Promise.all(nodes.map((node) => node.signal('SIGKILL')))
      await Promise.all([redis.stop(), query.close(), inbox.close(), sink.close()])
      rmSync(folder, { recursive: true, force: true })
      // Warnings of Node.js and what nobody caught end up there; the service itself logs.
      const said = nodes.map(({ stderr }) => stderr.replaceAll(LEFT_BEHIND, '')).join('')
      if (said !== '') throw new Error(`the service wrote to standard error: ${said}`)
    },
  }
  const { rules = {}, notifications, settings = {} } = given(options, bed)
  for (const [name, content] of Object.entries(rules)) bed.write(join('rules', name), content)
  bed.write('alertmanager.yml', notifications ?? toSink(bed))
  for (const node of ['one', 'two']) bed.write(`${node}.yml`, serviceFile(bed, node, settings))
  return bed
}

function given(options: BedOptions | ((bed: Bed) => BedOptions), bed: Bed): BedOptions {
  return typeof options === 'function' ? options(bed) : options
}

function writeBedFile(path: string, content: unknown): void {
  mkdirSync(dirname(path), { recursive: true })
  // At once, so that nobody reads half of it.
  writeFileSync(`${path}.new`, typeof content === 'string' ? content : stringify(content))
  renameSync(`${path}.new`, path)
}

/** The default alertmanager.yml; `route` changes its root route. */
export function toSink(bed: Pick<Bed, 'sink'>, route: object = {}): Record<string, unknown> {
  return {
    route: { receiver: 'ops', group_by: ['...'], ...QUICK_GROUPS, ...route },
    receivers: [{ name: 'ops', webhook_configs: [{ url: bed.sink.to('ops') }] }],
  }
}

/** Groups that flush at once and never repeat by themselves. */
export const QUICK_GROUPS = { group_wait: '0s', group_interval: '1s', repeat_interval: '1h' }

/** A rule file with one group of rules, evaluated each second. */
export function ruleFile(group: string, ...rules: readonly object[]): Record<string, unknown> {
  return { groups: [{ name: group, interval: '1s', rules }] }
}

/** Short waits everywhere; ports that the system picks. */
function serviceFile(
  { redis, query }: Bed,
  node: string,
  settings: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return {
    redis: { url: redis.url, connect_timeout: '2s', command_timeout: '2s' },
    data_dir: `data-${node}`,
    datasources: [{ name: 'scripted', url: query.url, timeout: '1s' }],
    rules: ['rules/*.yml'],
    evaluation_interval: '1s',
    watch_interval: '200ms',
    notifications: 'alertmanager.yml',
    listen: { service: '127.0.0.1:0', management: '127.0.0.1:0' },
    network: { connect_timeout: '2s', request_timeout: '2s', reconnect_max: '500ms' },
    delivery: { retry_min: '200ms', retry_max: '1s', retry_slow: '2s' },
    evaluator: { lease: '3s', failure_alert_after: '10m' },
    ...settings,
  }
}
