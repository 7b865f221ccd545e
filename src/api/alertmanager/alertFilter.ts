import { AppError } from '../../core/errors.ts'
import { compileMatchers, isMatcherError, parseMatcher } from '../../core/matcher.ts'
import type { LabelPredicate, Matcher } from '../../core/matcher.ts'
import type { GettableAlert } from './gettableAlert.ts'

/** The parameters of `GET /api/v2/alerts`, as they came. */
export interface AlertQuery {
  readonly active?: string
  readonly silenced?: string
  readonly inhibited?: string
  readonly filter?: readonly string[]
  readonly receiver?: string
  readonly receiver_matchers?: readonly string[]
}

export interface AlertFilter {
  readonly isMatch: LabelPredicate
  /** What of the alert's standing and receivers is wanted. */
  readonly wants: (alert: GettableAlert) => boolean
}

/** Compiles the parameters. @throws AppError INVALID_INPUT with Alertmanager's words */
export function compileAlertFilter(query: AlertQuery): AlertFilter {
  const active = readBoolean(query.active)
  const silenced = readBoolean(query.silenced)
  const inhibited = readBoolean(query.inhibited)
  const isReceiver = receiverPredicate(query)
  return {
    isMatch: compileMatchers(readFilters(query.filter ?? [])),
    wants: ({ status, receivers }) => {
      if (!active && status.state === 'active') return false
      if (!silenced && status.silencedBy.length > 0) return false
      if (!inhibited && status.inhibitedBy.length > 0) return false
      return isReceiver === null || receivers.some(({ name }) => isReceiver({ name }))
    },
  }
}

const TRUE_WORDS = ['true', '1', 'yes', 'on', 'y', 't', 'ok', 'checked', 'selected', 'enabled']

/** Absent or empty is the default, true; every word that is not a yes is a no. */
function readBoolean(text: string | undefined): boolean {
  return text === undefined || text === '' || TRUE_WORDS.includes(text.toLowerCase())
}

function readFilters(texts: readonly string[]): Matcher[] {
  return texts.map((text) => {
    const matcher = parseMatcher(text)
    if (!isMatcherError(matcher)) return matcher
    throw new AppError('INVALID_INPUT', `bad matcher format: ${matcher.error}`)
  })
}

function receiverPredicate(query: AlertQuery): LabelPredicate | null {
  const matchers = readFilters(query.receiver_matchers ?? [])
  if (query.receiver !== undefined && query.receiver !== '') {
    matchers.push({ name: 'name', op: '=~', value: query.receiver })
  }
  return matchers.length === 0 ? null : compileMatchers(matchers)
}
