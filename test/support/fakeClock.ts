import type { Clock } from '../../src/core/time.ts'

export interface FakeClock extends Clock {
  /** Moves time forward, waking sleepers in the order of their times; what they start is awaited before the next. */
  advance(ms: number): Promise<void>
  /** Sets the wall clock without waking anybody by it, as a correction by NTP does. Sleepers keep their remaining time. */
  correct(now: number): void
  /** How many sleeps are open: 0 when everything has stopped. */
  sleeping(): number
}

interface Sleeper {
  /** On a time line of its own, which `correct` does not touch. */
  readonly wakeAt: number
  readonly order: number
  readonly wake: () => void
}

/** A clock that stands still until the test moves it. */
export function createFakeClock(start = Date.UTC(2026, 0, 1)): FakeClock {
  let wall = start
  let monotonic = 0
  let count = 0
  const sleepers = new Set<Sleeper>()

  const earliest = (until: number): Sleeper | undefined => {
    let found: Sleeper | undefined
    for (const s of sleepers) {
      if (s.wakeAt > until) continue
      if (found === undefined || s.wakeAt < found.wakeAt) found = s
      else if (s.wakeAt === found.wakeAt && s.order < found.order) found = s
    }
    return found
  }

  return {
    now: () => wall,
    sleep: (ms, signal) => {
      if (signal?.aborted === true) return Promise.resolve()
      return new Promise((resolve) => {
        const wake = (): void => {
          sleepers.delete(sleeper)
          signal?.removeEventListener('abort', wake)
          resolve()
        }
        const wakeAt = monotonic + Math.max(0, ms)
        const sleeper: Sleeper = { wakeAt, order: count++, wake }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', wake, { once: true })
      })
    },
    advance: async (ms) => {
      const until = monotonic + ms
      await settle()
      for (let next = earliest(until); next !== undefined; next = earliest(until)) {
        wall += Math.max(0, next.wakeAt - monotonic)
        monotonic = Math.max(monotonic, next.wakeAt)
        next.wake()
        await settle()
      }
      wall += until - monotonic
      monotonic = until
      await settle()
    },
    correct: (now) => {
      wall = now
    },
    sleeping: () => sleepers.size,
  }
}

/** Lets everything that is ready run: promises, and callbacks of finished I/O. */
async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
}
