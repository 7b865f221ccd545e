import { durationProblem, parseDuration } from '../core/duration.ts'
import { AppError } from '../core/errors.ts'
import { isMatcherError, parseMatcher } from '../core/matcher.ts'
import type { Matcher } from '../core/matcher.ts'

/** Parses matchers that a client gave, one each. @throws AppError INVALID_INPUT naming the field */
export function readMatchers(texts: readonly string[], field: string): Matcher[] {
  return texts.map((text) => {
    const matcher = parseMatcher(text)
    if (isMatcherError(matcher)) {
      throw new AppError('INVALID_INPUT', `${field} "${shorten(text)}": ${matcher.error}`)
    }
    return matcher
  })
}

/** Milliseconds of a duration that a client gave. @throws AppError INVALID_INPUT when it is none, or 0 */
export function readDuration(text: string, field: string): number {
  const ms = parseDuration(text)
  if (ms === null)
    throw new AppError('INVALID_INPUT', `${field}: ${durationProblem(shorten(text))}`)
  if (ms === 0) throw new AppError('INVALID_INPUT', `${field} must be longer than 0`)
  return ms
}

/** The end that a client asked for by `until` or `duration`; null for neither. @throws AppError for both, or a past one */
export function readEnd(
  given: { readonly until?: string | undefined; readonly duration?: string | undefined },
  now: number,
  untilField = 'until',
): number | null {
  if (given.until !== undefined && given.duration !== undefined) {
    throw new AppError('INVALID_INPUT', `give either ${untilField} or duration, not both`)
  }
  if (given.duration !== undefined) return now + readDuration(given.duration, 'duration')
  if (given.until === undefined) return null
  const until = Date.parse(given.until)
  if (until <= now) {
    throw new AppError('INVALID_INPUT', `${untilField} (${given.until}) must lie in the future`)
  }
  return until
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}
