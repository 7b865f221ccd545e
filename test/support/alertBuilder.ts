import type { AlertRecord } from '../../src/core/alert.ts'
import { fingerprint } from '../../src/core/labels.ts'
import type { Labels } from '../../src/core/labels.ts'

/** 2026-01-01T00:00:00Z, where fake clocks start. */
export const START = Date.UTC(2026, 0, 1)

/** A firing alert of a rule, since START, with what a test wants different. */
export function buildAlert(labels: Labels, other: Partial<AlertRecord> = {}): AlertRecord {
  return {
    fingerprint: fingerprint(labels),
    labels,
    annotations: {},
    status: 'firing',
    activeAt: START,
    startsAt: START,
    endsAt: null,
    timeout: false,
    updatedAt: START,
    generatorURL: '',
    value: '1',
    source: {
      kind: 'rule',
      groupId: 'g1',
      ruleKey: 'r1',
      version: 'v1',
    },
    heldBy: ['g1/r1'],
    ack: null,
    ...other,
  }
}
