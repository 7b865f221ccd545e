import { errorText } from '../core/errors.ts'
import type { Querier } from '../datasource/querier.ts'
import { scanVector } from '../datasource/vector.ts'
import type { RuleHealth } from '../store/evaluationStore.ts'
import { DUPLICATE_LABELS, evaluateRule } from './evaluateRule.ts'
import type { RuleMemory } from './groupMemory.ts'
import type { EvaluatorMetrics } from './metrics.ts'
import type { Outcome } from './outcome.ts'

export interface RuleRun {
  readonly memory: RuleMemory
  /** Null when the evaluation failed: then nothing about the alerts changes (I5). */
  readonly outcome: Outcome | null
  readonly health: RuleHealth
}

export interface RuleRunOptions {
  /** Timestamp of the evaluation. */
  readonly slot: number
  /** Timestamp of the query: the slot minus the group's query offset. */
  readonly queryAt: number
  readonly limit: number
  readonly refreshMs: number
  readonly signal: AbortSignal
}

/**
 * Queries of one group that run at the same time. Prometheus asks one after the other, as a rule may select what an
 * earlier one wrote; ours write no series, so only the order of the results matters.
 */
const RULES_AT_ONCE = 4

/** Evaluates the rules of a group, started in file order; results are in file order. Null when aborted. */
export async function runRules(
  rules: readonly RuleMemory[],
  querier: Querier,
  metrics: EvaluatorMetrics,
  options: RuleRunOptions,
): Promise<readonly RuleRun[] | null> {
  const runs: RuleRun[] = Array.from({ length: rules.length })
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < rules.length && !options.signal.aborted) {
      const i = next++
      runs[i] = await runRule(rules[i] as RuleMemory, querier, metrics, options)
    }
  }
  await Promise.all(Array.from({ length: Math.min(RULES_AT_ONCE, rules.length) }, lane))
  return options.signal.aborted ? null : runs
}

/** Asks the datasource and evaluates the answer; changes nothing but metrics. Never throws. */
async function runRule(
  memory: RuleMemory,
  querier: Querier,
  metrics: EvaluatorMetrics,
  options: RuleRunOptions,
): Promise<RuleRun> {
  const started = performance.now()
  metrics.evaluations.inc()
  try {
    const body = await querier.query(memory.compiled.expr, options.queryAt, options.signal)
    metrics.querySeconds.observe((performance.now() - started) / 1_000)
    const index = scanVector(body, memory.tracked.index)
    const outcome = evaluateRule(memory.tracked, index, memory.compiled, {
      now: options.slot,
      limit: options.limit,
      refreshMs: options.refreshMs,
    })
    if (outcome === null) throw new Error(DUPLICATE_LABELS)
    const durationMs = performance.now() - started
    return { memory, outcome, health: goodHealth(memory, outcome, options, durationMs) }
  } catch (error) {
    metrics.failures.inc()
    const durationMs = performance.now() - started
    const health = failedHealth(memory, errorText(error), options.slot, durationMs)
    return { memory, outcome: null, health }
  }
}

function goodHealth(
  memory: RuleMemory,
  outcome: Outcome,
  options: RuleRunOptions,
  durationMs: number,
): RuleHealth {
  const { overLimit, templateError, index } = outcome
  const lastError =
    overLimit > 0
      ? `exceeded limit of ${options.limit} with ${overLimit} alerts: those that come last are not tracked`
      : ''
  return {
    key: memory.rule.key,
    health: overLimit > 0 ? 'err' : 'ok',
    lastError,
    lastEvaluationAt: options.slot,
    durationMs: rounded(durationMs),
    samples: index.count,
    failingSince: null,
    templateError,
    overLimit,
  }
}

function failedHealth(
  memory: RuleMemory,
  lastError: string,
  slot: number,
  durationMs: number,
): RuleHealth {
  return {
    ...memory.health,
    health: 'err',
    lastError,
    lastEvaluationAt: slot,
    durationMs: rounded(durationMs),
    failingSince: memory.health.failingSince ?? slot,
  }
}

/** Microseconds are enough, and make the stored record short. */
function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000
}
