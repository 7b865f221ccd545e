import type { AlertState, Transition } from '../core/alert.ts'
import type { VectorIndex } from '../datasource/vectorIndex.ts'
import type { EvaluationCommit, StoredInstance } from '../store/evaluationStore.ts'
import { addInstance, type Instance, removeInstance, type Tracked } from './tracked.ts'

/** What becomes of one instance. */
export interface Change {
  readonly instance: Instance
  /** Its place in the answer, -1 when it is not in it. */
  readonly position: number
  /** `inactive` and `resolved` end the instance: nothing of it is kept here. */
  readonly state: AlertState
  /** The value that a transition tells, null when none does. */
  readonly told: string | null
}

/** What one good evaluation of a rule found out. Nothing has changed before `applyOutcome`. */
export interface Outcome {
  readonly index: VectorIndex
  readonly positions: Int32Array
  readonly changes: readonly Change[]
  /** Instances whose value may differ from the told one, which is not yet worth a transition. */
  readonly stale: readonly Instance[]
  readonly transitions: readonly Transition[]
  /** How many alerts there were, when that is more than the limit; else 0. */
  readonly overLimit: number
  readonly templateError: string
  readonly now: number
}

/** What the store has to write for an outcome. Changes that only told a value need no write. */
export function storedChanges(
  ruleKey: string,
  changes: readonly Change[],
): Pick<EvaluationCommit, 'put' | 'remove'> {
  const put: StoredInstance[] = []
  const remove: Array<EvaluationCommit['remove'][number]> = []
  for (const { instance, state } of changes) {
    const { fingerprint, labels } = instance
    if (isEnded(state)) remove.push({ ruleKey, fingerprint })
    else if (state !== instance.state) put.push({ ruleKey, fingerprint, labels, state })
  }
  return { put, remove }
}

/** Makes a committed outcome the state that the next evaluation starts from. */
export function applyOutcome(tracked: Tracked, outcome: Outcome): void {
  for (const { instance, position, state, told } of outcome.changes) {
    if (isEnded(state)) {
      if (instance.slot >= 0) removeInstance(tracked, instance)
      continue
    }
    if (instance.slot < 0) {
      addInstance(tracked, instance)
      outcome.positions[position] = instance.slot
    }
    instance.state = state
    if (told === null) continue
    instance.told = told
    instance.toldAt = outcome.now
    instance.stale = false
  }
  for (const instance of outcome.stale) instance.stale = true
  tracked.index = outcome.index
  tracked.positions = outcome.positions
  tracked.templateError = outcome.templateError
}

function isEnded(state: AlertState): boolean {
  return state.status === 'inactive' || state.status === 'resolved'
}
