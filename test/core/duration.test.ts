import * as fc from 'fast-check'
import { expect, it, test } from 'vitest'
import { durationProblem, formatDuration, parseDuration } from '../../src/core/duration.ts'

it.each([
  ['minutes', '5m', 300_000],
  ['hours and minutes', '1h30m', 5_400_000],
  ['days and hours', '1d12h', 129_600_000],
  ['a bare zero', '0', 0],
  ['a zero with unit', '0s', 0],
  ['milliseconds', '1500ms', 1_500],
  ['all units', '1y2w3d4h5m6s7ms', 33_019_506_007],
  ['a year of 365 days', '1y', 31_536_000_000],
  ['a fraction', '1.5h', null],
  ['no unit', '30', null],
  ['a sign', '-5s', null],
  ['the wrong order', '30m1h', null],
  ['a unit twice', '1h1h', null],
  ['nothing', '', null],
  ['blanks', ' 5m', null],
  ['a line break behind it', '5m\n', null],
  ['more than 292 years', '293y', null],
])('parseDuration: %s', (_name, text, want) => expect(parseDuration(text)).toBe(want))

it.each([
  ['zero', 0, '0s'],
  ['an hour and a half', 5_400_000, '1h30m'],
  ['exact weeks', 1_209_600_000, '2w'],
  ['days that make no exact week', 691_200_000, '8d'],
  ['an exact year', 31_536_000_000, '1y'],
])('formatDuration: %s', (_name, ms, want) => expect(formatDuration(ms)).toBe(want))

test('parsing reverts printing', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 40), (ms) => {
      expect(parseDuration(formatDuration(ms))).toBe(ms)
    }),
  )
})

test('the problem shows the right form', () => {
  expect(durationProblem('5 minutes')).toMatch(/"5 minutes" is not a duration: .*1h30m/)
})
