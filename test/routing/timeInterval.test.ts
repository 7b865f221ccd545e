import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { intervalContains, isTimeZone } from '../../src/routing/timeInterval.ts'
import type { Range, TimeInterval } from '../../src/routing/timeInterval.ts'
import { mutedBy } from '../../src/routing/timeMute.ts'

const ALWAYS: TimeInterval = {
  times: null,
  weekdays: null,
  daysOfMonth: null,
  months: null,
  years: null,
  location: 'UTC',
}

function contains(interval: Partial<TimeInterval>, iso: string): boolean {
  return intervalContains({ ...ALWAYS, ...interval }, Date.parse(iso))
}

function range(begin: number, end: number): Range[] {
  return [{ begin, end }]
}

const BERLIN = { location: 'Europe/Berlin' }
const OFFICE = { times: range(9 * 60, 17 * 60), weekdays: range(1, 5), ...BERLIN }
const LAST_THREE = { daysOfMonth: range(-3, -1) }
const NIGHT = { times: range(2 * 60, 3 * 60), ...BERLIN }

describe('intervalContains', () => {
  it.each([
    ['an empty spec holds always', {}, '2026-11-20T12:00:00Z', true],
    ['an empty list holds never', { times: [] }, '2026-11-20T12:00:00Z', false],
    ['a minute before the office opens', OFFICE, '2026-11-20T07:59:59Z', false],
    ['the office opens', OFFICE, '2026-11-20T08:00:00Z', true],
    ['the last second of the office', OFFICE, '2026-11-20T15:59:59Z', true],
    ['the office is closed', OFFICE, '2026-11-20T16:00:00Z', false],
    ['in summer the office opens earlier in UTC', OFFICE, '2026-07-17T07:00:00Z', true],
    ['the office is closed on Saturday', OFFICE, '2026-11-21T10:00:00Z', false],
    [
      'until 24:00 holds in the last minute',
      { times: range(0, 1440) },
      '2026-11-20T23:59:59Z',
      true,
    ],
    ['Sunday is 0', { weekdays: range(0, 0) }, '2026-11-22T00:00:00Z', true],
    [
      'the zone decides the day',
      { weekdays: range(0, 0), location: 'Asia/Tokyo' },
      '2026-11-21T15:00:00Z',
      true,
    ],
    ['the first of the last three days', LAST_THREE, '2026-02-26T00:00:00Z', true],
    ['the day before them', LAST_THREE, '2026-02-25T23:59:59Z', false],
    ['the last day', LAST_THREE, '2026-02-28T23:59:59Z', true],
    ['a leap year', LAST_THREE, '2028-02-26T12:00:00Z', false],
    [
      'a begin after the end of this month',
      { daysOfMonth: range(30, 31) },
      '2026-02-28T12:00:00Z',
      false,
    ],
    [
      'an end after the end of this month',
      { daysOfMonth: range(27, 31) },
      '2026-02-28T12:00:00Z',
      true,
    ],
    ['from a day to the end', { daysOfMonth: range(20, -1) }, '2026-04-30T12:00:00Z', true],
    [
      'more negative days than the month has',
      { daysOfMonth: range(-31, -28) },
      '2026-02-01T12:00:00Z',
      true,
    ],
    ['a month', { months: range(11, 11) }, '2026-11-20T12:00:00Z', true],
    ['a month that does not exist', { months: range(13, 13) }, '2026-12-20T12:00:00Z', false],
    [
      'the zone decides the year',
      { years: range(2027, 2027), ...BERLIN },
      '2026-12-31T23:00:00Z',
      true,
    ],
    [
      'all fields must hold',
      { months: range(11, 11), years: range(2025, 2025) },
      '2026-11-20T12:00:00Z',
      false,
    ],
    [
      'one of several ranges is enough',
      { months: [...range(1, 2), ...range(11, 12)] },
      '2026-11-20T12:00:00Z',
      true,
    ],
    // 2026-03-29: clocks go from 02:00 to 03:00 in Berlin; 2026-10-25: back from 03:00 to 02:00.
    ['before the hour that spring leaves out', NIGHT, '2026-03-29T00:59:59Z', false],
    ['the hour that spring leaves out never comes', NIGHT, '2026-03-29T01:00:00Z', false],
    ['autumn has that hour once', NIGHT, '2026-10-25T00:00:00Z', true],
    ['and again', NIGHT, '2026-10-25T01:30:00Z', true],
    ['and then it is over', NIGHT, '2026-10-25T02:00:00Z', false],
    [
      'the month is long enough on a day of 23 hours',
      { daysOfMonth: range(-3, -3), ...BERLIN },
      '2026-03-29T12:00:00Z',
      true,
    ],
  ])('%s', (_name, interval, iso, want) => expect(contains(interval, iso)).toBe(want))

  it.each([
    ['half an hour off', 'Asia/Kolkata', '2026-11-20T18:30:00Z', 21],
    ['a day ahead', 'Pacific/Kiritimati', '2026-11-20T10:00:00Z', 21],
    ['eleven hours behind', 'Pacific/Pago_Pago', '2026-11-20T10:59:59Z', 19],
  ])('zones: %s', (_name, location, iso, day) =>
    expect(contains({ daysOfMonth: range(day, day), location }, iso)).toBe(true),
  )
})

it.each([
  ['a zone', 'Europe/Berlin', true],
  ['UTC', 'UTC', true],
  ['a name that does not exist', 'Mars/Olympus', false],
  ['an offset', '+02:00', false],
  ['nothing', '', false],
])('isTimeZone: %s', (_name, name, want) => expect(isTimeZone(name)).toBe(want))

/** The definition in UTC, on the texts of an ISO date and by counting the days of the month one by one. */
function bruteForce(interval: TimeInterval, at: number): boolean {
  const iso = new Date(at).toISOString()
  const [year, month, day] = iso.slice(0, 10).split('-').map(Number) as [number, number, number]
  const minute = Number(iso.slice(11, 13)) * 60 + Number(iso.slice(14, 16))
  // 1970-01-01 was a Thursday.
  const weekday = (Math.floor(at / 86_400_000) + 4) % 7
  let last = day
  while (new Date(at + (last + 1 - day) * 86_400_000).toISOString().slice(5, 7) === iso.slice(5, 7))
    last++
  const fromEnd = day - last - 1
  const someRange = (ranges: readonly Range[] | null, holds: (r: Range) => boolean): boolean =>
    ranges === null || ranges.some(holds)
  return (
    someRange(interval.times, (r) => minute >= r.begin && minute < r.end) &&
    someRange(interval.weekdays, (r) => weekday >= r.begin && weekday <= r.end) &&
    someRange(
      interval.daysOfMonth,
      (r) =>
        (r.begin > 0 ? day >= r.begin : fromEnd >= r.begin) &&
        (r.end > 0 ? day <= r.end : fromEnd <= r.end),
    ) &&
    someRange(interval.months, (r) => month >= r.begin && month <= r.end) &&
    someRange(interval.years, (r) => year >= r.begin && year <= r.end)
  )
}

test('every minute of some days agrees with the definition', () => {
  const between = (min: number, max: number): fc.Arbitrary<Range> =>
    fc
      .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
      .map(([a, b]) => ({ begin: Math.min(a, b), end: Math.max(a, b) }))
  const days = fc.oneof(
    between(1, 31),
    between(-31, -1),
    fc
      .tuple(fc.integer({ min: 1, max: 27 }), fc.integer({ min: -5, max: -1 }))
      .map(([begin, end]) => ({ begin, end })),
  )
  const list = (range: fc.Arbitrary<Range>): fc.Arbitrary<Range[] | null> =>
    fc.option(fc.array(range, { maxLength: 2 }))
  const interval = fc.record({
    times: list(between(0, 1440)),
    weekdays: list(between(0, 6)),
    daysOfMonth: list(days),
    months: list(between(1, 12)),
    years: list(between(2024, 2029)),
    location: fc.constantFrom('UTC', 'Etc/UTC'),
  })
  const start = fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2029, 0) })
  fc.assert(
    fc.property(interval, start, (interval, from) => {
      for (let minute = 0; minute < 1_440; minute += 7) {
        const at = from + minute * 60_000
        expect(intervalContains(interval, at)).toBe(bruteForce(interval, at))
      }
    }),
    { numRuns: 60 },
  )
})

describe('mutedBy', () => {
  const intervals = new Map([
    ['office', [{ ...ALWAYS, times: range(9 * 60, 17 * 60) }]],
    [
      'weekend',
      [
        { ...ALWAYS, weekdays: range(6, 6) },
        { ...ALWAYS, weekdays: range(0, 0) },
      ],
    ],
    ['never', [{ ...ALWAYS, times: [] }]],
    ['empty', []],
  ])
  const [FRIDAY_NOON, FRIDAY_NIGHT, SUNDAY_NOON] = [
    '2026-11-20T12:00:00Z',
    '2026-11-20T22:00:00Z',
    '2026-11-22T12:00:00Z',
  ]
  it.each([
    ['nothing is listed', [], [], FRIDAY_NOON, []],
    ['inside a mute interval', [], ['weekend', 'never'], SUNDAY_NOON, ['weekend']],
    ['outside of it', [], ['weekend'], FRIDAY_NOON, []],
    ['inside an active interval', ['office', 'never'], [], FRIDAY_NOON, []],
    ['outside of all active intervals', ['office', 'never'], [], FRIDAY_NIGHT, ['office', 'never']],
    [
      'outside of the active ones the mute ones do not matter',
      ['never'],
      ['weekend'],
      SUNDAY_NOON,
      ['never'],
    ],
    ['inside both', ['office'], ['weekend'], SUNDAY_NOON, ['weekend']],
    ['an interval without specs holds never', ['empty'], [], FRIDAY_NOON, ['empty']],
  ])('%s', (_name, active, mute, iso, want) => {
    const route = { activeTimeIntervals: active, muteTimeIntervals: mute }
    expect(mutedBy(route, intervals, Date.parse(iso))).toEqual(want)
  })
})
