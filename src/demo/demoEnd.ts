import { AppError } from '../core/errors.ts'
import type { Clock } from '../core/time.ts'
import type { DemoOptions } from './demoSettings.ts'

type Limits = Pick<DemoOptions, 'stopAfterDeliveries' | 'stopAfterMs'>

/**
 * When the demo is over: somebody wishes it, enough was delivered, or the time is up. `delivered()` counts.
 */
export class DemoEnd {
  readonly #limits: Limits
  readonly #reached = new AbortController()
  #count = 0

  constructor(limits: Limits) {
    this.#limits = limits
  }

  /** Counts one delivered message. */
  delivered(): void {
    this.#count++
    if (this.#count === this.#limits.stopAfterDeliveries) this.#reached.abort()
  }

  /**
   * Resolves when the demo is over.
   * @throws AppError when the time is up before the deliveries that were asked for, or when a server is lost.
   */
  async wait(
    clock: Clock,
    wish: AbortSignal,
    lost: Promise<{ readonly text: string }>,
  ): Promise<void> {
    const { stopAfterMs, stopAfterDeliveries } = this.#limits
    const over = AbortSignal.any([wish, this.#reached.signal])
    const timeUp = stopAfterMs === null ? aborted(over) : clock.sleep(stopAfterMs, over)
    const loss = await Promise.race([timeUp, lost])
    if (typeof loss === 'object') throw new AppError('STARTUP_FAILED', loss.text)
    if (over.aborted || stopAfterDeliveries === null) return
    const message = `${this.#count} of ${stopAfterDeliveries} messages were delivered within ${(stopAfterMs ?? 0) / 1000} s`
    throw new AppError('DELIVERY_FAILED', message)
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
