import { cut, oneLine } from '../message/cut.ts'
import { DeliveryError } from '../notifier.ts'
import type { FailureReason } from '../notifier.ts'

/** What a provider answered, with at most the first 16 KB of its body. */
export interface HttpAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
}

const MAX_RETRY_AFTER_MS = 24 * 60 * 60_000

export function isAccepted(answer: HttpAnswer): boolean {
  return answer.status >= 200 && answer.status < 300
}

/** `202 Accepted`: what the ledger keeps of an answer. `detail` is the provider's own word for it. */
export function answerText(answer: HttpAnswer, detail: string = answer.body): string {
  const text = cut(oneLine(detail), 200)
  return text === '' ? String(answer.status) : `${answer.status} ${text}`
}

/**
 * The error for an answer that is not 2xx. `who` names the provider without secrets. `reason` overrides what the status says
 * where the provider's body knows better.
 */
export function refusal(
  who: string,
  answer: HttpAnswer,
  now: number,
  options: { readonly reason?: FailureReason; readonly detail?: string } = {},
): DeliveryError {
  const isRedirect = answer.status >= 300 && answer.status < 400
  const advice = isRedirect ? ': redirects are not followed, configure the final URL' : ''
  const reason = options.reason ?? reasonOf(answer.status)
  return new DeliveryError(
    `${who} answered ${answerText(answer, options.detail)}${advice}`,
    reason,
    {
      retryAfterMs: retryAfterMs(answer.headers['retry-after'], now),
    },
  )
}

/** What a status means for us. Beyond Alertmanager's list, 408, 425 and 429 are tried again. */
export function reasonOf(status: number): FailureReason {
  if (status === 401 || status === 403 || status === 407) return 'unauthorized'
  if (status === 429) return 'rate-limited'
  if (status === 408 || status === 504) return 'timeout'
  return status === 425 || status >= 500 ? 'unavailable' : 'rejected'
}

/** Retry-After in ms from now: seconds or a date (RFC 9110 section 10.2.3), at most a day. Null when there is none. */
export function retryAfterMs(
  header: string | readonly string[] | undefined,
  now: number,
): number | null {
  const text = (typeof header === 'string' ? header : header?.[0])?.trim() ?? ''
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now
  return Number.isNaN(ms) ? null : Math.min(Math.max(0, ms), MAX_RETRY_AFTER_MS)
}
