import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { isOver } from '../../src/core/alert.ts'
import type { AlertRecord, Transition } from '../../src/core/alert.ts'
import { applyTransition, mergeIncoming } from '../../src/routing/merge.ts'
import { incoming, LABELS, origin, record, transition } from './builders.ts'

const ACK = { by: 'alice', at: 5, note: '', until: null, occurrence: 10 }

describe('an alert posted again', () => {
  const NOW = 1_000_000
  const MINUTE = 60_000
  const end = (minutes: number, timeout = false): { endsAt: number; timeout: boolean } => ({
    endsAt: NOW + minutes * MINUTE,
    timeout,
  })

  // The table of routing-semantics 3.3: end in minutes from now.
  it.each([
    ['a timeout gives way to an explicit end', end(3, true), end(2), 2, false],
    ['an explicit end stands against an earlier timeout', end(3), end(2, true), 3, true],
    ['of two explicit ends the later stands', end(3), end(2), 3, false],
    ['a later timeout extends', end(2, true), end(3, true), 3, true],
    ['it fires again', end(-1), end(1), 1, false],
    ['it ends now', end(3), end(0), 0, false],
    ['of two past ends the later stands', end(-1), end(-2), -1, false],
  ])('%s', (_name, older, younger, wantMinutes, wantTimeout) => {
    const first = incoming({ startsAt: NOW - 10 * MINUTE, updatedAt: NOW - 5, ...older })
    const second = incoming({ startsAt: NOW - 9 * MINUTE, updatedAt: NOW, ...younger })
    const merged = mergeIncoming(mergeIncoming(undefined, first, NOW - 5 * MINUTE), second, NOW)
    expect(merged).toMatchObject({
      startsAt: NOW - 10 * MINUTE,
      endsAt: NOW + wantMinutes * MINUTE,
      timeout: wantTimeout,
      status: wantMinutes > 0 ? 'firing' : 'resolved',
      heldBy: wantMinutes > 0 ? ['api'] : [],
    })
  })

  test('the order of arrival does not matter, the time of receipt does', () => {
    const elder = incoming({ startsAt: 10, endsAt: 80, updatedAt: 20, annotations: { v: 'old' } })
    const younger = incoming({ startsAt: 15, endsAt: 90, updatedAt: 30, annotations: { v: 'new' } })
    const inOrder = mergeIncoming(mergeIncoming(undefined, elder, 40), younger, 40)
    const late = mergeIncoming(mergeIncoming(undefined, younger, 40), elder, 40)
    expect(inOrder).toMatchObject({ startsAt: 10, endsAt: 90, annotations: { v: 'new' } })
    expect(late).toEqual(inOrder)
  })

  /** TestMergeAlerts: pushes as [at, start, end or null, annotation], times in tenths of a second; resolve_timeout 5 min. */
  test.each([
    ['without ends', null],
    ['with ends as Prometheus gives them', 30],
  ])('the acceptance scenario, %s', (_name, endAfter) => {
    const pushes: ReadonlyArray<readonly [number, number, number | null, string]> = [
      [11, 11, null, ''],
      [12, 10, null, ''],
      [21, 20, null, 'v1'],
      [36, 15, null, 'v2'],
      [46, 30, 45, 'v2'],
      [48, 29, 48, 'v3'],
      [48, 29, 41, 'v3'],
      [53, 50, null, ''],
    ]
    const looks: ReadonlyArray<readonly [number, number, number | null, string]> = [
      [20, 10, null, ''],
      [30, 10, null, 'v1'],
      [40, 10, null, 'v2'],
      [50, 10, 48, 'v3'],
      [60, 50, null, ''],
    ]
    let current: AlertRecord | undefined
    let next = 0
    for (const [lookAt, startsAt, endsAt, v] of looks) {
      for (; next < pushes.length && (pushes[next]?.[0] ?? 0) < lookAt; next++) {
        const [at, start, end, annotation] = pushes[next] as (typeof pushes)[number]
        const given = end ?? (endAfter === null ? null : start + endAfter)
        const push = incoming({
          startsAt: start * 100,
          endsAt: given === null ? at * 100 + 300_000 : given * 100,
          timeout: given === null,
          updatedAt: at * 100,
          annotations: { v: annotation },
        })
        current = mergeIncoming(current, push, at * 100)
      }
      expect(current).toMatchObject({ startsAt: startsAt * 100, annotations: { v } })
      expect(isOver(current as AlertRecord, lookAt * 100)).toBe(endsAt !== null)
      if (endsAt !== null) expect(current?.endsAt).toBe(endsAt * 100)
    }
  })

  test('an end of the past that nobody knows of is kept as resolved', () => {
    expect(mergeIncoming(undefined, incoming({ endsAt: 5 }), 10)).toMatchObject({
      status: 'resolved',
      endsAt: 5,
      heldBy: [],
      source: { kind: 'api' },
    })
  })
})

describe('acknowledgement of a posted alert', () => {
  const acked = record({ startsAt: 10, endsAt: 100, heldBy: ['api'], ack: ACK })
  it.each([
    ['stays with a refresh', { startsAt: 10, endsAt: 200 }, 50, ACK],
    ['follows an earlier start', { startsAt: 5, endsAt: 90 }, 50, { ...ACK, occurrence: 5 }],
    ['stays with a start of now', { startsAt: 50, endsAt: 200 }, 50, ACK],
    ['goes when it ends', { startsAt: 10, endsAt: 50 }, 50, null],
    ['goes when it had run out', { startsAt: 10, endsAt: 200 }, 150, null],
    ['goes with a new occurrence', { startsAt: 120, endsAt: 200 }, 150, null],
  ])('%s', (_name, push, now, want) =>
    expect(mergeIncoming(acked, incoming({ ...push, updatedAt: now }), now).ack).toEqual(want),
  )
})

/** Applies transitions of rule r1 in group g1 (or the group given) one after another. */
function apply(
  start: AlertRecord | undefined,
  ...steps: ReadonlyArray<Transition | readonly [Transition, string]>
): AlertRecord | undefined {
  let current = start
  for (const item of steps) {
    const [step, group] = 'kind' in item ? [item, 'g1'] : item
    current = applyTransition(current, step, origin(group)) ?? undefined
  }
  return current
}

describe('a transition', () => {
  test('pending is shown', () => {
    expect(apply(undefined, transition('pending', 100))).toMatchObject({
      status: 'pending',
      activeAt: 100,
      startsAt: 100,
      endsAt: null,
      heldBy: ['g1/r1'],
    })
  })

  test('cleared removes what was only pending', () => {
    const pending = apply(undefined, transition('pending', 100))
    expect(applyTransition(pending, transition('cleared', 160), origin())).toBe(null)
  })

  test('firing begins an occurrence', () => {
    const fired = transition('firing', 160, {
      activeAt: 100,
      value: '0.97',
      annotations: { a: 'b' },
    })
    expect(apply(undefined, transition('pending', 100), fired)).toEqual({
      ...record({ activeAt: 100, startsAt: 160, updatedAt: 160, value: '0.97' }),
      annotations: { a: 'b' },
      heldBy: ['g1/r1'],
      heard: { 'g1/r1': 160 },
      source: {
        kind: 'rule',
        groupId: 'g1',
        ruleKey: 'r1',
        version: 'v1',
      },
    })
  })

  test('refreshed changes what it says, not when it began', () => {
    const refreshed = transition('refreshed', 200, { firedAt: 100, value: '2' })
    expect(apply(undefined, transition('firing', 100), refreshed)).toMatchObject({
      startsAt: 100,
      value: '2',
      updatedAt: 200,
    })
  })

  test('refreshed of a lost record restores it', () => {
    const refreshed = transition('refreshed', 200, { firedAt: 100 })
    expect(apply(undefined, refreshed)).toMatchObject({ status: 'firing', startsAt: 100 })
  })

  test('resolved ends it and keeps what it said', () => {
    const fired = transition('firing', 100, { annotations: { a: 'b' } })
    expect(apply(undefined, fired, transition('resolved', 300, { firedAt: 100 }))).toMatchObject({
      status: 'resolved',
      startsAt: 100,
      endsAt: 300,
      annotations: { a: 'b' },
      heldBy: [],
    })
  })

  test('resolved of a lost record is kept, so that it can be told', () => {
    expect(apply(undefined, transition('resolved', 300, { firedAt: 100 }))).toMatchObject({
      status: 'resolved',
      startsAt: 100,
      endsAt: 300,
    })
  })

  test('pending again leaves an ended alert to be told', () => {
    const ended = apply(undefined, transition('firing', 100), transition('resolved', 300))
    expect(applyTransition(ended, transition('pending', 360), origin())).toBe(ended)
    expect(applyTransition(ended, transition('cleared', 420), origin())).toBe(ended)
  })

  test('cleared ends an alert whose rule forgot that it fires', () => {
    const steps = [
      transition('firing', 100),
      transition('pending', 200),
      transition('cleared', 300),
    ]
    expect(apply(undefined, ...steps)).toMatchObject({ status: 'resolved', endsAt: 300 })
  })

  test('firing again is a new occurrence, not acknowledged', () => {
    const fired = apply(undefined, transition('firing', 100)) as AlertRecord
    const ended = apply({ ...fired, ack: ACK }, transition('resolved', 300))
    expect(ended?.ack).toBe(null)
    expect(apply(ended, transition('firing', 400))).toMatchObject({
      startsAt: 400,
      endsAt: null,
      ack: null,
    })
  })

  test('an acknowledgement survives a refresh', () => {
    const fired = apply(undefined, transition('firing', 100)) as AlertRecord
    expect(apply({ ...fired, ack: ACK }, transition('refreshed', 200))?.ack).toEqual(ACK)
  })
})

describe('an alert that several hold', () => {
  const both = apply(undefined, transition('firing', 100), [transition('firing', 110), 'g2'])

  test('ends with the last rule', () => {
    expect(both).toMatchObject({ startsAt: 100, heldBy: ['g1/r1', 'g2/r1'] })
    const one = apply(both, transition('resolved', 200))
    expect(one).toMatchObject({ status: 'firing', endsAt: null, heldBy: ['g2/r1'] })
    expect(apply(one, [transition('resolved', 210), 'g2'])).toMatchObject({
      status: 'resolved',
      endsAt: 210,
    })
  })

  test('a transition of one rule is no replay because another was heard later', () => {
    const ended = apply(undefined, transition('firing', 100), transition('resolved', 200))
    expect(apply(ended, [transition('firing', 150), 'g2'])).toMatchObject({
      status: 'firing',
      startsAt: 150,
    })
  })

  test('a rule that only waits does not keep it firing', () => {
    const fired = apply(undefined, [transition('pending', 90), 'g2'], transition('firing', 100))
    expect(apply(fired, transition('resolved', 200))).toMatchObject({
      status: 'resolved',
      endsAt: 200,
    })
  })

  test('a client holds it until the end it gave', () => {
    const ruled = apply(undefined, transition('firing', 100)) as AlertRecord
    const held = mergeIncoming(ruled, incoming({ startsAt: 90, endsAt: 900, updatedAt: 150 }), 150)
    expect(held).toMatchObject({ endsAt: null, startsAt: 100, heldBy: ['g1/r1', 'api'] })
    const left = apply(held, transition('resolved', 200))
    expect(left).toMatchObject({ status: 'firing', endsAt: 900, heldBy: ['api'] })
    expect(left).not.toHaveProperty('apiEndsAt')
    expect(apply(held, transition('resolved', 900))).toMatchObject({
      status: 'resolved',
      heldBy: [],
    })
  })

  test("a client's end does not end what a rule holds", () => {
    const ruled = apply(undefined, transition('firing', 100)) as AlertRecord
    const held = mergeIncoming(ruled, incoming({ endsAt: 900, updatedAt: 150 }), 150)
    const left = mergeIncoming(held, incoming({ endsAt: 160, updatedAt: 160 }), 160)
    expect(left).toMatchObject({ status: 'firing', endsAt: null, heldBy: ['g1/r1'] })
    expect(apply(left, transition('resolved', 200))).toMatchObject({
      status: 'resolved',
      endsAt: 200,
    })
    expect(mergeIncoming(left, incoming({ endsAt: 170, updatedAt: 170 }), 170)).toBe(left)
  })

  test('a rule takes a posted alert over and gives it back', () => {
    const push = incoming({ startsAt: 50, endsAt: 900, timeout: true })
    const acked = { ...mergeIncoming(undefined, push, 60), ack: ACK }
    const taken = apply(acked, transition('firing', 100))
    expect(taken).toMatchObject({ startsAt: 50, endsAt: null, ack: ACK, source: { kind: 'rule' } })
    expect(apply(taken, transition('resolved', 200))).toMatchObject({ endsAt: 900, timeout: true })
  })

  test('a posted alert that ran out is over when a rule fires', () => {
    const old = mergeIncoming(undefined, incoming({ startsAt: 10, endsAt: 90 }), 50)
    expect(apply(old, transition('firing', 100))).toMatchObject({
      startsAt: 100,
      heldBy: ['g1/r1'],
    })
  })

  test('a client makes a pending alert fire', () => {
    const waiting = apply(undefined, transition('pending', 100)) as AlertRecord
    const push = incoming({ startsAt: 120, endsAt: 900, updatedAt: 120 })
    expect(mergeIncoming(waiting, push, 120)).toMatchObject({
      status: 'firing',
      startsAt: 120,
      heldBy: ['api'],
    })
    expect(mergeIncoming(waiting, { ...push, endsAt: 120 }, 120)).toBe(waiting)
  })
})

/** A life of one instance that the evaluator can produce: times rise, and kinds follow one another as `step` allows. */
const history = fc
  .array(fc.constantFrom('up', 'down', 'same'), { maxLength: 12 })
  .map((moves): Transition[] => {
    let state: 'none' | 'pending' | 'firing' = 'none'
    return moves.flatMap((move, i): Transition[] => {
      const at = (i + 1) * 100
      if (move === 'same') return state === 'firing' ? [transition('refreshed', at)] : []
      if (move === 'up') {
        if (state === 'firing') return []
        state = state === 'none' ? 'pending' : 'firing'
        return [transition(state, at)]
      }
      const before = state
      state = 'none'
      if (before === 'none') return []
      return [transition(before === 'firing' ? 'resolved' : 'cleared', at, { firedAt: at - 50 })]
    })
  })

describe('replays', () => {
  test('of a part of the past change nothing', () => {
    fc.assert(
      fc.property(history, fc.nat(12), fc.nat(12), (transitions, from, length) => {
        const once = apply(undefined, ...transitions)
        // A record that was removed remembers nothing; only those that still exist are safe against replays.
        fc.pre(once !== undefined)
        const again = apply(once, ...transitions.slice(from, from + length))
        expect(again).toEqual(once)
      }),
    )
  })

  test('in the middle change nothing', () => {
    fc.assert(
      fc.property(history, fc.nat(12), (transitions, middle) => {
        fc.pre(transitions.every((step) => step.kind !== 'cleared'))
        const replayed = [
          ...transitions.slice(0, middle),
          ...transitions.slice(0, middle),
          ...transitions.slice(middle),
        ]
        expect(apply(undefined, ...replayed)).toEqual(apply(undefined, ...transitions))
      }),
    )
  })

  test('an end at the time of the last refresh still counts', () => {
    const fired = apply(undefined, transition('firing', 100))
    const ended = apply(fired, transition('resolved', 100, { cause: 'rule-removed' }))
    expect(ended).toMatchObject({ status: 'resolved', endsAt: 100 })
    expect(apply(ended, transition('firing', 100))).toBe(ended)
  })
})

test('labels of the record are those of the alert', () => {
  expect(apply(undefined, transition('firing', 100))?.labels).toEqual(LABELS)
})
