import { errorText } from '../../core/errors.ts'
import { cut, oneLine } from '../message/cut.ts'
import { DeliveryError } from '../notifier.ts'

const TIMEOUT_CODES = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
])

/** A signal that aborts with `signal`, or with a TimeoutError after `timeoutMs`. */
export function deadline(signal: AbortSignal, timeoutMs: number): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
}

/** What went wrong between us and a provider. Always retryable: nothing was refused. `who` names the provider. */
export function transportFailure(
  who: string,
  error: unknown,
  signal: AbortSignal,
  redact: (text: string) => string,
): DeliveryError {
  if (error instanceof DeliveryError) return error
  if (signal.aborted) {
    const isTimeout = signal.reason instanceof Error && signal.reason.name === 'TimeoutError'
    return isTimeout
      ? new DeliveryError(`${who} did not answer in time`, 'timeout', { cause: error })
      : new DeliveryError(`sending to ${who} was stopped`, 'unavailable', { cause: error })
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const text = cut(oneLine(redact(errorText(error))), 300)
  const reason = TIMEOUT_CODES.has(code) ? 'timeout' : 'unavailable'
  return new DeliveryError(`${who} could not be reached: ${text}`, reason)
}
