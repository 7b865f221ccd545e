import { LAYOUT_WORDS, MONTHS } from './timeLayout.ts'
import { TimeValue } from './timeValue.ts'
import { fixedZone, UTC } from './timeZone.ts'

type Part =
  | 'year'
  | 'shortYear'
  | 'month'
  | 'monthName'
  | 'day'
  | 'hour'
  | 'hour12'
  | 'minute'
  | 'second'
  | 'fraction'
  | 'half'
  | 'offset'
  | 'ignored'

const PATTERNS: Readonly<Record<string, readonly [Part, string]>> = {
  '2006': ['year', '\\d{4}'],
  '06': ['shortYear', '\\d\\d'],
  '01': ['month', '\\d\\d'],
  '1': ['month', '\\d{1,2}'],
  January: ['monthName', '[A-Za-z]+'],
  Jan: ['monthName', '[A-Za-z]{3}'],
  '02': ['day', '\\d\\d'],
  '2': ['day', '\\d{1,2}'],
  _2: ['day', ' ?\\d{1,2}'],
  '15': ['hour', '\\d\\d'],
  '03': ['hour12', '\\d\\d'],
  '3': ['hour12', '\\d{1,2}'],
  '04': ['minute', '\\d\\d'],
  '4': ['minute', '\\d{1,2}'],
  '05': ['second', '\\d\\d(?:[.,]\\d+)?'],
  '5': ['second', '\\d{1,2}(?:[.,]\\d+)?'],
  PM: ['half', 'AM|PM'],
  pm: ['half', 'am|pm'],
  Monday: ['ignored', '[A-Za-z]+day'],
  Mon: ['ignored', '[A-Za-z]{3}'],
  MST: ['ignored', '[A-Z]{3,5}|[+-]\\d\\d'],
}

/** Reads a time written in a Go layout; without a zone it is UTC. Null when the text does not fit the layout. */
export function parseLayout(layout: string, text: string): TimeValue | null {
  const parts: Part[] = []
  let pattern = ''
  let copied = 0
  for (const match of layout.matchAll(LAYOUT_WORDS)) {
    pattern += escapePattern(layout.slice(copied, match.index))
    const [part, wanted] = patternOf(match[0])
    parts.push(part)
    pattern += `(${wanted})`
    copied = match.index + match[0].length
  }
  pattern += escapePattern(layout.slice(copied))
  // Safe from backtracking: each piece is short and bounded by literals, and layouts come from templates, not from data.
  const found = text.length > 200 ? null : new RegExp(`^${pattern}$`).exec(text)
  if (found === null) return null
  const read = new Map<Part, string>()
  parts.forEach((part, i) => read.set(part, found[i + 1] ?? ''))
  return assemble(read)
}

function patternOf(word: string): readonly [Part, string] {
  const known = PATTERNS[word]
  if (known !== undefined) return known
  if (/^[.,]/.test(word)) {
    return ['fraction', word[1] === '0' ? `[.,]\\d{${word.length - 1}}` : '(?:[.,]\\d+)?']
  }
  const size = word.includes(':') ? '[+-]\\d\\d:\\d\\d' : '[+-]\\d{2,4}'
  return word.startsWith('Z') ? ['offset', `Z|${size}`] : ['offset', size]
}

function assemble(read: ReadonlyMap<Part, string>): TimeValue | null {
  const number = (part: Part, otherwise: number): number => Number(read.get(part) ?? otherwise)
  const monthName = read.get('monthName')
  const month = monthName === undefined ? number('month', 1) - 1 : monthIndex(monthName)
  const day = number('day', 1)
  const hour = hourOf(read)
  const [second = '0', secondFraction = ''] = (read.get('second') ?? '0').split(/[.,]/)
  const minute = number('minute', 0)
  const shown = new Date(0)
  shown.setUTCFullYear(yearOf(read), month, day)
  const isReal = shown.getUTCMonth() === month && shown.getUTCDate() === day
  if (!isReal || !(hour <= 23) || minute > 59 || Number(second) > 59) return null
  shown.setUTCHours(hour, minute, Number(second))
  const fraction = read.get('fraction')?.slice(1) || secondFraction
  const nanosecond = Number(fraction.slice(0, 9).padEnd(9, '0'))
  const offset = offsetSeconds(read.get('offset') ?? 'Z')
  const zone = offset === 0 ? UTC : fixedZone(offset, '')
  return new TimeValue(shown.getTime() / 1000 - offset, nanosecond, zone)
}

/** Go's year is 0 when the layout has none. */
function yearOf(read: ReadonlyMap<Part, string>): number {
  const short = read.get('shortYear')
  if (short === undefined) return Number(read.get('year') ?? 0)
  return Number(short) >= 69 ? 1900 + Number(short) : 2000 + Number(short)
}

function hourOf(read: ReadonlyMap<Part, string>): number {
  const hour12 = read.get('hour12')
  if (hour12 === undefined) return Number(read.get('hour') ?? 0)
  const isAfternoon = read.get('half')?.toLowerCase() === 'pm'
  if (Number(hour12) > 12) return Number.NaN
  return (Number(hour12) % 12) + (isAfternoon ? 12 : 0)
}

function monthIndex(name: string): number {
  return MONTHS.findIndex((month) => month === name || month.slice(0, 3) === name)
}

function offsetSeconds(text: string): number {
  if (text === 'Z') return 0
  const digits = text.replace(/\D/g, '').padEnd(4, '0')
  const size = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2, 4)) * 60
  return text.startsWith('-') ? -size : size
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
