/** npm passes a Ctrl-C on that the terminal sent us as well: signals this close together are one. */
const SAME_WISH_MS = 1_000

export interface ShutdownSignal {
  /** Aborted at the first signal. */
  readonly signal: AbortSignal
  dispose(): void
}

/**
 * Listens for the wish to stop. A second, later one means: at once, so `onImpatient` is called.
 * `now` is monotonic, in ms.
 */
export function shutdownSignal(
  signals: readonly NodeJS.Signals[],
  onImpatient: () => void,
  now: () => number = () => performance.now(),
): ShutdownSignal {
  const controller = new AbortController()
  let firstAt = 0
  const wish = (): void => {
    if (!controller.signal.aborted) {
      firstAt = now()
      controller.abort()
    } else if (now() - firstAt > SAME_WISH_MS) onImpatient()
  }
  for (const name of signals) process.on(name, wish)
  return {
    signal: controller.signal,
    dispose: () => {
      for (const name of signals) process.removeListener(name, wish)
    },
  }
}
