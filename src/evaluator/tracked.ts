import { type AlertState, INACTIVE } from '../core/alert.ts'
import type { Labels } from '../core/labels.ts'
import type { VectorIndex } from '../datasource/vectorIndex.ts'
import type { StoredInstance } from '../store/evaluationStore.ts'

/**
 * One alert instance in memory. Only `applyOutcome` and the functions of this file change one, after the change was
 * committed: what is in memory never runs ahead of the store.
 */
export interface Instance {
  readonly fingerprint: string
  readonly labels: Labels
  /** Its place in `Tracked.slots`; -1: not tracked (yet). */
  slot: number
  state: AlertState
  /** The value that was told with the last transition; null: not known any more (a restart, other annotations). */
  told: string | null
  /** Epoch ms of that transition. */
  toldAt: number
  /** The value may differ from `told`. Saves comparing texts on every tick. */
  stale: boolean
}

/** All that is remembered of one rule between evaluations. 100,000 instances take some 30 MB, the answer apart. */
export interface Tracked {
  /** Instances by slot; null where one has ended. */
  readonly slots: Array<Instance | null>
  readonly freeSlots: number[]
  readonly byFingerprint: Map<string, Instance>
  /** The last answer that was evaluated and committed, to compare the next one with. */
  index: VectorIndex | null
  /** For each element of `index` the slot of its instance, -1 for none (over the limit). */
  positions: Int32Array
  /** How the last template that was rendered failed; '' when none did. */
  templateError: string
}

export function createTracked(): Tracked {
  return {
    slots: [],
    freeSlots: [],
    byFingerprint: new Map(),
    index: null,
    positions: new Int32Array(),
    templateError: '',
  }
}

/** An instance that is not tracked yet. */
export function newInstance(fingerprint: string, labels: Labels): Instance {
  return { fingerprint, labels, slot: -1, state: INACTIVE, told: null, toldAt: 0, stale: false }
}

/** Adds what the store knew. The told value is not stored, so a firing alert is told anew once `refreshMs` is over. */
export function restoreInstance(tracked: Tracked, stored: StoredInstance, now: number): void {
  const instance = newInstance(stored.fingerprint, stored.labels)
  instance.state = stored.state
  instance.toldAt = now
  instance.stale = true
  addInstance(tracked, instance)
}

export function addInstance(tracked: Tracked, instance: Instance): void {
  instance.slot = tracked.freeSlots.pop() ?? tracked.slots.length
  tracked.slots[instance.slot] = instance
  tracked.byFingerprint.set(instance.fingerprint, instance)
}

export function removeInstance(tracked: Tracked, instance: Instance): void {
  tracked.slots[instance.slot] = null
  tracked.freeSlots.push(instance.slot)
  tracked.byFingerprint.delete(instance.fingerprint)
}

/** Pending instances begin again at the next evaluation that returns them: nothing was evaluated for too long. */
export function restartPending(tracked: Tracked): void {
  for (const instance of tracked.byFingerprint.values()) {
    if (instance.state.status === 'pending') instance.state = INACTIVE
  }
}

/** Times that lie in the future were taken from a clock that has been corrected since: they count from `now`. */
export function clampTimes(tracked: Tracked, now: number): void {
  for (const instance of tracked.byFingerprint.values()) {
    const { state } = instance
    if (state.status === 'pending' && state.activeAt > now) {
      instance.state = { ...state, activeAt: now }
    }
    if (state.status === 'firing' && state.clearSince !== null && state.clearSince > now) {
      instance.state = { ...state, clearSince: now }
    }
    instance.toldAt = Math.min(instance.toldAt, now)
  }
}

/** Annotations have another text now: firing alerts are told anew at the next evaluation. */
export function forgetTold(tracked: Tracked): void {
  for (const instance of tracked.byFingerprint.values()) {
    instance.told = null
    instance.toldAt = -Infinity
    instance.stale = true
  }
}

/** How many instances are pending and firing. */
export function countStates(tracked: Tracked): {
  readonly pending: number
  readonly firing: number
} {
  let pending = 0
  let firing = 0
  for (const { state } of tracked.byFingerprint.values()) {
    if (state.status === 'pending') pending++
    else if (state.status === 'firing') firing++
  }
  return { pending, firing }
}
