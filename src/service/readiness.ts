import type { Readiness } from '../api/deps.ts'
import { errorText } from '../core/errors.ts'
import type { JobQueue } from '../queue/jobs.ts'
import type { RedisConnection } from '../store/redis/connection.ts'

export interface ReadinessParts {
  readonly connection: RedisConnection
  readonly queue: JobQueue
  /** '' when a rule set is in use, or none is configured; else what is wrong. */
  readonly ruleSet: () => string
  readonly notifications: () => string
}

/** Whether this node can do its work now: the store answers, the queue answers, rules and routes are loaded. */
export async function readiness(parts: ReadinessParts): Promise<Readiness> {
  const [redis, queue] = await Promise.all([
    failureOf(() => parts.connection.batch((b) => b.call('PING'))),
    failureOf(() => parts.queue.depth()),
  ])
  const checks = [
    { name: 'redis', message: redis },
    { name: 'queue', message: queue },
    { name: 'rules', message: parts.ruleSet() },
    { name: 'notifications', message: parts.notifications() },
  ].map(({ name, message }) => ({ name, ok: message === '', message }))
  return { ready: checks.every(({ ok }) => ok), checks }
}

async function failureOf(check: () => Promise<unknown>): Promise<string> {
  try {
    await check()
    return ''
  } catch (error) {
    return errorText(error)
  }
}
