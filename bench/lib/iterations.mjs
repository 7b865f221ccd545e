import { sleep } from './time.mjs'

/** What an evaluator did between two readings of its progress. */
export function progressBetween(before, after) {
  const names = Object.keys(after)
  return Object.fromEntries(names.map((name) => [name, after[name] - before[name]]))
}

/** Accounts for a running evaluator over `windowMs`. Resolves to `{done, used}`: its progress, and CPU and memory. */
export async function watchFor(evaluator, meter, windowMs) {
  const before = await evaluator.readProgress()
  const running = meter()
  await sleep(windowMs)
  const used = running.read()
  const done = progressBetween(before, await evaluator.readProgress())
  return { done, used }
}
