import { performance } from 'node:perf_hooks'
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const LOOK_EVERY_MS = 2_000
/** Busier than this share of the time: collecting now would delay somebody. */
const IDLE_BELOW = 0.1
/** Smaller heaps are not worth the pause. */
const MIN_GROWTH_BYTES = 96 * 1024 * 1024
const MIN_GROWTH_FACTOR = 1.5

/**
 * Gives memory back after a burst. V8 lets the heap of a mass outage stand for hours once the process is quiet; this
 * collects once when the thread is idle and its heap has grown well over what the last collection left.
 * One for each thread. Answers the function that stops it.
 */
export function returnIdleMemory(): () => void {
  setFlagsFromString('--expose-gc')
  // V8's own way collects twice in every pause between evaluations, for heaps that have hardly grown.
  setFlagsFromString('--no-memory-reducer')
  const collect = runInNewContext('gc') as () => void
  let left = memoryInUse()
  let before = performance.eventLoopUtilization()
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    before = now
    const used = memoryInUse()
    const hasGrown = used > left * MIN_GROWTH_FACTOR && used > left + MIN_GROWTH_BYTES
    if (utilization > IDLE_BELOW || !hasGrown) return
    collect()
    left = memoryInUse()
  }, LOOK_EVERY_MS)
  timer.unref()
  return () => clearInterval(timer)
}

/** The heap with its free parts, and the buffers outside of it. */
function memoryInUse(): number {
  const { total_heap_size: heap, external_memory: external } = getHeapStatistics()
  return heap + external
}
