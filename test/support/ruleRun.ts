import type { AlertState, Transition } from '../../src/core/alert.ts'
import { scanVector } from '../../src/datasource/vector.ts'
import {
  compileRule,
  type CompiledRule,
  type RuleEnvironment,
} from '../../src/evaluator/compiledRule.ts'
import { evaluateRule } from '../../src/evaluator/evaluateRule.ts'
import { applyOutcome, type Outcome } from '../../src/evaluator/outcome.ts'
import { createTracked, type Tracked } from '../../src/evaluator/tracked.ts'
import type { AlertingRule } from '../../src/rules/ruleSet.ts'
import { compileRuleTemplate } from '../../src/templates/ruleTemplate.ts'

/** One element of an answer: its labels and its value. */
export type Element = readonly [Readonly<Record<string, string>>, string | number]

export const ENVIRONMENT: RuleEnvironment = {
  externalLabels: {},
  externalUrl: 'http://tocsin.example',
  datasourceUrl: 'http://prometheus.example',
  compileTemplate: compileRuleTemplate,
}

export function alertingRule(change: Partial<AlertingRule> = {}): AlertingRule {
  return {
    kind: 'alerting',
    key: 'k1',
    name: 'Down',
    expr: 'up == 0',
    labels: {},
    annotations: {},
    forMs: 0,
    keepFiringMs: 0,
    line: 1,
    column: 1,
    ...change,
  }
}

/** The body that a server answers. */
export function vectorBody(elements: readonly Element[], at = 0): Buffer {
  const result = elements.map(([metric, value]) => ({ metric, value: [at / 1000, String(value)] }))
  return Buffer.from(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }))
}

export interface RuleRunOptions {
  readonly environment?: RuleEnvironment
  readonly limit?: number
  readonly refreshMs?: number
}

/** Evaluates one rule answer by answer, committing each at once. */
export class RuleUnderTest {
  readonly tracked: Tracked = createTracked()
  rule: CompiledRule
  readonly #options: RuleRunOptions

  constructor(rule: Partial<AlertingRule> = {}, options: RuleRunOptions = {}) {
    this.#options = options
    this.rule = compileRule(alertingRule(rule), options.environment ?? ENVIRONMENT)
  }

  /** Null when two elements have the same labels. */
  evaluate(now: number, elements: readonly Element[]): Outcome | null {
    const index = scanVector(vectorBody(elements, now), this.tracked.index)
    const { limit = 0, refreshMs = 0 } = this.#options
    return evaluateRule(this.tracked, index, this.rule, { now, limit, refreshMs })
  }

  tick(now: number, elements: readonly Element[]): readonly Transition[] {
    const outcome = this.evaluate(now, elements)
    if (outcome === null) throw new Error('two elements have the same labels')
    applyOutcome(this.tracked, outcome)
    return outcome.transitions
  }

  states(): AlertState[] {
    return [...this.tracked.byFingerprint.values()].map(({ state }) => state)
  }

  /** Label sets that are tracked, in any order. */
  labels(): Array<Readonly<Record<string, string>>> {
    return [...this.tracked.byFingerprint.values()].map(({ labels }) => labels)
  }
}
