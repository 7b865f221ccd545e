import type { AlertState, Transition } from '../core/alert.ts'
import type { Instance, Tracked } from './tracked.ts'

/** The end of an instance: `resolved` when it was firing, `cleared` when it was pending. */
export function endTransition(
  instance: Instance,
  ruleKey: string,
  state: AlertState & { readonly status: 'inactive' | 'resolved' },
  at: number,
): Transition {
  return {
    fingerprint: instance.fingerprint,
    ruleKey,
    kind: state.status === 'resolved' ? 'resolved' : 'cleared',
    at,
    labels: instance.labels,
    ...timesOf(state.status === 'resolved' ? state : instance.state, at),
  }
}

/** The ends of all instances of a rule that no file names any more. */
export function removalTransitions(ruleKey: string, tracked: Tracked, at: number): Transition[] {
  return [...tracked.byFingerprint.values()].map((instance) => {
    const { fingerprint, labels, state } = instance
    const kind = state.status === 'firing' ? 'resolved' : 'cleared'
    const base = { fingerprint, ruleKey, kind, at, labels, ...timesOf(state, at) } as const
    return kind === 'resolved' ? { ...base, cause: 'rule-removed' } : base
  })
}

/** The times of a state as transitions carry them; `at` for an instance that begins anew. */
export function timesOf(
  state: AlertState,
  at: number,
): { readonly activeAt: number; readonly firedAt?: number } {
  switch (state.status) {
    case 'inactive':
      return { activeAt: at }
    case 'pending':
      return { activeAt: state.activeAt }
    case 'firing':
    case 'resolved':
      return { activeAt: state.activeAt, firedAt: state.firedAt }
  }
}
