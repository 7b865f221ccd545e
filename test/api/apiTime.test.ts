import * as fc from 'fast-check'
import { expect, it, test } from 'vitest'
import { parseApiTime } from '../../src/api/alertmanager/apiTime.ts'

const T = Date.UTC(2026, 10, 20, 8, 0, 1)

it.each([
  ['missing', undefined, null],
  ['null', null, null],
  ['year 1', '0001-01-01T00:00:00Z', null],
  ['year 1 with a fraction', '0001-01-01T00:00:00.000000000Z', null],
  ['year 1 in another zone', '0001-01-01T01:00:00+01:00', null],
  ['an empty text', '', 0],
  ['UTC', '2026-11-20T08:00:01Z', T],
  ['milliseconds', '2026-11-20T08:00:01.123Z', T + 123],
  ['nanoseconds are cut', '2026-11-20T08:00:01.123999999Z', T + 123],
  ['one digit of a fraction', '2026-11-20T08:00:01.5Z', T + 500],
  ['a zone in the east', '2026-11-20T10:00:01+02:00', T],
  ['a zone in the west', '2026-11-20T04:30:01-03:30', T],
  ['no zone is UTC', '2026-11-20T08:00:01', T],
  ['no seconds', '2026-11-20T08:00Z', T - 1_000],
  ['a date alone', '2026-11-20', Date.UTC(2026, 10, 20)],
  ['a leap day', '2024-02-29', Date.UTC(2024, 1, 29)],
  ['a year below 100', '0099-01-01', new Date('0099-01-01T00:00:00Z').getTime()],
  ['a space as separator', '2026-11-20 08:00:01Z', undefined],
  ['a zone without colon', '2026-11-20T08:00:01+0100', undefined],
  ['lower case', '2026-11-20t08:00:01z', undefined],
  ['a number', 1_763_625_601, undefined],
  ['an object', {}, undefined],
  ['ten digits of a fraction', '2026-11-20T08:00:01.1234567890Z', undefined],
  ['a day that is not', '2026-02-30', undefined],
  ['a month that is not', '2026-13-01', undefined],
  ['hour 24', '2026-11-20T24:00:00Z', undefined],
  ['second 60', '2026-11-20T08:00:60Z', undefined],
  ['a zone beyond a day', '2026-11-20T08:00:01+24:00', undefined],
  ['text around it', ' 2026-11-20T08:00:01Z', undefined],
])('%s', (_name, text, at) => {
  expect(parseApiTime(text)).toBe(at)
})

test('what the API prints is read back as the same instant', () => {
  const min = new Date('0001-01-02T00:00:00Z')
  const max = new Date('9999-12-31T00:00:00Z')
  fc.assert(
    fc.property(fc.date({ min, max, noInvalidDate: true }), (date) => {
      expect(parseApiTime(date.toISOString())).toBe(date.getTime())
    }),
  )
})
