import { isValidText } from '../../core/goText.ts'
import type { Labels } from '../../core/labels.ts'
import type { IncomingAlert } from '../../routing/incomingAlert.ts'
import { ApiRequestError } from './apiError.ts'
import { parseApiTime } from './apiTime.ts'

export interface ReadAlerts {
  readonly alerts: readonly IncomingAlert[]
  /** Why the others of the batch were refused. */
  readonly refused: readonly string[]
}

const URI = /^(?:\/|[a-z][a-z0-9+.-]*:)[^\s\u0000-\u001f\u007f]*$/i
const EMPTY: Labels = Object.freeze(Object.create(null) as Record<string, string>)

/**
 * Reads the body of `POST /api/v2/alerts` by the rules of Alertmanager's API (`api/v2/api.go`): times are filled in,
 * empty labels dropped, bad alerts refused one by one. Checked by hand: a schema validator takes several times as long.
 * @throws ApiRequestError when the body has the wrong form: then nothing of it may be stored
 */
export function readAlerts(body: unknown, now: number, resolveTimeoutMs: number): ReadAlerts {
  if (body === undefined) throw new ApiRequestError(422, 602, 'alerts in body is required')
  if (body === null) return { alerts: [], refused: [] }
  if (!Array.isArray(body)) throw wrongForm('the body must be a list of alerts')
  const alerts: IncomingAlert[] = []
  const refused: string[] = []
  for (const [i, item] of body.entries()) {
    const alert = readAlert(item, i, now, resolveTimeoutMs)
    const problem = problemOf(alert)
    if (problem === null) alerts.push(alert)
    else refused.push(problem)
  }
  return { alerts, refused }
}

function readAlert(item: unknown, i: number, now: number, resolveTimeoutMs: number): IncomingAlert {
  if (item === null) throw new ApiRequestError(422, 602, `${i} in body is required`)
  if (typeof item !== 'object' || Array.isArray(item)) throw wrongForm(`${i} must be an alert`)
  const given = item as Readonly<Record<string, unknown>>
  if (given['labels'] === undefined || given['labels'] === null) {
    throw new ApiRequestError(422, 602, `${i}.labels in body is required`)
  }
  const start = readTime(given['startsAt'], i, 'startsAt')
  const end = readTime(given['endsAt'], i, 'endsAt')
  const endsAt = end ?? now + resolveTimeoutMs
  return {
    labels: readTexts(given['labels'], `${i}.labels`, false),
    annotations: readTexts(given['annotations'] ?? EMPTY, `${i}.annotations`, true),
    startsAt: start ?? end ?? now,
    endsAt,
    timeout: end === null,
    updatedAt: now,
    generatorURL: readUrl(given['generatorURL'], i),
  }
}

function readTime(value: unknown, i: number, field: string): number | null {
  const at = parseApiTime(value)
  if (at !== undefined) return at
  throw wrongForm(`${i}.${field} is not a time: write one such as 2026-01-31T12:00:00Z`)
}

function readTexts(value: unknown, field: string, keepsEmpty: boolean): Labels {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrongForm(`${field} must map names to texts`)
  }
  const texts = Object.create(null) as Record<string, string>
  const given = value as Readonly<Record<string, unknown>>
  for (const name of Object.keys(given)) {
    const text = given[name]
    if (typeof text !== 'string' && text !== null)
      throw wrongForm(`${field}.${name} must be a text`)
    // As Go reads it: null is the empty text.
    if (keepsEmpty || (text !== null && text !== '')) texts[name] = wellFormed(text ?? '')
  }
  return texts
}

/** Go's JSON reader puts U+FFFD in the place of half a surrogate pair. */
function wellFormed(text: string): string {
  return isValidText(text) ? text : Buffer.from(text).toString()
}

function readUrl(value: unknown, i: number): string {
  if (value === undefined || value === null || value === '') return ''
  if (typeof value !== 'string') throw wrongForm(`${i}.generatorURL must be a text`)
  if (URI.test(value)) return value
  throw new ApiRequestError(422, 601, `${i}.generatorURL in body must be of type uri`)
}

function problemOf(alert: IncomingAlert): string | null {
  if (alert.startsAt > alert.endsAt) return 'start time must be before end time'
  const names = Object.keys(alert.labels)
  if (names.length === 0) return 'at least one label pair required'
  if (names.includes('')) return 'invalid label set: invalid name ""'
  if (Object.hasOwn(alert.annotations, '')) return 'invalid annotations: invalid name ""'
  return null
}

function wrongForm(message: string): ApiRequestError {
  return new ApiRequestError(400, 400, `parsing alerts body failed: ${message}`)
}
