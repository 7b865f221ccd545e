import { errorText } from '../core/errors.ts'
import type { PipelineObserver } from '../pipeline.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'

/** What happens in the pipeline, as metrics and log lines. */
export function pipelineObserver(metrics: Metrics, log: Logger): PipelineObserver {
  const onError = sparingly(log)
  return {
    transition: (kind, count) => metrics.transitions.inc({ kind }, count),
    flush: (result, count) => metrics.flushes.inc({ result }, count),
    repair(what, count) {
      metrics.sweepRepairs.inc({ what }, count)
      log.debug({ what, count }, 'repaired by the sweep')
    },
    sent(integration, durationMs) {
      metrics.notificationsSent.inc({ integration })
      metrics.deliverySeconds.observe({ integration }, durationMs / 1_000)
    },
    failed: (integration, reason) => metrics.notificationsErrors.inc({ integration, reason }),
    error: onError,
  }
}

const SAME_ERROR_EVERY_MS = 10_000

/** Logs an error, but the same one only every 10 seconds: an outage of the store must not fill the disk. */
export function sparingly(log: Logger): (message: string, error: unknown) => void {
  const last = new Map<string, number>()
  return (message, error) => {
    const err = errorText(error)
    const key = `${message}: ${err}`
    const now = performance.now()
    if (now - (last.get(key) ?? -Infinity) < SAME_ERROR_EVERY_MS) return
    if (last.size > 1_000) last.clear()
    last.set(key, now)
    log.warn({ err }, message)
  }
}
