import { fingerprint } from '../core/labels.ts'
import { labelsAt, parseSampleValue, valueAt, type VectorIndex } from '../datasource/vectorIndex.ts'
import type { CompiledRule, TemplateContext } from './compiledRule.ts'
import { alertLabels } from './identity.ts'
import { type Instance, newInstance, type Tracked } from './tracked.ts'

/** An alert that is not tracked yet, and where it stands in the answer. */
export interface Newcomer {
  readonly position: number
  readonly instance: Instance
  /** What its labels were rendered from, and its annotations will be. */
  readonly context: TemplateContext
}

/** Which tracked instance each element of an answer belongs to. */
export interface Match {
  /** Slot by position; -1 for newcomers. */
  readonly positions: Int32Array
  /** Position by slot, counted from 1; 0: not in the answer. */
  readonly seen: Int32Array
  readonly newcomers: readonly Newcomer[]
  readonly rendered: boolean
  readonly templateError: string
}

/** What templates see of one element. */
export function contextAt(
  rule: CompiledRule,
  index: VectorIndex,
  position: number,
  now: number,
): TemplateContext {
  return {
    labels: labelsAt(index, position),
    value: parseSampleValue(valueAt(index, position)),
    externalLabels: rule.externalLabels,
    externalURL: rule.externalUrl,
    now,
  }
}

/**
 * Finds the instance of each element. Null when two elements have the same labels, so that it cannot be said which
 * one is meant. Labels are worked out only for series that were not in the last answer, or when they depend on more
 * than the series.
 */
export function matchSamples(
  tracked: Tracked,
  index: VectorIndex,
  rule: CompiledRule,
  now: number,
): Match | null {
  const positions = new Int32Array(index.count)
  const seen = new Int32Array(tracked.slots.length)
  const newcomers = new Map<string, Newcomer>()
  let rendered = false
  let templateError = ''

  for (let i = 0; i < index.count; i++) {
    let slot = knownSlot(tracked, index, rule, i)
    if (slot < 0) {
      const context = contextAt(rule, index, i, now)
      const { labels, error } = alertLabels(rule, context)
      rendered = true
      if (templateError === '') templateError = error
      const id = fingerprint(labels)
      slot = tracked.byFingerprint.get(id)?.slot ?? -1
      if (slot < 0) {
        if (newcomers.has(id)) return null
        newcomers.set(id, { position: i, instance: newInstance(id, labels), context })
      }
    }
    positions[i] = slot
    if (slot < 0) continue
    if (seen[slot] !== 0) return null
    seen[slot] = i + 1
  }
  return { positions, seen, newcomers: [...newcomers.values()], rendered, templateError }
}

/** The slot that the same series had in the last answer, -1 when it must be worked out. */
function knownSlot(
  tracked: Tracked,
  index: VectorIndex,
  rule: CompiledRule,
  position: number,
): number {
  if (rule.identityDependsOn === 'time') return -1
  if (rule.identityDependsOn === 'value' && index.changed[position] === 1) return -1
  const before = index.before === null ? position : (index.before[position] as number)
  return before < 0 ? -1 : (tracked.positions[before] as number)
}
