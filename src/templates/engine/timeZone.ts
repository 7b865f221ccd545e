/** A time zone as templates see it: what the clock shows there at an instant. */
export interface Zone {
  /** Seconds east of UTC at an instant (epoch seconds). */
  offsetAt(seconds: number): number
  /** The short name at an instant: `UTC`, `CEST`, `+03`. */
  nameAt(seconds: number): string
}

export const UTC: Zone = { offsetAt: () => 0, nameAt: () => 'UTC' }

/** A zone that never changes its offset. */
export function fixedZone(offset: number, name: string): Zone {
  return { offsetAt: () => offset, nameAt: () => name }
}

/** Short names that no locale of the runtime knows. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  'Asia/Tokyo': 'JST',
  'Asia/Seoul': 'KST',
  'Asia/Shanghai': 'CST',
  'Asia/Hong_Kong': 'HKT',
  'Asia/Kolkata': 'IST',
  'Asia/Calcutta': 'IST',
  'Asia/Karachi': 'PKT',
  'Asia/Manila': 'PST',
  'Asia/Jakarta': 'WIB',
  'Asia/Jerusalem': 'IST',
  'Africa/Johannesburg': 'SAST',
  'Africa/Nairobi': 'EAT',
  'Africa/Lagos': 'WAT',
  'Europe/Moscow': 'MSK',
}
/** The locales whose short zone names, together, cover what the tz database has letters for. */
const LOCALES = ['en-US', 'en-GB', 'en-AU', 'en-NZ', 'en-CA']

/** The zone with that IANA name ('' and `UTC` are UTC, `Local` is the process's). Null when there is none. */
export function findZone(name: string): Zone | null {
  if (name === '' || name === 'UTC') return UTC
  const timeZone = name === 'Local' ? undefined : name
  try {
    const clock = new Intl.DateTimeFormat('en-US', { timeZone, ...CLOCK_PARTS })
    const zoneName = clock.resolvedOptions().timeZone
    if (zoneName === 'UTC')
      return name === 'Local' ? UTC : fixedZone(0, name.includes('/') ? 'UTC' : name)
    return {
      offsetAt: (seconds) => offsetIn(clock, seconds),
      nameAt: (seconds) => shortName(zoneName, seconds, offsetIn(clock, seconds)),
    }
  } catch {
    return null // Intl throws a RangeError for names it does not know
  }
}

const CLOCK_PARTS = {
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
  era: 'short',
} as const

function offsetIn(clock: Intl.DateTimeFormat, seconds: number): number {
  const parts = new Map(clock.formatToParts(seconds * 1000).map((p) => [p.type, p.value]))
  const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type) ?? 0)
  const year = parts.get('era') === 'BC' ? 1 - number('year') : number('year')
  const shown = new Date(0)
  shown.setUTCFullYear(year, number('month') - 1, number('day'))
  shown.setUTCHours(number('hour'), number('minute'), number('second'))
  return Math.round(shown.getTime() / 1000 - seconds)
}

function shortName(timeZone: string, seconds: number, offset: number): string {
  const known = SHORT_NAMES[timeZone]
  if (known !== undefined) return known
  for (const locale of LOCALES) {
    const format = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'short' })
    const name = format.formatToParts(seconds * 1000).find((p) => p.type === 'timeZoneName')?.value
    if (name !== undefined && /^[A-Z]{3,5}$/.test(name)) return name
  }
  const hours = Math.trunc(Math.abs(offset) / 3600)
  const minutes = Math.trunc((Math.abs(offset) % 3600) / 60)
  const digits = `${pad(hours)}${minutes === 0 ? '' : pad(minutes)}`
  return `${offset < 0 ? '-' : '+'}${digits}`
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}
