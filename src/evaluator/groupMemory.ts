import type { AlertingRule, RuleGroup } from '../rules/ruleSet.ts'
import type { GroupHealth, RuleHealth, StoredInstance } from '../store/evaluationStore.ts'
import { type CompiledRule, compileRule, type RuleEnvironment } from './compiledRule.ts'
import {
  clampTimes,
  countStates,
  createTracked,
  forgetTold,
  restartPending,
  restoreInstance,
  type Tracked,
} from './tracked.ts'

/** One rule of a group, with what is remembered of it. */
export interface RuleMemory {
  readonly rule: AlertingRule
  readonly compiled: CompiledRule
  readonly tracked: Tracked
  /** As last committed. */
  health: RuleHealth
}

/** A rule that no file names any more. Its alerts end some time later, so that a moved rule can take over. */
export interface OrphanedRule {
  readonly key: string
  readonly name: string
  readonly tracked: Tracked
  /** Epoch ms. */
  readonly removedAt: number
}

/** What a group's owner keeps in memory between ticks. */
export interface GroupMemory {
  readonly rules: readonly RuleMemory[]
  readonly orphans: readonly OrphanedRule[]
  /** The slot in the store; null before the first commit. */
  readonly committedSlot: number | null
  readonly missed: number
}

export interface StoredGroup {
  readonly slot: number | null
  readonly instances: readonly StoredInstance[]
  readonly health: GroupHealth | null
}

/**
 * Builds the memory of a group from the store. Times continue where they were: neither `for` nor keep_firing_for begin
 * anew, except for pending alerts when nothing was evaluated for longer than `outageToleranceMs`.
 */
export function restoreGroup(
  group: RuleGroup,
  stored: StoredGroup,
  environment: RuleEnvironment,
  now: number,
  outageToleranceMs: number,
): GroupMemory {
  const byKey = new Map<string, Tracked>()
  for (const instance of stored.instances) {
    let tracked = byKey.get(instance.ruleKey)
    if (tracked === undefined) byKey.set(instance.ruleKey, (tracked = createTracked()))
    restoreInstance(tracked, instance, now)
  }
  const wasAway = stored.slot !== null && now - stored.slot > outageToleranceMs
  for (const tracked of byKey.values()) {
    clampTimes(tracked, now)
    if (wasAway) restartPending(tracked)
  }
  const former = new Map(stored.health?.rules.map((health) => [health.key, health]))
  const rules = alertingRules(group).map((rule) => ({
    rule,
    compiled: compileRule(rule, environment),
    tracked: byKey.get(rule.key) ?? createTracked(),
    health: former.get(rule.key) ?? unknownHealth(rule.key),
  }))
  const known = new Set(rules.map(({ rule }) => rule.key))
  const orphans = [...byKey]
    .filter(([key]) => !known.has(key))
    .map(([key, tracked]) => ({ key, name: alertnameOf(tracked), tracked, removedAt: now }))
  return { rules, orphans, committedSlot: stored.slot, missed: stored.health?.missed ?? 0 }
}

/**
 * Gives a changed group its new rules. States are carried over by rule key; other expressions, `for` or annotations
 * apply at once. Rules that are gone become orphans, and come back from there when they are put back.
 */
export function updateGroup(
  memory: GroupMemory,
  group: RuleGroup,
  environment: RuleEnvironment,
  now: number,
): GroupMemory {
  const former = new Map(memory.rules.map((rule) => [rule.rule.key, rule]))
  const orphaned = new Map(memory.orphans.map((orphan) => [orphan.key, orphan]))
  const rules = alertingRules(group).map((rule) => {
    const before = former.get(rule.key)
    const tracked = before?.tracked ?? orphaned.get(rule.key)?.tracked ?? createTracked()
    if (before === undefined || !sameTexts(before.rule, rule)) forgetTold(tracked)
    const health = before?.health ?? unknownHealth(rule.key)
    return { rule, compiled: compileRule(rule, environment), tracked, health }
  })
  for (const { rule } of rules) {
    former.delete(rule.key)
    orphaned.delete(rule.key)
  }
  const gone = [...former.values()]
    .filter(({ tracked }) => tracked.byFingerprint.size > 0)
    .map(({ rule, tracked }) => ({ key: rule.key, name: rule.name, tracked, removedAt: now }))
  return { ...memory, rules, orphans: [...orphaned.values(), ...gone] }
}

/** For the clock having been set back: nothing may lie in the future. */
export function clampGroup(memory: GroupMemory, now: number): void {
  for (const { tracked } of [...memory.rules, ...memory.orphans]) clampTimes(tracked, now)
}

export function countGroup(memory: GroupMemory): {
  readonly pending: number
  readonly firing: number
} {
  let pending = 0
  let firing = 0
  for (const { tracked } of [...memory.rules, ...memory.orphans]) {
    const counts = countStates(tracked)
    pending += counts.pending
    firing += counts.firing
  }
  return { pending, firing }
}

export function unknownHealth(key: string): RuleHealth {
  return {
    key,
    health: 'unknown',
    lastError: '',
    lastEvaluationAt: null,
    durationMs: 0,
    samples: 0,
    failingSince: null,
    templateError: '',
    overLimit: 0,
  }
}

/** Recording rules are shown, not evaluated. */
function alertingRules(group: RuleGroup): AlertingRule[] {
  return group.rules.filter((rule) => rule.kind === 'alerting')
}

/** Whether what a notification says of the rule is the same. */
function sameTexts(a: AlertingRule, b: AlertingRule): boolean {
  if (a.expr !== b.expr) return false
  const names = Object.keys(a.annotations)
  if (names.length !== Object.keys(b.annotations).length) return false
  return names.every((name) => a.annotations[name] === b.annotations[name])
}

function alertnameOf(tracked: Tracked): string {
  for (const instance of tracked.byFingerprint.values()) return instance.labels['alertname'] ?? ''
  return ''
}
