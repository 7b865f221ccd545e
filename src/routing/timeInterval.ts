/** One spec of a named interval: all fields that are present must hold; each is a list of alternatives. Ranges are inclusive. */
export interface TimeInterval {
  /** Minutes of the day, end exclusive. */
  readonly times: readonly Range[] | null
  /** Sunday = 0. */
  readonly weekdays: readonly Range[] | null
  /** Negative counts from the month's end. */
  readonly daysOfMonth: readonly Range[] | null
  readonly months: readonly Range[] | null
  readonly years: readonly Range[] | null
  /** IANA zone name. */
  readonly location: string
}

export interface Range {
  readonly begin: number
  readonly end: number
}

/** What the calendar and the clock on the wall show somewhere. */
interface LocalTime {
  readonly year: number
  /** January = 1. */
  readonly month: number
  readonly day: number
  /** Sunday = 0. */
  readonly weekday: number
  /** Minutes of the day. */
  readonly minute: number
}

/** Whether the instant (epoch ms) lies in the interval. Source: Alertmanager's `timeinterval.ContainsTime`. */
export function intervalContains(interval: TimeInterval, now: number): boolean {
  const { times, weekdays, daysOfMonth, months, years, location } = interval
  const local = localTime(now, location)
  return (
    (times === null || times.some((r) => r.begin <= local.minute && local.minute < r.end)) &&
    (weekdays === null || weekdays.some((r) => inRange(local.weekday, r))) &&
    (daysOfMonth === null || daysOfMonth.some((r) => containsDay(r, local))) &&
    (months === null || months.some((r) => inRange(local.month, r))) &&
    (years === null || years.some((r) => inRange(local.year, r)))
  )
}

/** Whether `intervalContains` knows the zone. Offsets such as `+02:00` are no zones. */
export function isTimeZone(name: string): boolean {
  if (/^[+-]/.test(name)) return false
  try {
    formatterOf(name)
    return true
  } catch {
    return false
  }
}

function inRange(value: number, { begin, end }: Range): boolean {
  return begin <= value && value <= end
}

/** Negative days are counted within this month; a range that begins after the month's end is empty. */
function containsDay({ begin, end }: Range, { year, month, day }: LocalTime): boolean {
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate()
  const first = begin < 0 ? length + begin + 1 : begin
  const last = end < 0 ? length + end + 1 : end
  return first <= day && day <= last
}

const MINUTE_MS = 60_000
const formatters = new Map<string, Intl.DateTimeFormat>()
/** One answer for each zone: the routes of a flush all ask for the same minute. */
const lastAnswers = new Map<string, { readonly minuteAt: number; readonly local: LocalTime }>()

function localTime(now: number, zone: string): LocalTime {
  // Offsets are whole minutes since long ago, so all instants of one minute show the same time.
  const minuteAt = Math.floor(now / MINUTE_MS)
  const last = lastAnswers.get(zone)
  if (last?.minuteAt === minuteAt) return last.local
  const local = zone === 'UTC' ? utcTime(now) : zoneTime(now, zone)
  lastAnswers.set(zone, { minuteAt, local })
  return local
}

function utcTime(now: number): LocalTime {
  const date = new Date(now)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    minute: date.getUTCHours() * 60 + date.getUTCMinutes(),
  }
}

/** The parts that the zone shows are the parts that UTC shows at another instant. */
function zoneTime(now: number, zone: string): LocalTime {
  const parts = new Map(
    formatterOf(zone)
      .formatToParts(now)
      .map((p) => [p.type, Number(p.value)]),
  )
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0
  return utcTime(
    Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute')),
  )
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(zone)
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'iso8601',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    })
    formatters.set(zone, formatter)
  }
  return formatter
}
