import { describe, expect, it } from 'vitest'
import {
  parseDaysOfMonth,
  parseMonths,
  parseTimeOfDay,
  parseWeekdays,
  parseYears,
} from '../../../src/routing/file/timeSpec.ts'
import type { SpecResult } from '../../../src/routing/file/timeSpec.ts'

/** `1:5`, or 'error'. */
function text(result: SpecResult): string {
  return 'error' in result ? 'error' : `${result.begin}:${result.end}`
}

it.each([
  ['a time', '09:30', 570],
  ['midnight', '00:00', 0],
  ['the end of the day', '24:00', 1440],
  ['one digit', '9:30', null],
  ['an hour too many', '24:01', null],
  ['too many minutes', '12:60', null],
  ['seconds', '12:00:00', null],
])('parseTimeOfDay: %s', (_name, time, want) => expect(parseTimeOfDay(time)).toBe(want))

describe('parseWeekdays', () => {
  it.each([
    ['one day', 'monday', '1:1'],
    ['a range', 'monday:friday', '1:5'],
    ['any case', 'Saturday', '6:6'],
    ['a whole week', 'sunday:saturday', '0:6'],
    ['over the end of the week', 'friday:sunday', 'error'],
    ['an abbreviation', 'mon', 'error'],
    ['a number', '1', 'error'],
    ['inner spaces', 'monday : friday', 'error'],
    ['three parts', 'monday:tuesday:friday', 'error'],
  ])('%s', (_name, days, want) => expect(text(parseWeekdays(days))).toBe(want))
})

describe('parseDaysOfMonth', () => {
  it.each([
    ['one day', '1', '1:1'],
    ['a range', '1:5', '1:5'],
    ['from the end', '-3:-1', '-3:-1'],
    ['to the end', '20:-1', '20:-1'],
    ['the last safe begin', '27:-1', '27:-1'],
    ['empty in February', '28:-1', 'error'],
    ['empty even in a leap year', '29:-1', 'error'],
    ['zero', '0', 'error'],
    ['a day too many', '1:32', 'error'],
    ['a day too many from the end', '-32:-1', 'error'],
    ['from the end to a begin', '-3:5', 'error'],
    ['backwards', '5:1', 'error'],
    ['backwards from the end', '-1:-3', 'error'],
    ['a word', 'first', 'error'],
  ])('%s', (_name, days, want) => expect(text(parseDaysOfMonth(days))).toBe(want))
})

describe('parseMonths', () => {
  it.each([
    ['a name', 'january', '1:1'],
    ['a number', '1', '1:1'],
    ['a range', 'may:August', '5:8'],
    ['mixed', 'january:3', '1:3'],
    ['a month that never comes', '13', '13:13'],
    ['an abbreviation', 'jan', 'error'],
    ['backwards', 'march:january', 'error'],
  ])('%s', (_name, months, want) => expect(text(parseMonths(months))).toBe(want))
})

it.each([
  ['a year', '2026', '2026:2026'],
  ['a range', '2026:2028', '2026:2028'],
  ['backwards', '2028:2026', 'error'],
  ['a word', 'now', 'error'],
])('parseYears: %s', (_name, years, want) => expect(text(parseYears(years))).toBe(want))
