import { setTimeout } from 'node:timers/promises'
import { Queue, Worker } from 'bullmq'
import type { ConnectionOptions } from 'bullmq'
import { errorText } from '../core/errors.ts'
import { clientOptions, DISCONNECT_TIMEOUT_MS, reconnectDelay } from '../store/redis/connection.ts'
import type { RedisOptions } from '../store/redis/connection.ts'
import { keys } from '../store/redis/keys.ts'
import type { DeliverHint, JobQueue } from './jobs.ts'

export interface BullQueueOptions {
  readonly redis: RedisOptions
  readonly kinds: readonly string[]
  /** Hints of one kind worked on at once. */
  readonly concurrency: number
  readonly onError: (message: string) => void
}

const JOB = 'deliver'
const CRITICAL_FIRST = 1
const OTHERS = 10
const CLOSE_WITHIN_MS = 5_000
const ANSWER_WITHIN_MS = 1_000
/** Hints are worthless once they were taken. */
const FORGET = { removeOnComplete: true, removeOnFail: true } as const

/** One BullMQ queue for each integration kind. Losing any of its keys delays a message until the sweep, and loses none (I9). */
export function createBullQueue(options: BullQueueOptions): JobQueue {
  const queues = new Map<string, Queue<DeliverHint>>()
  const workers: Worker<DeliverHint>[] = []
  const report = (error: unknown): void => options.onError(errorText(error))
  let closing = false
  const isOpen = (): boolean => !closing

  for (const kind of options.kinds) {
    const connection = connectionFor(options.redis, 'producer', isOpen)
    const queue = new Queue<DeliverHint>(kind, { connection, prefix: keys.queue(kind) })
    queue.on('error', report)
    queues.set(kind, queue)
  }
  return {
    async hint(kind, { delayMs = 0, critical = false } = {}) {
      try {
        const priority = critical ? CRITICAL_FIRST : OTHERS
        await queues.get(kind)?.add(JOB, { kind }, { ...FORGET, delay: delayMs, priority })
      } catch (error) {
        report(error)
      }
    },
    async start(kinds, work) {
      for (const kind of kinds) {
        const connection = connectionFor(options.redis, 'worker', isOpen)
        const { concurrency } = options
        const settings = { connection, prefix: keys.queue(kind), concurrency, maxStalledCount: 5 }
        const worker = new Worker<DeliverHint>(kind, (job) => work(job.data), settings)
        worker.on('error', report)
        workers.push(worker)
      }
    },
    async depth() {
      const counts = await Promise.all(
        [...queues].map(async ([kind, queue]) => [kind, await depthOf(queue)] as const),
      )
      return new Map(counts)
    },
    async close() {
      closing = true
      // When Redis is away, BullMQ would wait for it for ever: then nobody can be said goodbye to.
      const force = !(await answers([...queues.values()][0]))
      const patienceMs = force ? ANSWER_WITHIN_MS : CLOSE_WITHIN_MS
      await Promise.all(workers.map((worker) => isDoneWithin(worker.close(force), patienceMs)))
      await Promise.all([...queues.values()].map((one) => isDoneWithin(one.close(), patienceMs)))
    },
  }
}

async function answers(queue: Queue<DeliverHint> | undefined): Promise<boolean> {
  return queue !== undefined && isDoneWithin(depthOf(queue), ANSWER_WITHIN_MS)
}

/** False when it fails, too. */
async function isDoneWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const waiting = new AbortController()
  const done = work.then(
    () => true,
    () => false,
  )
  const late = setTimeout(ms, false, { signal: waiting.signal }).catch(() => false)
  const isDone = await Promise.race([done, late])
  waiting.abort()
  return isDone
}

async function depthOf(queue: Queue<DeliverHint>): Promise<number> {
  const counts = await queue.getJobCounts('waiting', 'prioritized', 'delayed', 'active')
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

/** Producers fail fast when Redis is away (the sweep repairs); workers wait for it, as long as the queue is open. */
function connectionFor(
  redis: RedisOptions,
  role: 'producer' | 'worker',
  isOpen: () => boolean,
): ConnectionOptions {
  const { target, path } = clientOptions(redis)
  const common = {
    connectTimeout: redis.connectTimeoutMs,
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    retryStrategy: (attempt: number) =>
      isOpen() ? reconnectDelay(redis, attempt, Math.random()) : null,
    ...(role === 'worker'
      ? { maxRetriesPerRequest: null }
      : {
          maxRetriesPerRequest: 1,
          enableOfflineQueue: false,
          commandTimeout: redis.commandTimeoutMs,
        }),
  }
  return path ? { path: target, ...common } : { url: target, ...common }
}
