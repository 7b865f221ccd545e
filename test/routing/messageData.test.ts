import { describe, expect, it, test } from 'vitest'
import type { Labels } from '../../src/core/labels.ts'
import { compareAlerts, compareLabelSets } from '../../src/routing/alertOrder.ts'
import { commonPairs, messageData, quoteRegex } from '../../src/routing/messageData.ts'
import type { MessageInput } from '../../src/routing/messageData.ts'
import { record } from './builders.ts'

const NOW = 1_000

function message(overrides: Partial<MessageInput> = {}): ReturnType<typeof messageData> {
  return messageData({
    receiver: 'wh.dot',
    groupKey: '{}:{alertname="Disk"}',
    groupLabels: { alertname: 'Disk' },
    alerts: [],
    endedUntold: new Set(),
    now: NOW,
    reason: 'first',
    notice: '',
    externalURL: 'http://tocsin.example',
    ...overrides,
  })
}

const firing = record({
  labels: { alertname: 'Disk', instance: 'b' },
  annotations: { a: '1', b: '2' },
})
const resolved = record({
  labels: { alertname: 'Disk', instance: 'a' },
  annotations: { a: '1', b: '3' },
  status: 'resolved',
  endsAt: NOW,
})

describe('messageData', () => {
  test('tells everything of two alerts', () => {
    const acked = {
      ...firing,
      ack: { by: 'alice', at: 5, note: 'on it', until: null, occurrence: 0 },
    }
    expect(message({ alerts: [acked, resolved], reason: 'some-resolved', notice: 'late' })).toEqual(
      {
        receiver: 'wh\\.dot',
        status: 'firing',
        alerts: [
          {
            status: 'resolved',
            labels: resolved.labels,
            annotations: resolved.annotations,
            startsAt: 0,
            endsAt: NOW,
            generatorURL: '',
            fingerprint: resolved.fingerprint,
            ack: null,
          },
          {
            status: 'firing',
            labels: firing.labels,
            annotations: firing.annotations,
            startsAt: 0,
            endsAt: null,
            generatorURL: '',
            fingerprint: firing.fingerprint,
            ack: { by: 'alice', note: 'on it' },
          },
        ],
        groupKey: '{}:{alertname="Disk"}',
        groupLabels: { alertname: 'Disk' },
        commonLabels: { alertname: 'Disk' },
        commonAnnotations: { a: '1' },
        externalURL: 'http://tocsin.example',
        reason: 'some-resolved',
        reasonText: 'some alerts resolved',
        notice: 'late',
      },
    )
  })

  test('is resolved when all alerts are', () => {
    expect(message({ alerts: [resolved] }).status).toBe('resolved')
  })

  test('an alert of a client with an end to come is firing without one', () => {
    const [alert] = message({ alerts: [{ ...firing, endsAt: NOW + 1 }] }).alerts
    expect(alert).toMatchObject({ status: 'firing', endsAt: null })
  })

  test('an alert that ended before it could be told is firing and has its end', () => {
    const data = message({ alerts: [resolved], endedUntold: new Set([resolved.fingerprint]) })
    expect(data.status).toBe('firing')
    expect(data.alerts[0]).toMatchObject({ status: 'firing', endsAt: NOW })
  })

  it.each([
    ['repeat', 'repeat interval elapsed'],
    ['fallback', 'fallback for another receiver'],
    ['replay', 'sent again on request'],
  ] as const)('reason %s is said as "%s"', (reason, want) =>
    expect(message({ reason }).reasonText).toBe(want),
  )
})

it.each([
  ['one set', [{ a: '1' }], { a: '1' }],
  [
    'another value',
    [
      { a: '1', b: '1' },
      { a: '1', b: '2' },
    ],
    { a: '1' },
  ],
  ['a missing label', [{ a: '1', b: '1' }, { a: '1' }], { a: '1' }],
  ['a name that objects inherit', [{ constructor: 'x' }, {}], {}],
  ['no sets', [], {}],
])('commonPairs: %s', (_name, sets, want) =>
  expect({ ...commonPairs(sets as unknown as Labels[]) }).toEqual(want),
)

test('quoteRegex quotes what patterns mean', () => {
  expect(quoteRegex('a.b+c|(d)-[e]{f}^$*?\\')).toBe(
    'a\\.b\\+c\\|\\(d\\)-\\[e\\]\\{f\\}\\^\\$\\*\\?\\\\',
  )
})

describe('the order of alerts', () => {
  it.each([
    [
      'by job before instance',
      [
        { job: 'a', instance: '2' },
        { job: 'b', instance: '1' },
      ],
    ],
    ['alerts with a job first', [{ job: 'z', a: '1', b: '1' }, { a: '1' }]],
    ['alerts with an instance first', [{ job: 'a', instance: 'z' }, { job: 'a' }]],
    ['values as text, 10 before 2', [{ instance: '10' }, { instance: '2' }]],
    ['fewer labels first', [{ z: '9' }, { a: '1', b: '1' }]],
    ['the set that lacks the first name first', [{ b: '1' }, { a: '1' }]],
    [
      'at the same names the smaller value',
      [
        { a: '1', b: '2' },
        { a: '2', b: '1' },
      ],
    ],
    [
      'a difference in an early value counts more than a later name',
      [
        { a: '1', b: '1' },
        { a: '2', c: '1' },
      ],
    ],
  ])('%s', (_name, wanted) => {
    const [first, second] = wanted as unknown as [Labels, Labels]
    expect(compareAlerts(first, second)).toBeLessThan(0)
    expect(compareAlerts(second, first)).toBeGreaterThan(0)
    expect(compareAlerts(first, { ...first })).toBe(0)
  })

  test('label sets alone do not know job and instance', () => {
    expect(compareLabelSets({ job: 'a' }, { a: '1' })).toBeLessThan(0)
  })
})
