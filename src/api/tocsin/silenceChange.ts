import { AppError } from '../../core/errors.ts'
import { compileMatchers, formatMatchers } from '../../core/matcher.ts'
import { silenceState } from '../../routing/silence.ts'
import type { Silence } from '../../routing/silence.ts'
import { readEnd, readMatchers } from '../inputs.ts'

/** What a client wants of a silence; times still text. */
export interface SilenceInput {
  readonly matchers: readonly string[]
  readonly startsAt?: string
  readonly endsAt?: string
  readonly duration?: string
  readonly comment: string
  readonly createdBy?: string
  readonly annotations?: Readonly<Record<string, string>>
}

/** A valid silence from a client's words. A start in the past means now. @throws AppError INVALID_INPUT */
export function newSilence(input: SilenceInput, id: string, by: string, now: number): Silence {
  const matchers = readMatchers(input.matchers, 'matchers')
  if (compileMatchers(matchers)({})) {
    throw new AppError(
      'INVALID_INPUT',
      'the matchers would silence every alert that lacks these labels: add one such as alertname="Disk"',
    )
  }
  const startsAt = Math.max(now, input.startsAt === undefined ? now : Date.parse(input.startsAt))
  const endsAt = readEnd({ until: input.endsAt, duration: input.duration }, now, 'endsAt')
  if (endsAt === null) {
    throw new AppError(
      'INVALID_INPUT',
      'a silence needs an end: give endsAt, or duration such as 2h',
    )
  }
  // A duration counts from the start of the silence.
  const end = input.duration === undefined ? endsAt : endsAt - now + startsAt
  if (end <= startsAt) throw new AppError('INVALID_INPUT', 'endsAt must be later than startsAt')
  const { comment, annotations = {} } = input
  return {
    id,
    matchers,
    startsAt,
    endsAt: end,
    updatedAt: now,
    createdBy: by,
    comment,
    annotations,
  }
}

/** The same silence with other times or words. @throws AppError when it has ended, or its matchers would change */
export function changedSilence(
  old: Silence,
  input: SilenceInput,
  by: string,
  now: number,
): Silence {
  const state = silenceState(old, now)
  if (state === 'expired') {
    throw new AppError('CONFLICT', 'the silence has expired: create a new one')
  }
  const next = newSilence(input, old.id, by, now)
  if (formatMatchers(next.matchers) !== formatMatchers(old.matchers)) {
    throw new AppError(
      'CONFLICT',
      'the matchers of a silence cannot change: expire it and create a new one',
    )
  }
  return state === 'active' ? { ...next, startsAt: old.startsAt } : next
}

/** The silence ended now; the same object when it has ended already. */
export function expiredSilence(old: Silence, now: number): Silence {
  switch (silenceState(old, now)) {
    case 'expired':
      return old
    case 'active':
      return { ...old, endsAt: now, updatedAt: now }
    case 'pending':
      return { ...old, startsAt: now, endsAt: now, updatedAt: now }
  }
}
