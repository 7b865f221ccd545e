/** Go's zero time, which clients send for "not set": 0001-01-01T00:00:00Z. */
const ZERO_TIME_MS = -62_135_596_800_000

const TIME =
  /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d\d):(\d\d))?)?$/

/**
 * Reads a timestamp as Alertmanager's API does: RFC 3339 with up to nine fractional digits, also without zone (UTC), without
 * seconds, or a date alone. An empty text is 1970. Returns epoch ms, null for "not set" (missing, null, year 1), undefined
 * for a text that is no time.
 */
export function parseApiTime(value: unknown): number | null | undefined {
  if (value === undefined || value === null) return null
  if (typeof value !== 'string') return undefined
  if (value === '') return 0
  const match = TIME.exec(value)
  if (match === null) return undefined
  const at = epochOf(match)
  return at === ZERO_TIME_MS ? null : at
}

function epochOf(match: RegExpExecArray): number | undefined {
  const numbers = match.slice(1, 7).map((text) => Number(text ?? 0))
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = numbers
  const [fraction = '', sign, zoneHours, zoneMinutes] = match.slice(7, 11)
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const date = new Date(0)
  // Date.UTC would read the years 0 to 99 as 1900 to 1999.
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  date.setUTCHours(hour, minute, second, Number(fraction.slice(0, 3).padEnd(3, '0')))
  if (sign === undefined) return date.getTime()
  const hours = Number(zoneHours)
  const minutes = Number(zoneMinutes)
  if (hours > 23 || minutes > 59) return undefined
  const offset = (hours * 60 + minutes) * 60_000
  return sign === '+' ? date.getTime() - offset : date.getTime() + offset
}
