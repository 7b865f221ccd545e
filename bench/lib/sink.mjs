import { startChild } from './child.mjs'

/**
 * The receiving end, in a process of its own: counts alerts of webhooks and of POST /api/v2/alerts. With `serials` it also
 * notes the label `serial` of each alert and tells every arrival of one. `delayMs`: how late it answers.
 */
export async function startSink(scope, { serials = false, status = 200, delayMs = 0 } = {}) {
  const child = await startChild(scope, './sinkProcess.mjs', { serials, status, delayMs })
  return {
    url: child.url,
    /** What it answers from now on, at once: 200, or 503 and then it counts nothing but refusals. */
    answerWith: (newStatus) => child.call('answerWith', newStatus),
    forget: () => child.call('forget'),
    /** `{requests, refused, alerts, distinct, duplicates, mostOften, lastNewAt, arrivals: [{at, alerts}]}`, instants monotonic. */
    read: () => child.call('read'),
    /** Hears `{serial, at}` whenever an alert arrives. */
    onArrival: (listener) => child.onEvent(listener),
  }
}
