import { Type } from '@fastify/type-provider-typebox'
import type { Static, TProperties, TSchema } from '@fastify/type-provider-typebox'
import { problemSchema } from './problem.ts'

/** A mapping from label names to values. */
export const labelsSchema = Type.Unsafe<Readonly<Record<string, string>>>({
  type: 'object',
  additionalProperties: { type: 'string' },
})

export const instantSchema = Type.String({ description: 'ISO 8601, UTC, with milliseconds.' })
export const instantOrNull = Type.Union([instantSchema, Type.Null()])

/** A text a client gives as a point in time. */
export const instantInput = Type.String({ format: 'date-time' })
export const durationInput = Type.String({
  description: 'Such as 30m, 2h or 1d12h.',
  examples: ['2h'],
})

export function answer<T extends TProperties>(properties: T) {
  return Type.Object(properties)
}

/** A mapping without other keys than these: unknown ones are refused, not dropped. */
export function input<T extends TProperties>(properties: T) {
  return Type.Object(properties, { additionalProperties: false })
}

/** The same, or no body at all. */
export function optionalInput<T extends TProperties>(properties: T) {
  const schema = input(properties)
  return Type.Unsafe<Static<typeof schema> | null>({ ...schema, type: ['object', 'null'] })
}

/** The good answers, and problem documents for everything else. */
export function responses<T extends Readonly<Record<number, TSchema>>>(good: T) {
  return { ...good, '4xx': problemSchema, '5xx': problemSchema }
}

export function instant(at: number): string {
  return new Date(at).toISOString()
}

export function instantOrNone(at: number | null): string | null {
  return at === null ? null : instant(at)
}
