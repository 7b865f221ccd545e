import type { Zone } from './timeZone.ts'

/** What a clock shows. `month` and `weekday` count from 0 (January, Sunday). */
export interface ClockFace {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly weekday: number
  readonly yearDay: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly nanosecond: number
  /** Seconds east of UTC. */
  readonly offset: number
  readonly zone: string
}

export const MONTHS =
  'January February March April May June July August September October November December'.split(' ')
export const WEEKDAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

/** The words of Go's reference time, longest first, as Go's scanner prefers them. */
export const LAYOUT_WORDS =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|2006|-07:00:00|-070000|-07:00|-0700|-07|Z07:00:00|Z070000|Z07:00|Z0700|Z07|__2|_2006|_2|002|01|02|03|04|05|06|15|PM|pm|[.,](?:0+|9+)(?!\d)|1|2|3|4|5/g

/** Prints a time in a Go layout (`2006-01-02 15:04:05 MST`). */
export function formatLayout(layout: string, face: ClockFace): string {
  return layout.replace(LAYOUT_WORDS, (word) => layoutWord(word, face))
}

/** The face of a zone's clock at an instant; `nanosecond` is the fraction of the second. */
export function clockFace(seconds: number, nanosecond: number, zone: Zone): ClockFace {
  const offset = zone.offsetAt(seconds)
  const shown = new Date((seconds + offset) * 1000)
  const year = shown.getUTCFullYear()
  const startOfYear = new Date(0)
  startOfYear.setUTCFullYear(year, 0, 1)
  return {
    year,
    month: shown.getUTCMonth(),
    day: shown.getUTCDate(),
    weekday: shown.getUTCDay(),
    yearDay: Math.floor((shown.getTime() - startOfYear.getTime()) / 86_400_000) + 1,
    hour: shown.getUTCHours(),
    minute: shown.getUTCMinutes(),
    second: shown.getUTCSeconds(),
    nanosecond,
    offset,
    zone: zone.nameAt(seconds),
  }
}

function layoutWord(word: string, face: ClockFace): string {
  const hour12 = face.hour % 12 === 0 ? 12 : face.hour % 12
  switch (word) {
    case 'January':
      return MONTHS[face.month] ?? ''
    case 'Jan':
      return (MONTHS[face.month] ?? '').slice(0, 3)
    case 'Monday':
      return WEEKDAYS[face.weekday] ?? ''
    case 'Mon':
      return (WEEKDAYS[face.weekday] ?? '').slice(0, 3)
    case 'MST':
      return face.zone
    case '2006':
      return pad(face.year, 4)
    case '_2006':
      return `_${pad(face.year, 4)}`
    case '06':
      return pad(face.year % 100, 2)
    case '01':
      return pad(face.month + 1, 2)
    case '1':
      return String(face.month + 1)
    case '02':
      return pad(face.day, 2)
    case '2':
      return String(face.day)
    case '_2':
      return String(face.day).padStart(2, ' ')
    case '002':
      return pad(face.yearDay, 3)
    case '__2':
      return String(face.yearDay).padStart(3, ' ')
    case '15':
      return pad(face.hour, 2)
    case '03':
      return pad(hour12, 2)
    case '3':
      return String(hour12)
    case '04':
      return pad(face.minute, 2)
    case '4':
      return String(face.minute)
    case '05':
      return pad(face.second, 2)
    case '5':
      return String(face.second)
    case 'PM':
      return face.hour >= 12 ? 'PM' : 'AM'
    case 'pm':
      return face.hour >= 12 ? 'pm' : 'am'
    default:
      return /^[.,]/.test(word) ? fraction(word, face.nanosecond) : offsetText(word, face.offset)
  }
}

function fraction(word: string, nanosecond: number): string {
  const digits = pad(nanosecond, 9).slice(0, word.length - 1)
  if (word[1] === '0') return `${word[0]}${digits}`
  const short = digits.replace(/0+$/, '')
  return short === '' ? '' : `${word[0]}${short}`
}

function offsetText(word: string, offset: number): string {
  if (word.startsWith('Z') && offset === 0) return 'Z'
  const size = Math.abs(offset)
  const parts = [Math.trunc(size / 3600), Math.trunc(size / 60) % 60, size % 60]
  const separator = word.includes(':') ? ':' : ''
  const count = word.replace(/\D/g, '').length / 2
  const text = parts.slice(0, count).map((part) => pad(part, 2))
  return `${offset < 0 ? '-' : '+'}${text.join(separator)}`
}

function pad(value: number, width: number): string {
  return value < 0 ? `-${pad(-value, width)}` : String(value).padStart(width, '0')
}
