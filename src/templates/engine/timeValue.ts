import { asNanoseconds, DURATION, DurationValue } from './duration.ts'
import { asText, STRING, typed } from './params.ts'
import { FunctionError } from './templateError.ts'
import { clockFace, formatLayout, MONTHS, WEEKDAYS } from './timeLayout.ts'
import type { ClockFace } from './timeLayout.ts'
import { findZone, UTC } from './timeZone.ts'
import type { Zone } from './timeZone.ts'
import { bindMethod, NamedInt } from './value.ts'
import type { BoundMethod, Methods, Value } from './value.ts'

/** Epoch seconds of Go's zero time, 0001-01-01 00:00:00 UTC. */
const ZERO_SECONDS = -62_135_596_800
const SECOND = 1_000_000_000n

/** An instant with a zone, as Go's time.Time. */
export class TimeValue {
  readonly typeName: string
  /** Epoch seconds, whole. */
  readonly seconds: number
  /** 0 to 999,999,999. */
  readonly nanosecond: number
  readonly zone: Zone

  constructor(seconds: number, nanosecond: number, zone: Zone = UTC, typeName = 'time.Time') {
    this.seconds = seconds
    this.nanosecond = nanosecond
    this.zone = zone
    this.typeName = typeName
  }

  get face(): ClockFace {
    return clockFace(this.seconds, this.nanosecond, this.zone)
  }

  method(name: string): BoundMethod | null {
    return bindMethod(TIME_METHODS, this, name)
  }
}

export const ZERO_TIME = new TimeValue(ZERO_SECONDS, 0)

/** The time of an instant in epoch milliseconds, in UTC. */
export function timeFromMs(ms: number, typeName = 'time.Time'): TimeValue {
  const seconds = Math.floor(ms / 1000)
  return new TimeValue(seconds, Math.round(ms - seconds * 1000) * 1_000_000, UTC, typeName)
}

/** As Go's Time.String: `2006-01-02 15:04:05.999 +0000 UTC`. */
export function timeText(time: TimeValue): string {
  return formatLayout('2006-01-02 15:04:05.999999999 -0700 MST', time.face)
}

/** RFC 3339 with as many digits of the fraction as it has, as Go's JSON. */
export function timeRfc3339(time: TimeValue): string {
  return formatLayout('2006-01-02T15:04:05.999999999Z07:00', time.face)
}

/** The same instant on another zone's clock. @throws FunctionError for a zone that does not exist */
export function inZone(time: TimeValue, name: string): TimeValue {
  const zone = findZone(name)
  if (zone === null) throw new FunctionError(`unknown time zone ${name}`)
  return new TimeValue(time.seconds, time.nanosecond, zone)
}

/** Nanoseconds from `b` to `a`, held within 64 bits as Go does. */
export function nanosecondsBetween(a: TimeValue, b: TimeValue): bigint {
  const difference = epochNanoseconds(a) - epochNanoseconds(b)
  const limit = 0x7fffffffffffffffn
  return difference > limit ? limit : difference < -limit ? -limit - 1n : difference
}

function epochNanoseconds(time: TimeValue): bigint {
  return BigInt(time.seconds) * SECOND + BigInt(time.nanosecond)
}

function fromNanoseconds(nanoseconds: bigint, zone: Zone): TimeValue {
  const rest = ((nanoseconds % SECOND) + SECOND) % SECOND
  return new TimeValue(Number((nanoseconds - rest) / SECOND), Number(rest), zone)
}

export const TIME = typed('time.Time', (value) => value instanceof TimeValue)

/** An argument that was checked against TIME. */
export function asTime(value: Value | undefined): TimeValue {
  if (value instanceof TimeValue) return value
  throw new FunctionError('expected a time')
}

type Read = (self: TimeValue, args: readonly Value[]) => Value

function getter(read: (self: TimeValue) => Value): { params: []; call: Read } {
  return { params: [], call: read }
}

function addMonths(time: TimeValue, years: number, months: number, days: number): TimeValue {
  const { year, month, day, hour, minute, second, offset } = time.face
  const shown = new Date(0)
  shown.setUTCFullYear(year + years, month + months, day + days)
  shown.setUTCHours(hour, minute, second)
  return new TimeValue(shown.getTime() / 1000 - offset, time.nanosecond, time.zone)
}

/** Down to a multiple of `step` since the zero time, as Go does. */
function truncate(time: TimeValue, step: bigint): TimeValue {
  if (step <= 0n) return time
  const since = epochNanoseconds(time) - BigInt(ZERO_SECONDS) * SECOND
  const down = since - (((since % step) + step) % step)
  return fromNanoseconds(down + BigInt(ZERO_SECONDS) * SECOND, time.zone)
}

const INT_PARAM = typed('int', (value) => typeof value === 'bigint')
const INT = { ...INT_PARAM, literal: 'int' as const }

const TIME_METHODS: Methods<TimeValue> = new Map<string, { params: (typeof TIME)[]; call: Read }>([
  ['Format', { params: [STRING], call: (t, [layout]) => formatLayout(asText(layout), t.face) }],
  ['String', getter(timeText)],
  ['Unix', getter((t) => BigInt(t.seconds))],
  ['UnixMilli', getter((t) => BigInt(t.seconds) * 1000n + BigInt(Math.trunc(t.nanosecond / 1e6)))],
  ['UnixNano', getter(epochNanoseconds)],
  ['IsZero', getter((t) => t.seconds === ZERO_SECONDS && t.nanosecond === 0)],
  ['UTC', getter((t) => new TimeValue(t.seconds, t.nanosecond))],
  ['Local', getter((t) => inZone(t, 'Local'))],
  ['Year', getter((t) => BigInt(t.face.year))],
  ['Month', getter((t) => monthValue(t.face.month))],
  ['Day', getter((t) => BigInt(t.face.day))],
  ['YearDay', getter((t) => BigInt(t.face.yearDay))],
  ['Hour', getter((t) => BigInt(t.face.hour))],
  ['Minute', getter((t) => BigInt(t.face.minute))],
  ['Second', getter((t) => BigInt(t.face.second))],
  ['Nanosecond', getter((t) => BigInt(t.nanosecond))],
  [
    'Weekday',
    getter((t) => new NamedInt('time.Weekday', t.face.weekday, WEEKDAYS[t.face.weekday] ?? '')),
  ],
  ['Add', { params: [DURATION], call: (t, [d]) => add(t, asNanoseconds(d)) }],
  [
    'AddDate',
    {
      params: [INT, INT, INT],
      call: (t, [y, m, d]) => addMonths(t, Number(y), Number(m), Number(d)),
    },
  ],
  [
    'Sub',
    { params: [TIME], call: (t, [u]) => new DurationValue(nanosecondsBetween(t, asTime(u))) },
  ],
  ['Truncate', { params: [DURATION], call: (t, [d]) => truncate(t, asNanoseconds(d)) }],
  ['Round', { params: [DURATION], call: (t, [d]) => roundTime(t, asNanoseconds(d)) }],
  [
    'Before',
    { params: [TIME], call: (t, [u]) => epochNanoseconds(t) < epochNanoseconds(asTime(u)) },
  ],
  [
    'After',
    { params: [TIME], call: (t, [u]) => epochNanoseconds(t) > epochNanoseconds(asTime(u)) },
  ],
  [
    'Equal',
    { params: [TIME], call: (t, [u]) => epochNanoseconds(t) === epochNanoseconds(asTime(u)) },
  ],
])

function add(time: TimeValue, nanoseconds: bigint): TimeValue {
  return fromNanoseconds(epochNanoseconds(time) + nanoseconds, time.zone)
}

function roundTime(time: TimeValue, step: bigint): TimeValue {
  return step <= 0n ? time : truncate(add(time, step / 2n), step)
}

function monthValue(month: number): NamedInt {
  return new NamedInt('time.Month', month + 1, MONTHS[month] ?? '')
}
