/** Milliseconds on the machine's monotonic clock: comparable between processes, unlike `performance.now()`. */
export function monotonicMs() {
  return Number(process.hrtime.bigint()) / 1e6
}

export function sleep(ms) {
  return new Promise((resolve) => void setTimeout(resolve, ms))
}

/**
 * Resolves to the first answer of `ask` that is neither null nor false. Asks again every `everyMs`, and gives up after
 * `withinMs` with an error that says what did not come true.
 */
export async function until(what, ask, { withinMs, everyMs = 20 }) {
  const end = monotonicMs() + withinMs
  for (;;) {
    const answer = await ask()
    if (answer !== null && answer !== false) return answer
    if (monotonicMs() > end) throw new Error(`not within ${withinMs / 1_000} s: ${what}`)
    await sleep(everyMs)
  }
}

/** `15000` as "15s", `500` as "500ms": the notation of rule and notification files. */
export function durationText(ms) {
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`
}

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** "500ms", "15s", "5m" or "1h" in milliseconds; null when the text is none of these. */
export function parseDuration(text) {
  const match = /^(\d+)(ms|s|m|h)$/.exec(text)
  return match === null ? null : Number(match[1]) * UNIT_MS[match[2]]
}
