/** What one timer watches for many requests: a timer for each would cost more than a small request itself. */
export interface Deadlines<T> {
  add(request: T): void
  delete(request: T): void
  stop(): void
}

/**
 * Calls `expire` for requests that are still there `timeoutMs` after they were added, late by 5% or 250 ms at most.
 * The timer runs only while something is watched, and does not keep the process alive.
 */
export function createDeadlines<T>(timeoutMs: number, expire: (request: T) => void): Deadlines<T> {
  const tickMs = Math.min(250, Math.max(5, timeoutMs / 20))
  const startedAt = new Map<T, number>() // in the order of their deadlines, as all have the same timeout
  let timer: NodeJS.Timeout | null = null

  const check = (): void => {
    timer = null
    const now = performance.now()
    for (const [request, started] of startedAt) {
      if (now - started < timeoutMs) break
      startedAt.delete(request)
      expire(request)
    }
    arm()
  }
  const arm = (): void => {
    if (timer === null && startedAt.size > 0) timer = setTimeout(check, tickMs).unref()
  }

  return {
    add: (request) => {
      startedAt.set(request, performance.now())
      arm()
    },
    delete: (request) => {
      startedAt.delete(request)
    },
    stop: () => {
      if (timer !== null) clearTimeout(timer)
      startedAt.clear()
    },
  }
}
