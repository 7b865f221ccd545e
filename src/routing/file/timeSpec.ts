import type { Range } from '../timeInterval.ts'

export type SpecResult = Range | { readonly error: string }

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]
const TIME = /^(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/
const NUMBER = /^-?\d{1,9}$/
/** Days are checked against the shortest month, where -1 counts as 27: `28:-1` would be empty in some years. */
const SHORTEST_MONTH = 28

/** `HH:MM` to minutes of the day, 0 to 1440; null when it is no time. */
export function parseTimeOfDay(text: string): number | null {
  const match = TIME.exec(text)
  if (match === null) return null
  return match[1] === undefined ? 24 * 60 : Number(match[1]) * 60 + Number(match[2])
}

/** `monday` or `monday:friday`; a week begins on Sunday, and no range goes over its end. */
export function parseWeekdays(text: string): SpecResult {
  const range = parseRange(text, (name) => indexOf(WEEKDAYS, name))
  if (range === null) return { error: `"${text}" is no weekday: write monday or monday:friday` }
  if (range.begin <= range.end) return range
  const advice = `a week begins on sunday: write two entries, such as friday:saturday and sunday`
  return { error: `"${text}" ends before it begins; ${advice}` }
}

/** `1`, `1:5`, `-3:-1`, `20:-1`; negative days count from the month's end. */
export function parseDaysOfMonth(text: string): SpecResult {
  const range = parseRange(text, parseNumber)
  if (range === null) return { error: `"${text}" is no day of the month: write 1, 1:5 or -3:-1` }
  const { begin, end } = range
  for (const day of [begin, end]) {
    if (day === 0 || Math.abs(day) > 31) {
      return { error: `${day} is no day of the month: days are 1 to 31, or -31 to -1 from its end` }
    }
  }
  if (begin < 0 && end > 0) {
    return { error: `"${text}" begins at the month's end: the end day must be negative too` }
  }
  const place = (day: number): number => (day < 0 ? SHORTEST_MONTH + day : day)
  return place(begin) <= place(end)
    ? range
    : { error: `"${text}" ends before it begins, at least in February` }
}

/** `january`, `1`, `1:3`, `may:august`. Numbers above 12 are accepted, as Alertmanager does, and never match. */
export function parseMonths(text: string): SpecResult {
  const range = parseRange(text, (part) => {
    const index = indexOf(MONTHS, part)
    return index === null ? parseNumber(part) : index + 1
  })
  if (range === null) return { error: `"${text}" is no month: write january, 1 or may:august` }
  return range.begin <= range.end ? range : { error: `"${text}" ends before it begins` }
}

/** `2026` or `2026:2028`. */
export function parseYears(text: string): SpecResult {
  const range = parseRange(text, parseNumber)
  if (range === null) return { error: `"${text}" is no year: write 2026 or 2026:2028` }
  return range.begin <= range.end ? range : { error: `"${text}" ends before it begins` }
}

function parseRange(text: string, parse: (part: string) => number | null): Range | null {
  const parts = text.split(':')
  if (parts.length > 2) return null
  const [first = '', last = first] = parts
  const [begin, end] = [parse(first), parse(last)]
  return begin === null || end === null ? null : { begin, end }
}

function parseNumber(text: string): number | null {
  return NUMBER.test(text) ? Number(text) : null
}

function indexOf(names: readonly string[], name: string): number | null {
  const index = names.indexOf(name.toLowerCase())
  return index === -1 ? null : index
}
