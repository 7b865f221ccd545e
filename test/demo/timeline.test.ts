import { stripVTControlCharacters } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { formatTimeline, timelineLine } from '../../src/demo/timeline.ts'
import type { HistoryEntry } from '../../src/store/historyStore.ts'

/** Ten past noon, local time, as the timeline shows it. */
const at = new Date(2026, 10, 20, 12, 10, 5).getTime()
const groupKey = '{}:{service="checkout"}'

const plain = (entry: HistoryEntry): string | null => {
  const line = formatTimeline(entry)
  return line === null ? null : stripVTControlCharacters(line)
}

describe('a line of the timeline', () => {
  it.each<[string, Omit<HistoryEntry, 'at'>, string | null]>([
    [
      'an alert begins to fire',
      {
        kind: 'transition',
        what: 'firing',
        alertname: 'HighErrorRatio',
        fingerprint: 'ab12',
        detail: { group: 'demo', value: '0.25431234', labels: 'service=checkout' },
      },
      '12:10:05  firing                      HighErrorRatio      service=checkout, value 0.2543',
    ],
    [
      'an alert resolves because its rule is gone',
      { kind: 'transition', what: 'resolved', alertname: 'A', detail: { cause: 'rule-removed' } },
      '12:10:05  resolved                    A                   rule-removed',
    ],
    [
      'an alert without details',
      { kind: 'transition', what: 'pending', alertname: 'A' },
      '12:10:05  pending                     A',
    ],
    ['a refresh is not shown', { kind: 'transition', what: 'refreshed', alertname: 'A' }, null],
    [
      'a message is decided on',
      {
        kind: 'flush',
        what: 'first notification',
        groupKey,
        detail: {
          receiver: 'on-call',
          integration: 'on-call/slack/0',
          delivery: 'x',
          firing: 1,
          resolved: 0,
        },
      },
      '12:10:05  first notification          service=checkout    slack to on-call, 1 firing',
    ],
    [
      'a message is kept quiet',
      {
        kind: 'flush',
        what: 'not sent: silenced',
        alertname: 'A',
        groupKey,
        detail: { receiver: 'on-call', by: '4f2' },
      },
      '12:10:05  not sent: silenced          A                   to on-call, by 4f2',
    ],
    [
      'a message of a group of everything',
      { kind: 'flush', what: 'repeat interval elapsed', groupKey: '{}:{}' },
      '12:10:05  repeat interval elapsed     all alerts',
    ],
    [
      'a message of a nested route',
      { kind: 'flush', what: 'first notification', groupKey: '{}/{a="b"}:{x="1", y="2"}' },
      '12:10:05  first notification          x=1, y=2',
    ],
    [
      'a message is delivered',
      {
        kind: 'delivery',
        what: 'delivered',
        groupKey,
        detail: {
          receiver: 'on-call',
          integration: 'on-call/email/0',
          answer: '250 queued as 4F2',
          attempt: 1,
          durationMs: 38,
          note: '',
          nextAttemptAt: null,
        },
      },
      '12:10:05  delivered                   service=checkout    email to on-call, 250 queued as 4F2, 38 ms',
    ],
    [
      'a message is tried again',
      {
        kind: 'delivery',
        what: 'retry',
        groupKey,
        detail: {
          receiver: 'a/b',
          integration: 'a/b/sms/1',
          answer: '503 Service Unavailable',
          attempt: 2,
          nextAttemptAt: at + 4_000,
        },
      },
      '12:10:05  retry                       service=checkout    sms to a/b, 503 Service Unavailable, attempt 2, again at 12:10:09',
    ],
    [
      'a person acknowledges',
      {
        kind: 'action',
        what: 'acknowledged',
        alertname: 'HighErrorRatio',
        by: 'alice',
        detail: { note: 'on it', until: null },
      },
      '12:10:05  acknowledged                HighErrorRatio      by alice, note on it',
    ],
    [
      'text that would break the screen',
      {
        kind: 'transition',
        what: 'firing',
        alertname: 'A\n\u001b[2J',
        detail: { labels: 'x=\r\u0007y' },
      },
      '12:10:05  firing                      A [2J               x= y',
    ],
  ])('%s', (_name, entry, want) => expect(plain({ at, ...entry })).toBe(want))

  test('never has more than one line, nor is it endless', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.string({ maxLength: 3_000 }),
        (what, about, details) => {
          const line = stripVTControlCharacters(timelineLine(at, what, about, details))
          expect(line).not.toMatch(/[\n\r\u001b]/)
          expect(line.length).toBeLessThan(200 + what.length + about.length)
        },
      ),
    )
  })
})
