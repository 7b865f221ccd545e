import { Type } from 'typebox'
import type { Static, TObject, TProperties, TSchema, TString } from 'typebox'

/** The grammar of `parseDuration`, for editors and for the validator. */
export const DURATION_PATTERN =
  '^(0|(?=.)([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)$'
export const HTTP_URL_PATTERN = '^https?://[^/]'
export const REDIS_URL_PATTERN = '^(rediss?|unix)://'
export const HASH_PATTERN = '^sha256:[0-9a-fA-F]{64}$'
export const ADDRESS_PATTERN = '^(\\[[0-9A-Fa-f:.%a-z]+\\]|[^\\[\\]:/\\s]*):[0-9]{1,5}$'

/**
 * Keys with a default are "required" here: the validator fills defaults in first, so the static type has no holes. The
 * published schema drops them from `required` again.
 */
export function duration(fallback: string, description: string): TString {
  return Type.String({ pattern: DURATION_PATTERN, default: fallback, description })
}

export function count(fallback: number, description: string, max = 1_000_000) {
  return Type.Integer({ minimum: 1, maximum: max, default: fallback, description })
}

/** A mapping with fixed keys that may be left out as a whole. */
export function section<P extends TProperties>(description: string, properties: P): TObject<P> {
  return Type.Object(properties, { additionalProperties: false, default: {}, description })
}

/** A mapping with fixed keys. */
export function strictObject<P extends TProperties>(
  properties: P,
  description?: string,
): TObject<P> {
  return Type.Object(properties, {
    additionalProperties: false,
    ...(description === undefined ? {} : { description }),
  })
}

/** Either of two forms, told apart by whether the value is a text: unlike `anyOf`, it reports only what applies. */
export function textOr<T extends TSchema, const W extends string>(
  word: W,
  other: T,
  description: string,
  fallback: Static<T>,
) {
  return Type.Unsafe<W | Static<T>>({
    description,
    if: { type: 'string' },
    // oxlint-disable-next-line unicorn/no-thenable -- a JSON Schema keyword, not a promise
    then: { const: word },
    else: other,
    default: fallback,
  })
}

/** A mapping from free names to texts. */
export function textMap(description: string) {
  return Type.Unsafe<Readonly<Record<string, string>>>({
    type: 'object',
    additionalProperties: { type: 'string' },
    default: {},
    description,
  })
}
