import { STATUS_CODES } from 'node:http'
import { errorText } from '../core/errors.ts'
import { DatasourceError, excerpt } from './datasourceError.ts'
import type { Answer } from './exchange.ts'
import { errorAnswer } from './vectorJson.ts'

/** What an answer other than 200 says, in words that follow the name of the datasource. */
export function statusText(answer: Answer): string {
  const status = `answered ${answer.status} ${STATUS_CODES[answer.status] ?? ''}`.trimEnd()
  if (answer.status >= 300 && answer.status < 400) {
    return `${status}: redirects are not followed, put the final address into the url of the datasource`
  }
  const text = answer.body.toString('utf8', 0, 10_000).trim()
  if (text === '') return status
  if (text.startsWith('<')) return `${status} with HTML (${excerpt(text)})`
  return `${status}: ${prometheusError(text) ?? excerpt(text)}`
}

/** Why no answer came, in words that follow the name of the datasource. */
export function failureText(error: unknown): string {
  if (error instanceof DatasourceError) return error.message
  switch (codeOf(error)) {
    case 'ECONNREFUSED':
      return 'refused the connection: is it running, and is the port right?'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `cannot be found: ${errorText(error)}`
    case 'UND_ERR_CONNECT_TIMEOUT':
      return 'did not accept a connection in time'
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return 'did not answer in time'
    default:
      return `could not be asked: ${errorText(error)}`
  }
}

function prometheusError(text: string): string | null {
  try {
    const answer: unknown = JSON.parse(text)
    if (typeof answer !== 'object' || answer === null) return null
    return errorAnswer(answer as Record<string, unknown>).slice(0, 1_000)
  } catch {
    return null
  }
}

/** The code of the error or of the first of its causes that has one (several addresses: an AggregateError). */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  if ('code' in error && typeof error.code === 'string') return error.code
  return codeOf(error.cause)
}
