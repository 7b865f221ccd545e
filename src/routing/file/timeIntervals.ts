import { readString, readTextList } from '../../notifiers/settings/read.ts'
import { checkKeys, sectionList } from '../../notifiers/settings/section.ts'
import type { Section } from '../../notifiers/settings/section.ts'
import { isTimeZone } from '../timeInterval.ts'
import type { Range, TimeInterval } from '../timeInterval.ts'
import {
  parseDaysOfMonth,
  parseMonths,
  parseTimeOfDay,
  parseWeekdays,
  parseYears,
} from './timeSpec.ts'
import type { SpecResult } from './timeSpec.ts'

const LISTS = ['time_intervals', 'mute_time_intervals'] as const
const SPEC_KEYS = ['times', 'weekdays', 'days_of_month', 'months', 'years', 'location']

/** The named intervals of the file; both lists share one set of names. */
export function compileTimeIntervals(root: Section): ReadonlyMap<string, readonly TimeInterval[]> {
  const intervals = new Map<string, readonly TimeInterval[]>()
  for (const list of LISTS) {
    for (const section of sectionList(root, list)) {
      checkKeys(section, ['name', 'time_intervals'])
      const name = readString(section, 'name')
      if (name === null) section.report([], 'a time interval needs a name')
      else if (intervals.has(name)) {
        section.report(['name'], `time interval "${name}" is there twice: names are unique`)
      }
      const specs = sectionList(section, 'time_intervals').map(compileSpec)
      if (name !== null) intervals.set(name, specs)
    }
  }
  return intervals
}

function compileSpec(section: Section): TimeInterval {
  checkKeys(section, SPEC_KEYS)
  return {
    times: compileTimes(section),
    weekdays: compileRanges(section, 'weekdays', parseWeekdays),
    daysOfMonth: compileRanges(section, 'days_of_month', parseDaysOfMonth),
    months: compileRanges(section, 'months', parseMonths),
    years: compileRanges(section, 'years', parseYears),
    location: compileLocation(section),
  }
}

/** Absent: null, which always holds; an empty list never does. */
function compileRanges(
  section: Section,
  key: string,
  parse: (text: string) => SpecResult,
): readonly Range[] | null {
  const texts = readTextList(section, key)
  if (texts === null) return null
  return texts.flatMap((text, index): Range[] => {
    const result = parse(text)
    if (!('error' in result)) return [result]
    section.report([key, index], result.error)
    return []
  })
}

function compileTimes(section: Section): readonly Range[] | null {
  const list = section.value['times']
  if (list === undefined || list === null) return null
  return sectionList(section, 'times').map((range) => {
    checkKeys(range, ['start_time', 'end_time'])
    const begin = compileTime(range, 'start_time')
    const end = compileTime(range, 'end_time')
    if (begin !== null && end !== null && begin >= end) {
      const advice = 'for a night write two entries, one up to 24:00 and one from 00:00'
      range.report(['end_time'], `end_time must be after start_time; ${advice}`)
    }
    return { begin: begin ?? 0, end: end ?? 0 }
  })
}

function compileTime(range: Section, key: string): number | null {
  const text = readString(range, key)
  if (text === null) {
    range.report([key], 'a time range needs both start_time and end_time')
    return null
  }
  const minutes = parseTimeOfDay(text)
  if (minutes === null) range.report([key], `"${text}" is no time: write HH:MM, 00:00 to 24:00`)
  return minutes
}

function compileLocation(section: Section): string {
  const name = readString(section, 'location') ?? 'UTC'
  if (name === 'Local') return new Intl.DateTimeFormat().resolvedOptions().timeZone
  if (isTimeZone(name)) return name
  section.report(['location'], `unknown time zone "${name}": write a name such as Europe/Berlin`)
  return 'UTC'
}
