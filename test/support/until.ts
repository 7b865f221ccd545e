import { inspect } from 'node:util'

export interface UntilOptions {
  /** A condition that does not come true within this fails the test. */
  readonly withinMs?: number
  readonly everyMs?: number
}

const WITHIN_MS = 15_000
const EVERY_MS = 25

/**
 * Waits until `probe` answers something other than false, null or undefined, and resolves to it. A probe that throws is
 * asked again. Fails with the name of the condition and what was seen last.
 */
export async function until<T>(
  condition: string,
  probe: () => T | Promise<T>,
  { withinMs = WITHIN_MS, everyMs = EVERY_MS }: UntilOptions = {},
): Promise<NonNullable<Exclude<T, false>>> {
  const deadline = performance.now() + withinMs
  for (;;) {
    let last: unknown
    try {
      const seen = await probe()
      if (seen !== false && seen !== null && seen !== undefined)
        return seen as NonNullable<Exclude<T, false>>
      last = seen
    } catch (error) {
      last = error
    }
    if (performance.now() > deadline) {
      throw new Error(`not within ${withinMs} ms: ${condition}\nlast seen: ${inspect(last)}`)
    }
    await pause(everyMs)
  }
}

/** Holds for `ms`: for showing that something does NOT happen, and for the length of an outage. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
