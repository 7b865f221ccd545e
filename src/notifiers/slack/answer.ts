import { answerText, isAccepted, reasonOf, refusal } from '../http/httpAnswer.ts'
import type { HttpAnswer } from '../http/httpAnswer.ts'
import type { FailureReason, DeliveryError } from '../notifier.ts'

/** What Slack said: a webhook answers the word `ok`, the Web API a JSON object, both with status 200 even for errors. */
export type SlackVerdict =
  | { readonly ok: true; readonly ts: string; readonly channel: string; readonly text: string }
  | { readonly ok: false; readonly code: string; readonly error: DeliveryError }

const REASONS: ReadonlyMap<string, FailureReason> = new Map([
  ...words('rate-limited', 'ratelimited rate_limited message_limit_exceeded'),
  ...words(
    'unavailable',
    'internal_error fatal_error service_unavailable team_added_to_org rollup_error',
  ),
  ...words('timeout', 'request_timeout'),
  ...words(
    'unauthorized',
    'invalid_auth not_authed token_revoked token_expired account_inactive no_permission missing_scope invalid_token access_denied org_login_required ekm_access_denied',
  ),
])

export function slackVerdict(answer: HttpAnswer, now: number): SlackVerdict {
  const isJson = String(answer.headers['content-type'] ?? '').startsWith('application/json')
  const body = isJson ? parseBody(answer.body) : null
  if (isAccepted(answer)) {
    if (body?.ok === true || (!isJson && answer.body.trim() === 'ok')) {
      return {
        ok: true,
        ts: body?.ts ?? '',
        channel: body?.channel ?? '',
        text: answerText(answer, 'ok'),
      }
    }
    if (isJson && body === null) return failure(answer, 'an unreadable answer', 'unavailable', now)
  }
  const code = body?.error ?? answer.body.trim()
  const byStatus = isAccepted(answer) ? 'rejected' : reasonOf(answer.status)
  return failure(answer, code, REASONS.get(code) ?? byStatus, now)
}

function failure(
  answer: HttpAnswer,
  code: string,
  reason: FailureReason,
  now: number,
): SlackVerdict {
  return { ok: false, code, error: refusal('Slack', answer, now, { reason, detail: code }) }
}

interface SlackBody {
  readonly ok: boolean
  readonly ts: string | undefined
  readonly channel: string | undefined
  readonly error: string | undefined
}

function parseBody(text: string): SlackBody | null {
  try {
    const value = JSON.parse(text) as Record<string, unknown> | null
    if (typeof value?.['ok'] !== 'boolean') return null
    const word = (key: string): string | undefined =>
      typeof value[key] === 'string' ? value[key] : undefined
    return { ok: value['ok'], ts: word('ts'), channel: word('channel'), error: word('error') }
  } catch {
    return null
  }
}

function words(reason: FailureReason, codes: string): Array<readonly [string, FailureReason]> {
  return codes.split(' ').map((code) => [code, reason] as const)
}
