import { type AlertState, step, type Transition } from '../core/alert.ts'
import { compareUtf8 } from '../core/labels.ts'
import { valueAt, type VectorIndex } from '../datasource/vectorIndex.ts'
import type { CompiledRule, TemplateContext } from './compiledRule.ts'
import { alertAnnotations } from './identity.ts'
import { contextAt, type Match, matchSamples, type Newcomer } from './matchSamples.ts'
import type { Change, Outcome } from './outcome.ts'
import type { Instance, Tracked } from './tracked.ts'
import { endTransition, timesOf } from './transitions.ts'

export const DUPLICATE_LABELS =
  'vector contains metrics with the same labelset after applying alert labels'

export interface EvaluationOptions {
  /** The slot, epoch ms. */
  readonly now: number
  /** The group's limit; 0: unlimited. */
  readonly limit: number
  /** A firing alert whose value changed is told anew at most this often. */
  readonly refreshMs: number
}

/**
 * Evaluates one answer against what is tracked. Pure: `tracked` is only read. Follows Prometheus (rules/alerting.go),
 * except for `limit`: alerts beyond it are counted and not tracked, while Prometheus forgets all alerts of the rule.
 * Those already tracked keep their place; new ones are taken in the order of their fingerprints.
 * Null when two elements have the same labels after labelling (DUPLICATE_LABELS): then nothing may change.
 */
export function evaluateRule(
  tracked: Tracked,
  index: VectorIndex,
  rule: CompiledRule,
  options: EvaluationOptions,
): Outcome | null {
  const match = matchSamples(tracked, index, rule, options.now)
  if (match === null) return null
  const evaluation = new RuleEvaluation(index, rule, options, match, tracked.templateError)
  let remaining = 0
  for (const instance of tracked.slots) {
    if (instance === null) continue
    const state = evaluation.advance(instance, (match.seen[instance.slot] as number) - 1)
    if (state.status === 'pending' || state.status === 'firing') remaining++
  }
  const total = remaining + match.newcomers.length
  const isOver = options.limit > 0 && total > options.limit
  const admitted = isOver ? first(match.newcomers, options.limit - remaining) : match.newcomers
  for (const newcomer of admitted) evaluation.admit(newcomer)
  return evaluation.outcome(isOver ? total : 0)
}

/** Gathers the changes of one evaluation. */
class RuleEvaluation {
  readonly #index: VectorIndex
  readonly #rule: CompiledRule
  readonly #options: EvaluationOptions
  readonly #match: Match
  readonly #changes: Change[] = []
  readonly #stale: Instance[] = []
  readonly #transitions: Transition[] = []
  #rendered: boolean
  #templateError: string
  #shared: AlertState | null = null
  /** Of the newcomer at hand. */
  #context: TemplateContext | null = null

  constructor(
    index: VectorIndex,
    rule: CompiledRule,
    options: EvaluationOptions,
    match: Match,
    templateError: string,
  ) {
    this.#index = index
    this.#rule = rule
    this.#options = options
    this.#match = match
    this.#rendered = match.rendered
    this.#templateError = match.rendered ? match.templateError : templateError
  }

  /** Begins to track an alert. */
  admit({ instance, position, context }: Newcomer): void {
    this.#context = context
    this.advance(instance, position)
    this.#context = null
  }

  /** Moves an instance on by one evaluation; `position` -1: not in the answer. Returns its next state. */
  advance(instance: Instance, position: number): AlertState {
    const { state } = instance
    const moved = step(state, position >= 0, this.#rule.timing, this.#options.now)
    const next = moved === state ? state : this.#share(moved)
    switch (next.status) {
      case 'inactive':
      case 'resolved':
        this.#end(instance, next)
        break
      case 'pending':
        if (next !== state) this.#tell(instance, position, next, 'pending')
        break
      case 'firing':
        if (state.status !== 'firing') this.#tell(instance, position, next, 'firing')
        else if (next !== state) this.#keep(instance, position, next)
        else if (position >= 0) this.#refresh(instance, position)
    }
    return next
  }

  outcome(overLimit: number): Outcome {
    return {
      index: this.#index,
      positions: this.#match.positions,
      changes: this.#changes,
      stale: this.#stale,
      transitions: this.#transitions,
      overLimit,
      templateError: this.#templateError,
      now: this.#options.now,
    }
  }

  #end(instance: Instance, state: AlertState & { status: 'inactive' | 'resolved' }): void {
    this.#changes.push({ instance, position: -1, state, told: null })
    this.#transitions.push(endTransition(instance, this.#rule.key, state, this.#options.now))
  }

  /** Firing before and after; keep_firing_for began or ended. */
  #keep(instance: Instance, position: number, state: AlertState): void {
    this.#changes.push({ instance, position, state, told: null })
    if (position >= 0) this.#stale.push(instance) // it may have come back with another value
  }

  /** A firing instance that stays as it is: has its value changed since it was told? */
  #refresh(instance: Instance, position: number): void {
    if (!instance.stale && this.#index.changed[position] === 0) return
    const isDue = this.#options.now - instance.toldAt >= this.#options.refreshMs
    if (instance.stale && !isDue) return
    if (valueAt(this.#index, position) === instance.told) return
    if (isDue) this.#tell(instance, position, instance.state, 'refreshed')
    else this.#stale.push(instance)
  }

  /** A transition that carries annotations and value. */
  #tell(
    instance: Instance,
    position: number,
    state: AlertState,
    kind: 'pending' | 'firing' | 'refreshed',
  ): void {
    const context = this.#context ?? contextAt(this.#rule, this.#index, position, this.#options.now)
    const { labels: annotations, error } = alertAnnotations(this.#rule.annotations, context)
    this.#noteTemplate(error)
    const value = valueAt(this.#index, position)
    this.#changes.push({ instance, position, state, told: value })
    this.#transitions.push({
      fingerprint: instance.fingerprint,
      ruleKey: this.#rule.key,
      kind,
      at: this.#options.now,
      labels: instance.labels,
      annotations,
      value,
      generatorURL: this.#rule.generatorURL,
      ...timesOf(state, this.#options.now),
    })
  }

  /** The error of the last rendering stands until something is rendered again. */
  #noteTemplate(error: string): void {
    if (!this.#rendered) this.#templateError = ''
    this.#rendered = true
    if (this.#templateError === '') this.#templateError = error
  }

  /** A mass outage makes thousands of equal states: one object serves them all. */
  #share(state: AlertState): AlertState {
    if (this.#shared !== null && isSame(this.#shared, state)) return this.#shared
    if (state.status === 'pending' || state.status === 'firing') this.#shared = state
    return state
  }
}

/** The first `count` in the order of fingerprints, so that the choice is stable. */
function first(newcomers: readonly Newcomer[], count: number): readonly Newcomer[] {
  return newcomers
    .toSorted((a, b) => compareUtf8(a.instance.fingerprint, b.instance.fingerprint))
    .slice(0, Math.max(0, count))
}

function isSame(a: AlertState, b: AlertState): boolean {
  if (a.status === 'pending') return b.status === 'pending' && a.activeAt === b.activeAt
  if (a.status !== 'firing' || b.status !== 'firing') return false
  return a.activeAt === b.activeAt && a.firedAt === b.firedAt && a.clearSince === b.clearSince
}
