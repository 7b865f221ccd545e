import { reasonOf, refusal } from '../http/httpAnswer.ts'
import type { HttpAnswer } from '../http/httpAnswer.ts'
import type { DeliveryError, FailureReason } from '../notifier.ts'

/** Codes that ask to wait although their status is 400. https://www.twilio.com/docs/api/errors */
const WAIT_CODES = new Set([14107, 20429, 21611, 30001, 30022, 63038])
const LOGIN_CODES = new Set([20003, 20005, 20008])

/** What Twilio's refusal means: its own code says more than the status. */
export function twilioRefusal(answer: HttpAnswer, now: number): DeliveryError {
  const { code, message } = parseBody(answer.body)
  const detail = code === null ? message : `${message} (error ${code})`
  return refusal('Twilio', answer, now, { reason: reason(answer.status, code), detail })
}

function reason(status: number, code: number | null): FailureReason {
  if (code !== null && WAIT_CODES.has(code)) return 'rate-limited'
  if (code !== null && LOGIN_CODES.has(code)) return 'unauthorized'
  return reasonOf(status)
}

function parseBody(text: string): { readonly code: number | null; readonly message: string } {
  try {
    const body = JSON.parse(text) as { code?: unknown; message?: unknown } | null
    const code = typeof body?.code === 'number' ? body.code : null
    return { code, message: typeof body?.message === 'string' ? body.message : text }
  } catch {
    return { code: null, message: text }
  }
}
