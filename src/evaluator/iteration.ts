import type { Transition } from '../core/alert.ts'
import type { RuleGroup } from '../rules/ruleSet.ts'
import type {
  EvaluationCommit,
  Lease,
  RuleHealth,
  StoredInstance,
  TransitionOrigin,
} from '../store/evaluationStore.ts'
import type { GroupMemory, OrphanedRule } from './groupMemory.ts'
import { applyOutcome, storedChanges } from './outcome.ts'
import type { RuleRun } from './runRule.ts'
import { removalTransitions } from './transitions.ts'

/** After how many intervals the alerts of a removed rule end. */
export const REMOVAL_INTERVALS = 2

/** All that one iteration of a group found out, before it is committed. */
export interface Iteration {
  /** Timestamp of the evaluation. */
  readonly slot: number
  readonly runs: readonly RuleRun[]
  /** Rules whose alerts end now because no file names them. */
  readonly expired: readonly OrphanedRule[]
  readonly missed: number
  readonly durationMs: number
}

/** Orphans that have waited long enough for another rule to take over. */
export function expiredOrphans(
  memory: GroupMemory,
  intervalMs: number,
  slot: number,
): readonly OrphanedRule[] {
  return memory.orphans.filter(
    ({ removedAt }) => slot - removedAt >= REMOVAL_INTERVALS * intervalMs,
  )
}

/** The one write of an iteration: states, transitions and health together. */
export function commitOf(
  iteration: Iteration,
  group: RuleGroup,
  version: string,
  lease: Lease,
  memory: GroupMemory,
): EvaluationCommit {
  const put: StoredInstance[] = []
  const remove: Array<EvaluationCommit['remove'][number]> = []
  const transitions: Transition[] = []
  for (const { memory: rule, outcome } of iteration.runs) {
    if (outcome === null) continue
    const changes = storedChanges(rule.rule.key, outcome.changes)
    append(put, changes.put)
    append(remove, changes.remove)
    append(transitions, outcome.transitions)
  }
  for (const { key, tracked } of iteration.expired) {
    for (const fingerprint of tracked.byFingerprint.keys())
      remove.push({ ruleKey: key, fingerprint })
    append(transitions, removalTransitions(key, tracked, iteration.slot))
  }
  // After the wall clock was set back, slots repeat; the stored one only ever grows.
  const slot = Math.max(iteration.slot, (memory.committedSlot ?? -Infinity) + 1)
  const ordered = (): Transition[] => transitions.map((t) => ({ ...t, order: slot }))
  return {
    lease,
    slot,
    after: memory.committedSlot,
    put,
    remove,
    transitions: slot === iteration.slot ? transitions : ordered(),
    origin: originOf(group, version, transitions.length === 0 ? null : memory),
    health: {
      lastEvaluationAt: iteration.slot,
      durationMs: iteration.durationMs,
      missed: iteration.missed,
      rules: iteration.runs.map(({ health }): RuleHealth => health),
    },
  }
}

/** Makes a committed iteration the state that the next one starts from. */
export function applyIteration(
  memory: GroupMemory,
  iteration: Iteration,
  committedSlot: number,
): GroupMemory {
  for (const { memory: rule, outcome, health } of iteration.runs) {
    if (outcome !== null) applyOutcome(rule.tracked, outcome)
    rule.health = health
  }
  const expired = new Set(iteration.expired)
  return {
    rules: memory.rules,
    orphans: memory.orphans.filter((orphan) => !expired.has(orphan)),
    committedSlot,
    missed: iteration.missed,
  }
}

/** `memory` null: there are no transitions, so nobody will ask for names. */
function originOf(group: RuleGroup, version: string, memory: GroupMemory | null): TransitionOrigin {
  const names = [
    ...(memory?.rules ?? []).map(({ rule }) => [rule.key, rule.name] as const),
    ...(memory?.orphans ?? []).map(({ key, name }) => [key, name] as const),
  ]
  const { id: groupId, file, name } = group
  return { groupId, file, group: name, version, rules: Object.fromEntries(names) }
}

/** Without spreading: a call takes only some 100,000 arguments. */
function append<T>(to: T[], from: readonly T[]): void {
  for (const item of from) to.push(item)
}
