import { errorText } from '../core/errors.ts'
import type { Clock } from '../core/time.ts'
import type { Querier } from '../datasource/querier.ts'
import type { RuleGroup } from '../rules/ruleSet.ts'
import type { EvaluationCommit, EvaluationStore, Lease } from '../store/evaluationStore.ts'
import type { RuleEnvironment } from './compiledRule.ts'
import {
  clampGroup,
  countGroup,
  type GroupMemory,
  restoreGroup,
  type StoredGroup,
  updateGroup,
} from './groupMemory.ts'
import { applyIteration, commitOf, expiredOrphans, type Iteration } from './iteration.ts'
import type { EvaluatorMetrics } from './metrics.ts'
import { retryStore } from './retryStore.ts'
import { runRules } from './runRule.ts'
import { lastSlot, type Plan, plan, slotOffset } from './schedule.ts'

export type LogLevel = 'info' | 'warn' | 'error'
export type Log = (
  level: LogLevel,
  message: string,
  fields: Readonly<Record<string, unknown>>,
) => void

/** What all groups of an evaluator share. */
export interface RunnerDeps {
  readonly clock: Clock
  readonly store: EvaluationStore
  readonly querier: Querier
  readonly environment: RuleEnvironment
  readonly refreshMs: number
  readonly outageToleranceMs: number
  readonly metrics: EvaluatorMetrics
  readonly log: Log
  readonly random: () => number
  readonly onCommitted: (groupId: string, transitionCount: number) => void
}

/** A group as the rule set has it; `removed`: no file names it any more, it has no rules, only alerts to see off. */
export interface GroupSource {
  readonly group: RuleGroup
  readonly version: string
  readonly removed: boolean
}

/** How a runner ended. `lost`: another node evaluates the group, or nobody does; its memory is worthless. */
export type RunnerEnd = 'stopped' | 'lost' | 'forgotten'

/** Longest sleep, so that a corrected wall clock is noticed. */
const LONGEST_SLEEP_MS = 30_000

/**
 * Evaluates one rule group for as long as its lease is ours: waits for the slot, asks and evaluates rule after rule,
 * commits everything in one write, and only then makes it the state to go on from. While the store is away the commit
 * is repeated, so that no transition is lost; slots passing meanwhile are missed.
 */
export class GroupRunner {
  readonly lease: Lease
  /** Never rejects. */
  readonly ended: Promise<RunnerEnd>
  readonly #deps: RunnerDeps
  readonly #lost = new AbortController()
  #source: GroupSource
  #next: GroupSource | null = null
  #memory: GroupMemory | null = null
  #stopping = false
  #wake = new AbortController()
  /** The slot evaluated last, by our clock. */
  #last = 0
  #dropped = 0

  constructor(deps: RunnerDeps, source: GroupSource, lease: Lease) {
    this.#deps = deps
    this.#source = source
    this.lease = lease
    this.ended = this.#run()
  }

  get source(): GroupSource {
    return this.#next ?? this.#source
  }

  /** Takes effect before the next iteration. */
  update(source: GroupSource): void {
    this.#next = source
    this.#wakeUp()
  }

  /** Ends after the iteration at hand. */
  stop(): void {
    this.#stopping = true
    this.#wakeUp()
  }

  /** Ends at once: the lease is lost, so whatever is found out now could not be committed. */
  abandon(): void {
    this.#lost.abort()
    this.stop()
  }

  counts(): { readonly pending: number; readonly firing: number } {
    return this.#memory === null ? { pending: 0, firing: 0 } : countGroup(this.#memory)
  }

  async #run(): Promise<RunnerEnd> {
    try {
      if (!(await this.#load())) return this.#lost.signal.aborted ? 'lost' : 'stopped'
      for (;;) {
        const slot = await this.#waitForSlot()
        if (slot === null) return this.#lost.signal.aborted ? 'lost' : 'stopped'
        const end = await this.#iterate(slot)
        if (end !== null) return end
      }
    } catch (error) {
      const { group } = this.#source
      const fields = { file: group.file, group: group.name, err: error }
      this.#deps.log('error', 'stopped evaluating a rule group because of a bug', fields)
      return 'lost'
    }
  }

  /** Reads what the store knows, until it answers. False when the runner was ended meanwhile. */
  async #load(): Promise<boolean> {
    const { store, clock, environment, outageToleranceMs } = this.#deps
    const { group } = this.#source
    const stored = await this.#retry('load a rule group', async (): Promise<StoredGroup> => {
      const [{ slot, instances }, [health]] = await Promise.all([
        store.load(group.id),
        store.health([group.id]),
      ])
      return { slot, instances, health: health ?? null }
    })
    if (stored === null) return false
    const now = clock.now()
    this.#memory = restoreGroup(group, stored, environment, now, outageToleranceMs)
    const { intervalMs, id } = group
    // As Prometheus does: the first evaluation is at the next slot, not at once.
    const before = lastSlot(now, intervalMs, slotOffset(id, intervalMs))
    this.#last = Math.max(before, stored.slot ?? -Infinity)
    return true
  }

  /** Sleeps until the next slot; null when the runner was ended. */
  async #waitForSlot(): Promise<number | null> {
    const { clock, metrics } = this.#deps
    while (!this.#stopping) {
      this.#applyUpdate()
      const { intervalMs, id } = this.#source.group
      const next = plan(this.#last, clock.now(), intervalMs, slotOffset(id, intervalMs))
      if (next.reset) this.#resetClock(next)
      this.#dropped = Math.max(this.#dropped, next.dropped)
      if (next.waitMs <= 0) {
        this.#countSlots(next)
        metrics.observeLag(Math.max(0, clock.now() - next.slot) / 1_000)
        return next.slot
      }
      this.#wake = new AbortController()
      await clock.sleep(Math.min(next.waitMs, LONGEST_SLEEP_MS), this.#wake.signal)
    }
    return null
  }

  #applyUpdate(): void {
    if (this.#next === null || this.#memory === null) return
    const { environment, clock } = this.#deps
    const changed = this.#next.group.checksum !== this.#source.group.checksum
    this.#source = this.#next
    this.#next = null
    if (!changed) return
    this.#memory = updateGroup(this.#memory, this.#source.group, environment, clock.now())
  }

  /** The wall clock was corrected by several intervals: what lies in the future counts from now. */
  #resetClock(next: Plan): void {
    const { clock, metrics, log } = this.#deps
    const { group } = this.#source
    metrics.clockSteps.inc({ kind: 'reset' })
    const fields = { group: group.name, file: group.file, backMs: this.#last - clock.now() }
    log('warn', 'the wall clock was set back: the rule group goes on from the present', fields)
    this.#last = next.slot - group.intervalMs
    if (this.#memory !== null) clampGroup(this.#memory, clock.now())
  }

  #countSlots({ missed }: Plan): void {
    const { metrics } = this.#deps
    if (missed > 0) {
      metrics.missed.inc(missed)
      if (this.#memory !== null) {
        this.#memory = { ...this.#memory, missed: this.#memory.missed + missed }
      }
    }
    if (this.#dropped > 0) metrics.clockSteps.inc({ kind: 'dropped' }, this.#dropped)
    this.#dropped = 0
  }

  /** Evaluates and commits one slot. Null: go on. */
  async #iterate(slot: number): Promise<RunnerEnd | null> {
    const { metrics, onCommitted } = this.#deps
    const started = performance.now()
    const iteration = await this.#evaluate(slot, started)
    if (this.#memory === null || iteration === null) return 'lost'
    const { group, version, removed } = this.#source
    const commit = commitOf(iteration, group, version, this.lease, this.#memory)
    const result = await this.#commit(commit)
    if (result === null) return this.#lost.signal.aborted ? 'lost' : 'stopped'
    if (result === 'fenced') return 'lost'
    if (result === 'stale') return (await this.#load()) ? null : 'lost'
    this.#memory = applyIteration(this.#memory, iteration, commit.slot)
    this.#last = slot
    metrics.groupSeconds.observe((performance.now() - started) / 1_000)
    if (commit.transitions.length > 0) onCommitted(group.id, commit.transitions.length)
    if (!removed || this.#memory.orphans.length > 0) return null
    const forgotten = await this.#retry('forget a removed rule group', () =>
      this.#deps.store.forget(this.lease).then(() => true),
    )
    return forgotten === null ? 'stopped' : 'forgotten'
  }

  async #evaluate(slot: number, started: number): Promise<Iteration | null> {
    const memory = this.#memory
    if (memory === null) return null
    const { group } = this.#source
    const runs = await runRules(memory.rules, this.#deps.querier, this.#deps.metrics, {
      slot,
      queryAt: slot - group.queryOffsetMs,
      limit: group.limit,
      refreshMs: this.#deps.refreshMs,
      signal: this.#lost.signal,
    })
    if (runs === null) return null
    const expired = expiredOrphans(memory, group.intervalMs, slot)
    const durationMs = Math.round(performance.now() - started)
    return { slot, runs, expired, missed: memory.missed, durationMs }
  }

  /** Commits, again and again while the store fails. Null when the runner was ended before it succeeded. */
  async #commit(commit: EvaluationCommit): Promise<'committed' | 'fenced' | 'stale' | null> {
    const { store } = this.#deps
    let attempts = 0
    return this.#retry('commit an evaluation', async () => {
      attempts++
      const result = await store.commit(commit)
      if (result !== 'stale' || attempts === 1) return result
      // A former attempt may have been carried out although its answer was lost.
      const { slot } = await store.load(commit.lease.groupId)
      return slot === commit.slot ? 'committed' : 'stale'
    })
  }

  /** Repeats what the store refuses. Null when the runner was ended before it succeeded. */
  #retry<T>(what: string, action: () => Promise<T>): Promise<T | null> {
    const { clock, log, random, metrics } = this.#deps
    const { group } = this.#source
    return retryStore(action, {
      random,
      isEnded: () => this.#lost.signal.aborted,
      isLastTry: () => this.#stopping,
      sleep: (ms) => {
        this.#wake = new AbortController()
        return clock.sleep(ms, this.#wake.signal)
      },
      onError: (error, attempt) => {
        metrics.storeFailures.inc()
        const fields = { group: group.name, file: group.file, err: errorText(error) }
        if (attempt === 1) log('warn', `could not ${what}, will try again`, fields)
      },
    })
  }

  #wakeUp(): void {
    this.#wake.abort()
  }
}
