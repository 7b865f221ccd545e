import { matcherProblem } from '../core/matcher.ts'
import type { Matcher } from '../core/matcher.ts'
import { compilePattern } from '../core/pattern.ts'

export interface Silence {
  readonly id: string
  readonly matchers: readonly Matcher[]
  readonly startsAt: number
  readonly endsAt: number
  readonly updatedAt: number
  readonly createdBy: string
  readonly comment: string
  readonly annotations: Readonly<Record<string, string>>
}

export type SilenceState = 'pending' | 'active' | 'expired'

/** What a person asks for; the id (of the silence to change) and the time of the change are decided elsewhere. */
export type SilenceInput = Omit<Silence, 'id' | 'updatedAt'>

export type SilenceDecision =
  /** Store all of these, in order; `id` is the silence that now says what was asked for. */
  { readonly put: readonly Silence[]; readonly id: string } | { readonly problem: string }

export function silenceState(
  silence: Pick<Silence, 'startsAt' | 'endsAt'>,
  now: number,
): SilenceState {
  if (now >= silence.endsAt) return 'expired'
  return now < silence.startsAt ? 'pending' : 'active'
}

/**
 * What creating (`existing` null) or changing a silence does. A change keeps the id when the matchers are the same and no
 * past is rewritten; otherwise the old silence ends and a new one begins. An invalid input changes nothing.
 * Source: Alertmanager's `silence.Set`.
 */
export function decideSilence(
  existing: Silence | null,
  input: SilenceInput,
  now: number,
  newId: string,
): SilenceDecision {
  const problem = silenceProblem(input, now)
  if (problem !== null) return { problem }
  if (existing !== null && canChange(existing, input, now)) {
    const active = silenceState(existing, now) === 'active'
    const startsAt = active ? existing.startsAt : input.startsAt
    return { put: [{ ...input, startsAt, id: existing.id, updatedAt: now }], id: existing.id }
  }
  const startsAt = Math.max(input.startsAt, now)
  const created: Silence = { ...input, startsAt, id: newId, updatedAt: now }
  const old = existing === null ? null : expireSilence(existing, now)
  return { put: old === null || old === existing ? [created] : [old, created], id: newId }
}

/** The silence, ended at `now`; one that has not begun never acts. The same object when it has ended already. */
export function expireSilence(silence: Silence, now: number): Silence {
  switch (silenceState(silence, now)) {
    case 'expired':
      return silence
    case 'active':
      return { ...silence, endsAt: now, updatedAt: now }
    case 'pending':
      return { ...silence, startsAt: now, endsAt: now, updatedAt: now }
  }
}

/** Why a silence cannot be stored, or null. A lone negative matcher is accepted, as Alertmanager does. */
export function silenceProblem(input: SilenceInput, now: number): string | null {
  const { matchers, startsAt, endsAt } = input
  if (matchers.length === 0) return 'a silence needs at least one matcher'
  for (const matcher of matchers) {
    if (matcher.name === '') return 'a matcher needs a label name'
    const problem = matcherProblem(matcher)
    if (problem !== null) return problem
  }
  if (matchers.every(matchesEmpty)) {
    return 'at least one matcher must not match the empty value, or the silence would match everything'
  }
  if (!Number.isFinite(startsAt) || !Number.isFinite(endsAt)) return 'start and end must be times'
  if (startsAt >= endsAt) return 'start time must be before end time'
  return endsAt < now ? "end time can't be in the past" : null
}

function matchesEmpty({ op, value }: Matcher): boolean {
  if (op === '=') return value === ''
  if (op !== '=~') return false
  const compiled = compilePattern(value)
  return 'matches' in compiled && compiled.matches('')
}

function canChange(existing: Silence, input: SilenceInput, now: number): boolean {
  if (!sameMatchers(existing.matchers, input.matchers)) return false
  switch (silenceState(existing, now)) {
    case 'active':
      return sameSecond(existing.startsAt, input.startsAt)
    case 'pending':
      return input.startsAt >= now
    case 'expired':
      return false
  }
}

/** In the same order: Alertmanager gives a new id when two matchers change places. */
function sameMatchers(a: readonly Matcher[], b: readonly Matcher[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ name, op, value }, i) => {
      const other = b[i]
      return other?.name === name && other.op === op && other.value === value
    })
  )
}

/** Clients give times back in whole seconds. */
function sameSecond(a: number, b: number): boolean {
  return Math.floor(a / 1_000) === Math.floor(b / 1_000)
}
