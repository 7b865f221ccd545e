import { startMeter } from './accounting.mjs'
import { sleep } from './time.mjs'

/**
 * Accounts for a running evaluator over `windowMs`. Resolves to `{done, used}`: by how much each number of its progress grew, and
 * `queries`, which the stub counted; CPU and memory.
 */
export async function watchFor(evaluator, pids, countQueries, windowMs) {
  const reading = async () => ({
    ...(await evaluator.readProgress()),
    queries: await countQueries(),
  })
  const before = await reading()
  const meter = startMeter(pids)
  await sleep(windowMs)
  const used = meter.read()
  const after = await reading()
  const names = Object.keys(after)
  return { used, done: Object.fromEntries(names.map((name) => [name, after[name] - before[name]])) }
}
