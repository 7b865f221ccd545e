import { MINUTE, SECOND } from '../core/time.ts'
import type { Cycle } from './cycle.ts'

/** What one demo service shows when it is asked for metrics. */
export interface Reading {
  readonly errorRatio: number
  readonly queueDepth: number
  /** False: it answers 503, and Prometheus' own `up` becomes 0. */
  readonly answers: boolean
}

export interface DemoServiceKind {
  readonly name: string
  readonly cycle: Cycle
  /** For the screen: what happens when it breaks. */
  readonly breaks: string
  /** Pure: `brokenForMs` is null while healthy. */
  readonly read: (elapsedMs: number, brokenForMs: number | null) => Reading
}

/** Three services, three ways to fail. The first one breaks soon, so that the first message comes soon. */
export const DEMO_SERVICES: readonly DemoServiceKind[] = [
  {
    name: 'checkout',
    cycle: { firstHealthyMs: 10 * SECOND, brokenMs: 150 * SECOND, healthyMs: 60 * SECOND },
    breaks: 'fails a quarter of its requests',
    read: (elapsedMs, brokenForMs) => ({
      ...healthy(elapsedMs),
      errorRatio:
        brokenForMs === null ? wave(elapsedMs, 0.004, 0.003) : wave(elapsedMs, 0.25, 0.05),
    }),
  },
  {
    name: 'search',
    cycle: { firstHealthyMs: 60 * SECOND, brokenMs: 45 * SECOND, healthyMs: 3 * MINUTE },
    breaks: 'does not answer',
    read: (elapsedMs, brokenForMs) => ({ ...healthy(elapsedMs), answers: brokenForMs === null }),
  },
  {
    name: 'mailer',
    cycle: { firstHealthyMs: 100 * SECOND, brokenMs: 90 * SECOND, healthyMs: 4 * MINUTE },
    breaks: 'sends no mail, its queue grows',
    read: (elapsedMs, brokenForMs) => {
      const reading = healthy(elapsedMs)
      const waiting = brokenForMs === null ? 0 : Math.round(brokenForMs / 50)
      return { ...reading, queueDepth: reading.queueDepth + waiting }
    },
  },
]

/** A service's metrics in Prometheus' text format. */
export function metricsText(reading: Reading): string {
  return `# HELP demo_request_error_ratio Share of requests that failed, 0 to 1.
# TYPE demo_request_error_ratio gauge
demo_request_error_ratio ${reading.errorRatio.toFixed(4)}
# HELP demo_queue_depth Jobs that wait.
# TYPE demo_queue_depth gauge
demo_queue_depth ${reading.queueDepth}
`
}

function healthy(elapsedMs: number): Reading {
  return {
    errorRatio: wave(elapsedMs, 0.004, 0.003),
    queueDepth: Math.round(wave(elapsedMs, 6, 4)),
    answers: true,
  }
}

/** A quiet movement around `middle`, so that graphs are alive. */
function wave(elapsedMs: number, middle: number, height: number): number {
  return middle + height * Math.sin(elapsedMs / 7_000)
}
