import type { Param } from './params.ts'
import { bindMethod } from './value.ts'
import type { BoundMethod, Method, Methods, Value } from './value.ts'

const MICROSECOND = 1_000n
const MILLISECOND = 1_000_000n
const SECOND = 1_000_000_000n
const MINUTE = 60n * SECOND
const HOUR = 60n * MINUTE

/** A span of time, as Go's time.Duration: whole nanoseconds. */
export class DurationValue {
  readonly typeName: string
  readonly nanoseconds: bigint

  constructor(nanoseconds: bigint, typeName = 'time.Duration') {
    this.nanoseconds = BigInt.asIntN(64, nanoseconds)
    this.typeName = typeName
  }

  method(name: string): BoundMethod | null {
    return bindMethod(DURATION_METHODS, this, name)
  }
}

export const DURATION: Param = {
  name: 'time.Duration',
  literal: 'int',
  nilable: false,
  accepts: (value) => value instanceof DurationValue || typeof value === 'bigint',
}

/** The nanoseconds of an argument that was checked against DURATION. */
export function asNanoseconds(value: Value | undefined): bigint {
  if (value instanceof DurationValue) return value.nanoseconds
  return typeof value === 'bigint' ? value : 0n
}

/** Prints nanoseconds as Go's Duration.String: `1h30m0s`, `1.5s`, `250ms`, `0s`. */
export function formatGoDuration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s'
  const sign = nanoseconds < 0n ? '-' : ''
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds
  if (size < MICROSECOND) return `${sign}${size}ns`
  if (size < MILLISECOND) return `${sign}${decimal(size, MICROSECOND)}µs`
  if (size < SECOND) return `${sign}${decimal(size, MILLISECOND)}ms`
  const hours = size / HOUR
  const minutes = (size % HOUR) / MINUTE
  const lead = size >= HOUR ? `${hours}h${minutes}m` : size >= MINUTE ? `${minutes}m` : ''
  return `${sign}${lead}${decimal(size % MINUTE, SECOND)}s`
}

function decimal(size: bigint, unit: bigint): string {
  const width = unit.toString().length - 1
  const fraction = (size % unit).toString().padStart(width, '0').replace(/0+$/, '')
  return fraction === '' ? `${size / unit}` : `${size / unit}.${fraction}`
}

function inUnit(unit: bigint): { params: []; call: (self: DurationValue) => Value } {
  return {
    params: [],
    call: ({ nanoseconds }) =>
      Number(nanoseconds / unit) + Number(nanoseconds % unit) / Number(unit),
  }
}

function truncate(nanoseconds: bigint, step: bigint): bigint {
  return step <= 0n ? nanoseconds : nanoseconds - (nanoseconds % step)
}

/** Half away from zero, as Go rounds. */
function round(nanoseconds: bigint, step: bigint): bigint {
  if (step <= 0n) return nanoseconds
  const half = nanoseconds < 0n ? -(step / 2n) : step / 2n
  return truncate(nanoseconds + half, step)
}

const DURATION_METHODS: Methods<DurationValue> = new Map<string, Method<DurationValue>>([
  ['String', { params: [], call: (self: DurationValue) => formatGoDuration(self.nanoseconds) }],
  ['Hours', inUnit(HOUR)],
  ['Minutes', inUnit(MINUTE)],
  ['Seconds', inUnit(SECOND)],
  ['Milliseconds', { params: [], call: (self) => self.nanoseconds / MILLISECOND }],
  ['Microseconds', { params: [], call: (self) => self.nanoseconds / MICROSECOND }],
  ['Nanoseconds', { params: [], call: (self) => self.nanoseconds }],
  [
    'Abs',
    {
      params: [],
      call: ({ nanoseconds }) => new DurationValue(nanoseconds < 0n ? -nanoseconds : nanoseconds),
    },
  ],
  [
    'Truncate',
    {
      params: [DURATION],
      call: (self, [step]) => new DurationValue(truncate(self.nanoseconds, asNanoseconds(step))),
    },
  ],
  [
    'Round',
    {
      params: [DURATION],
      call: (self, [step]) => new DurationValue(round(self.nanoseconds, asNanoseconds(step))),
    },
  ],
])
