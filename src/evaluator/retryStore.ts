const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 5_000

export interface RetryOptions {
  readonly random: () => number
  /** Nothing is tried any more. */
  readonly isEnded: () => boolean
  /** The attempt at hand is the last one. */
  readonly isLastTry: () => boolean
  readonly sleep: (ms: number) => Promise<void>
  /** `attempt` counts from 1. */
  readonly onError: (error: unknown, attempt: number) => void
}

/** Repeats an action on the store until it succeeds, with growing, jittered pauses. Null: it was given up. */
export async function retryStore<T>(
  action: () => Promise<T>,
  options: RetryOptions,
): Promise<T | null> {
  for (let attempt = 1; !options.isEnded(); attempt++) {
    try {
      return await action()
    } catch (error) {
      options.onError(error, attempt)
    }
    if (options.isLastTry()) return null
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1))
    await options.sleep(pauseMs / 2 + (options.random() * pauseMs) / 2)
  }
  return null
}
