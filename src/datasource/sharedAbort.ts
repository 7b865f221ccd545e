const waiting = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls `listener` once when the signal aborts; returns how to stop that. One event listener serves all who listen to
 * a signal: adding and removing one for each query would cost more than the query's own bookkeeping.
 */
export function listenToAbort(signal: AbortSignal, listener: () => void): () => void {
  let listeners = waiting.get(signal)
  if (listeners === undefined) {
    const all = new Set<() => void>()
    signal.addEventListener('abort', () => [...all].forEach((call) => call()), { once: true })
    waiting.set(signal, all)
    listeners = all
  }
  const mine = listeners
  mine.add(listener)
  return () => mine.delete(listener)
}
