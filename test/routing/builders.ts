import type { AlertRecord, Transition } from '../../src/core/alert.ts'
import { fingerprint } from '../../src/core/labels.ts'
import type { Labels } from '../../src/core/labels.ts'
import { isMatcherError, parseMatchers } from '../../src/core/matcher.ts'
import type { Matcher } from '../../src/core/matcher.ts'
import type { IncomingAlert } from '../../src/routing/incomingAlert.ts'
import type { TransitionOrigin } from '../../src/store/evaluationStore.ts'

export const LABELS: Labels = { alertname: 'Disk', instance: 'db-1' }

/** The matchers of a text that is known to be good. */
export function matchersOf(text: string): Matcher[] {
  const parsed = parseMatchers(text)
  if (isMatcherError(parsed)) throw new Error(parsed.error)
  return parsed
}

/** An alert that a client posted. */
export function incoming(overrides: Partial<IncomingAlert> = {}): IncomingAlert {
  return {
    labels: LABELS,
    annotations: {},
    startsAt: 0,
    endsAt: 1_000,
    timeout: false,
    updatedAt: 0,
    generatorURL: '',
    ...overrides,
  }
}

export function origin(groupId = 'g1'): TransitionOrigin {
  return { groupId, file: 'disk.yml', group: 'disk', version: 'v1', rules: { r1: 'Disk' } }
}

export function transition(
  kind: Transition['kind'],
  at: number,
  overrides: Partial<Transition> = {},
): Transition {
  return {
    fingerprint: fingerprint(LABELS),
    ruleKey: 'r1',
    kind,
    at,
    labels: LABELS,
    activeAt: at,
    ...(kind === 'firing' || kind === 'refreshed'
      ? { firedAt: at, annotations: {}, value: '1' }
      : {}),
    ...overrides,
  }
}

export function record(overrides: Partial<AlertRecord> = {}): AlertRecord {
  const labels = overrides.labels ?? LABELS
  return {
    fingerprint: fingerprint(labels),
    labels,
    annotations: {},
    status: 'firing',
    activeAt: 0,
    startsAt: 0,
    endsAt: null,
    timeout: false,
    updatedAt: 0,
    generatorURL: '',
    value: '1',
    source: { kind: 'api' },
    heldBy: [],
    ack: null,
    ...overrides,
  }
}
