import { Type } from '@fastify/type-provider-typebox'
import { formatMatcher } from '../../core/matcher.ts'
import { silenceState } from '../../routing/silence.ts'
import type { Silence } from '../../routing/silence.ts'
import { answer, instant, instantSchema, labelsSchema } from '../schemas.ts'

export const SILENCE_STATES = ['pending', 'active', 'expired'] as const

export const silenceSchema = answer({
  id: Type.String(),
  state: Type.Enum([...SILENCE_STATES]),
  matchers: Type.Array(Type.String()),
  startsAt: instantSchema,
  endsAt: instantSchema,
  updatedAt: instantSchema,
  createdBy: Type.String(),
  comment: Type.String(),
  annotations: labelsSchema,
})

/** A silence in its JSON form: matchers as texts. */
export function silenceJson(silence: Silence, now: number) {
  const { startsAt, endsAt, updatedAt, matchers, ...same } = silence
  return {
    ...same,
    state: silenceState(silence, now),
    matchers: matchers.map(formatMatcher),
    startsAt: instant(startsAt),
    endsAt: instant(endsAt),
    updatedAt: instant(updatedAt),
  }
}
