import { isValidText, goQuote } from './goText.ts'
import { AppError } from './errors.ts'
import { compareUtf8, labelValue } from './labels.ts'
import type { Labels } from './labels.ts'
import { parseClassicMatcher, parseClassicMatchers } from './matcherClassic.ts'
import { needsQuotes, parseUtf8Matchers } from './matcherUtf8.ts'
import { compilePattern } from './pattern.ts'

export type MatchOperator = '=' | '!=' | '=~' | '!~'

/** One condition on one label. Plain data; `compileMatchers` makes the function. A missing label counts as ''. */
export interface Matcher {
  readonly name: string
  readonly op: MatchOperator
  readonly value: string
}

/** Whether a label set fulfils all matchers. */
export type LabelPredicate = (labels: Labels) => boolean

export interface MatcherError {
  readonly error: string
}

const OPERATORS: readonly MatchOperator[] = ['=', '!=', '=~', '!~']

/**
 * Parses a list such as `{team="db", severity=~"warning|critical"}`; the braces may be left out, an empty text is an empty
 * list. Two grammars are tried, and where both accept the text but read it differently the older one wins, as in
 * Alertmanager (`matcher/compat`); `warn` hears how to write it so that both agree.
 */
export function parseMatchers(
  text: string,
  warn?: (message: string) => void,
): Matcher[] | MatcherError {
  return reconcile(checked(parseUtf8Matchers(text)), checked(parseClassicMatchers(text)), warn)
}

/** Parses exactly one matcher, without braces: a `filter` of the API, an argument of amtool. */
export function parseMatcher(
  text: string,
  warn?: (message: string) => void,
): Matcher | MatcherError {
  if (text.trim() === '') return { error: 'no matcher given: write one such as alertname="Disk"' }
  if (text.startsWith('{') || text.endsWith('}')) {
    return { error: `unexpected open or close brace: ${text}` }
  }
  const modern = checked(parseUtf8Matchers(text))
  const single =
    isMatcherError(modern) || modern.length === 1
      ? modern
      : { error: `more than one matcher: ${text}` }
  const classic = parseClassicMatcher(text)
  const both = reconcile(single, checked(isMatcherError(classic) ? classic : [classic]), warn)
  return isMatcherError(both) ? both : (both[0] ?? { error: `no matcher: ${text}` })
}

/** Why a matcher cannot be used, or null. An empty name is no problem: it matches like a label that no alert has. */
export function matcherProblem(matcher: Matcher): string | null {
  const { name, op, value } = matcher
  if (!isValidText(name) || !isValidText(value))
    return `${formatMatcher(matcher)} is not valid UTF-8`
  if (op === '=' || op === '!=') return null
  const compiled = compilePattern(value)
  return 'problem' in compiled ? `${formatMatcher(matcher)}: ${compiled.problem}` : null
}

/** A predicate that holds when all matchers do; always true for an empty list. @throws AppError on a bad pattern */
export function compileMatchers(matchers: readonly Matcher[]): LabelPredicate {
  const tests = matchers.map(compileMatcher)
  const [first, second] = tests
  if (first === undefined) return () => true
  if (second === undefined) return first
  if (tests.length === 2) return (labels) => first(labels) && second(labels)
  return (labels) => tests.every((test) => test(labels))
}

/** Canonical text of one matcher: part of group keys, so it must not change. Source: `pkg/labels` Matcher.String. */
export function formatMatcher({ name, op, value }: Matcher): string {
  if (needsQuotes(name)) return `${goQuote(name)}${op}${goQuote(value)}`
  const escaped = value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
  return `${name}${op}"${escaped}"`
}

/** `{a="1",b=~"x|y"}` in the order given. */
export function formatMatchers(matchers: readonly Matcher[]): string {
  return `{${matchers.map(formatMatcher).join(',')}}`
}

/** By name, value, then `=`, `!=`, `=~`, `!~`. */
export function sortMatchers(matchers: readonly Matcher[]): Matcher[] {
  return [...matchers].sort(
    (a, b) =>
      compareUtf8(a.name, b.name) ||
      compareUtf8(a.value, b.value) ||
      OPERATORS.indexOf(a.op) - OPERATORS.indexOf(b.op),
  )
}

export function isMatcherError(result: unknown): result is MatcherError {
  return typeof result === 'object' && result !== null && 'error' in result
}

function compileMatcher(matcher: Matcher): LabelPredicate {
  const { name, op, value } = matcher
  if (op === '=') return (labels) => labelValue(labels, name) === value
  if (op === '!=') return (labels) => labelValue(labels, name) !== value
  const compiled = compilePattern(value)
  if ('problem' in compiled) {
    throw new AppError('INVALID_INPUT', `${formatMatcher(matcher)}: ${compiled.problem}`)
  }
  const { matches } = compiled
  return op === '=~'
    ? (labels) => matches(labelValue(labels, name))
    : (labels) => !matches(labelValue(labels, name))
}

function checked(parsed: Matcher[] | MatcherError): Matcher[] | MatcherError {
  if (isMatcherError(parsed)) return parsed
  for (const matcher of parsed) {
    const problem = matcherProblem(matcher)
    if (problem !== null) return { error: problem }
  }
  return parsed
}

function reconcile(
  modern: Matcher[] | MatcherError,
  classic: Matcher[] | MatcherError,
  warn: (message: string) => void = () => {},
): Matcher[] | MatcherError {
  if (isMatcherError(classic)) return isMatcherError(modern) ? classic : modern
  const text = formatMatchers(classic)
  if (isMatcherError(modern)) {
    warn(`${modern.error}; read as ${text}: write it like that`)
  } else if (formatMatchers(modern) !== text) {
    warn(`the two matcher grammars disagree; read as ${text}, not ${formatMatchers(modern)}`)
  }
  return classic
}
