import { MINUTE, SECOND } from '../core/time.ts'

export interface BackoffConfig {
  readonly retryMinMs: number
  readonly retryMaxMs: number
  readonly retrySlowMs: number
}

/** Attempts at the longest pause before the slow rhythm begins. */
const ATTEMPTS_AT_MAX = 3

/**
 * How long to wait after the given number of failed attempts (from 1): b + random·b, where b doubles from retryMinMs to
 * retryMaxMs; after a few of those retrySlowMs. What the provider asked for (Retry-After) wins. `random` is in [0, 1).
 */
export function retryDelay(
  failures: number,
  config: BackoffConfig,
  retryAfterMs: number | null,
  random: number,
): number {
  if (retryAfterMs !== null) return Math.min(Math.max(retryAfterMs, SECOND), 60 * MINUTE)
  const doublings = Math.ceil(Math.log2(config.retryMaxMs / config.retryMinMs))
  const slow = failures > doublings + ATTEMPTS_AT_MAX
  const base = Math.min(config.retryMaxMs, config.retryMinMs * 2 ** Math.min(failures - 1, 30))
  return Math.round((slow ? config.retrySlowMs / 2 : base) * (1 + random))
}
