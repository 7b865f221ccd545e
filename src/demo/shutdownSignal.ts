/** Signals that ask for an orderly end. Closing the terminal counts. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
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
  for (const name of SIGNALS) process.on(name, wish)
  return {
    signal: controller.signal,
    dispose: () => {
      for (const name of SIGNALS) process.removeListener(name, wish)
    },
  }
}
