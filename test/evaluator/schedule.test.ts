import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { MINUTE } from '../../src/core/time.ts'
import { lastSlot, nextSlot, plan, slotOffset } from '../../src/evaluator/schedule.ts'

const at = (text: string): number => Date.parse(`2026-08-20T${text}Z`)
const OFFSET = 17_250

describe('slots', () => {
  it.each([
    ['the first slot after the start', '10:00:05.000', '10:00:17.250'],
    ['the next interval when the slot is over', '10:00:30.000', '10:01:17.250'],
    ['a slot that is now is not the next one', '10:00:17.250', '10:01:17.250'],
  ])('%s', (_name, now, want) => {
    expect(nextSlot(at(now), MINUTE, OFFSET)).toBe(at(want))
  })

  test('the offset is stable, inside the interval, and spreads groups', () => {
    const ids = Array.from({ length: 600 }, (_, i) =>
      (i * 2_654_435_761).toString(16).padStart(64, '0').split('').toReversed().join(''),
    )
    const offsets = ids.map((id) => slotOffset(id, MINUTE))
    expect(offsets).toEqual(ids.map((id) => slotOffset(id, MINUTE)))
    expect(offsets.every((offset) => offset >= 0 && offset < MINUTE)).toBe(true)
    const firstHalf = offsets.filter((offset) => offset < MINUTE / 2).length
    expect(firstHalf).toBeGreaterThan(200)
    expect(firstHalf).toBeLessThan(400)
  })
})

describe('plan', () => {
  it.each([
    [
      'on time',
      '10:00:17.250',
      '10:00:20.000',
      { slot: '10:01:17.250', waitMs: 57_250, missed: 0 },
    ],
    [
      'an iteration of 150 s misses one slot and goes on at once',
      '10:00:17.250',
      '10:02:47.250',
      { slot: '10:02:17.250', waitMs: 0, missed: 1 },
    ],
    [
      'late by less than an interval: at once, nothing missed',
      '10:00:17.250',
      '10:01:20.000',
      { slot: '10:01:17.250', waitMs: 0, missed: 0 },
    ],
    ['exactly due', '10:00:17.250', '10:01:17.250', { slot: '10:01:17.250', waitMs: 0, missed: 0 }],
    [
      'a suspended machine',
      '10:00:17.250',
      '12:00:17.250',
      { slot: '12:00:17.250', waitMs: 0, missed: 119 },
    ],
    [
      'a clock set back a little waits, and drops the slots that come again',
      '10:00:17.250',
      '09:58:30.000',
      { slot: '10:01:17.250', waitMs: 167_250, dropped: 2 },
    ],
    [
      'a clock set back by hours begins anew',
      '10:00:17.250',
      '06:00:00.000',
      { slot: '06:00:17.250', waitMs: 17_250, reset: true },
    ],
  ] as Array<[string, string, string, Record<string, unknown>]>)('%s', (_name, last, now, want) => {
    const { slot, ...rest } = want
    const next = plan(at(last), at(now), MINUTE, OFFSET)
    expect(new Date(next.slot).toISOString().slice(11, 23)).toBe(slot)
    expect(next).toMatchObject(rest)
  })

  test('without a slot before, the next one is waited for', () => {
    expect(plan(null, at('10:00:17.250'), MINUTE, OFFSET).slot).toBe(at('10:01:17.250'))
  })

  test('slots only grow while the clock does, lie on the grid, and none is lost uncounted', () => {
    const interval = fc.integer({ min: 1, max: 10_000 })
    const steps = fc.array(fc.nat(30_000), { minLength: 1, maxLength: 50 })
    fc.assert(
      fc.property(interval, fc.nat(9_999), steps, (intervalMs, hash, stepsMs) => {
        const offset = hash % intervalMs
        const first = lastSlot(1_000_000, intervalMs, offset)
        let last = first
        let now = 1_000_000
        let counted = 0
        for (const ms of stepsMs) {
          now += ms
          const next = plan(last, now, intervalMs, offset)
          expect(next.slot).toBeGreaterThan(last)
          expect((next.slot - offset) % intervalMs).toBe(0)
          expect(next.reset).toBe(false)
          counted += next.missed + 1
          last = next.slot
          now = Math.max(now, next.slot)
        }
        expect(first + counted * intervalMs).toBe(last)
      }),
    )
  })
})
