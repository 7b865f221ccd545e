import type { Clock } from '../core/time.ts'

const PAUSE_MS = 250

export interface UntilStoredOptions {
  readonly clock: Clock
  /** Once it aborts, the next failure is the last. */
  readonly giveUp: AbortSignal
  readonly onError: (error: unknown) => void
}

/** Repeats an action on the store until it succeeds. `attempt` counts from 1. @throws what the store threw last, when given up */
export async function untilStored<T>(
  action: (attempt: number) => Promise<T>,
  { clock, giveUp, onError }: UntilStoredOptions,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action(attempt)
    } catch (error) {
      if (giveUp.aborted) throw error
      onError(error)
    }
    await clock.sleep(PAUSE_MS, giveUp)
  }
}
