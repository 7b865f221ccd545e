import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { INACTIVE, isOver, RESOLVED_RETENTION_MS, step } from '../../src/core/alert.ts'
import type { AlertState, Timing } from '../../src/core/alert.ts'
import { shardOf, SHARDS } from '../../src/core/shard.ts'
import { fingerprint } from '../../src/core/labels.ts'

const MINUTE = 60_000

/** Feeds one character per minute ('1' returned, '.' not); the states after each. */
function run(seen: string, timing: Timing): AlertState[] {
  let state = INACTIVE
  return Array.from(seen, (char, minute) => {
    state = step(state, char === '1', timing, minute * MINUTE)
    return state
  })
}

function timing(forMinutes: number, keepMinutes: number): Timing {
  return { forMs: forMinutes * MINUTE, keepFiringMs: keepMinutes * MINUTE }
}

describe('step', () => {
  it.each([
    ['fires at once without for', timing(0, 0), '1', 'firing'],
    ['waits out for', timing(2, 0), '111', 'pending pending firing'],
    ['restarts for after a gap', timing(2, 0), '1.11', 'pending inactive pending pending'],
    ['resolves at once', timing(0, 0), '1.', 'firing resolved'],
    ['keeps firing through a short gap', timing(0, 2), '1.1', 'firing firing firing'],
    ['resolves when the gap is long enough', timing(0, 2), '1...', 'firing firing firing resolved'],
    [
      'a return restarts keep_firing_for',
      timing(0, 2),
      '1..1..',
      'firing firing firing firing firing firing',
    ],
    ['fires anew after it resolved', timing(0, 0), '1.1', 'firing resolved firing'],
    ['waits out for anew', timing(1, 0), '11.1', 'pending firing resolved pending'],
    [
      'is forgotten after the retention',
      timing(0, 0),
      `1${'.'.repeat(17)}`,
      `firing ${'resolved '.repeat(16)}inactive`,
    ],
  ])('%s', (_name, timing, seen, want) =>
    expect(run(seen, timing).map((state) => state.status)).toEqual(want.split(' ')),
  )

  test('an occurrence remembers when it began', () => {
    expect(run('111.', timing(2, 0)).at(-1)).toEqual({
      status: 'resolved',
      activeAt: 0,
      firedAt: 2 * MINUTE,
      resolvedAt: 3 * MINUTE,
    })
  })

  test('nothing new is the same object', () => {
    const firing = step(INACTIVE, true, timing(0, 5), 0)
    expect(step(firing, true, timing(0, 5), 1)).toBe(firing)
    const fading = step(firing, false, timing(0, 5), 2)
    expect(step(fading, false, timing(0, 5), 3)).toBe(fading)
  })

  test('never fires before it has matched for `for` without a gap', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[1.]{0,30}$/), fc.nat(10), (seen, forMinutes) => {
        const fired = run(seen, timing(forMinutes, 0)).findIndex((s) => s.status === 'firing')
        if (fired >= 0) {
          expect(seen.slice(0, fired + 1)).toMatch(new RegExp(`1{${forMinutes + 1}}$`))
        }
      }),
    )
  })

  test('a resolved instance stays for exactly the retention', () => {
    const resolved = run('1.', timing(0, 0)).at(-1) as AlertState
    expect(step(resolved, false, timing(0, 0), MINUTE + RESOLVED_RETENTION_MS)).toBe(resolved)
    expect(step(resolved, false, timing(0, 0), MINUTE + RESOLVED_RETENTION_MS + 1)).toBe(INACTIVE)
  })
})

it.each([
  ['no end', null, false],
  ['a later end', 101, false],
  ['an end now', 100, true],
])('isOver: %s', (_name, endsAt, want) => expect(isOver({ endsAt }, 100)).toBe(want))

test('shards are used evenly', () => {
  const counts = Array.from({ length: SHARDS }, () => 0)
  for (let i = 0; i < 16_000; i++) {
    const shard = shardOf(fingerprint({ alertname: 'Disk', instance: `host-${i}` }))
    counts[shard] = (counts[shard] ?? 0) + 1
  }
  expect(Math.min(...counts)).toBeGreaterThan(700)
  expect(Math.max(...counts)).toBeLessThan(1_300)
})
