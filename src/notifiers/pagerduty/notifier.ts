import { answerText, isAccepted, refusal } from '../http/httpAnswer.ts'
import type { HttpAnswer } from '../http/httpAnswer.ts'
import { createHttpSender } from '../http/httpSender.ts'
import { readSecretNow } from '../http/secret.ts'
import { withWarnings } from '../message/warnings.ts'
import { DeliveryError } from '../notifier.ts'
import type { NotifierOptions, OpenNotifier } from '../registry.ts'
import type { PagerdutySettings } from './config.ts'
import { renderPagerduty } from './render.ts'

/** Sends events to PagerDuty. A repeated event with the same dedup_key changes nothing there, so retries are safe. */
export function createPagerdutyNotifier(
  settings: PagerdutySettings,
  { sendResolved, deps }: NotifierOptions,
): OpenNotifier {
  const sender = createHttpSender('PagerDuty', settings.http, settings.timeoutMs, deps)
  return {
    kind: 'pagerduty',
    sendResolved,
    async send(outgoing, signal) {
      const key = readSecretNow(settings.key, [])
      const request = renderPagerduty(settings, key, outgoing, deps.templates)
      if (request.key === '') {
        const why = request.warnings[0] ?? 'the key is empty'
        throw new DeliveryError(`PagerDuty has no key to send with: ${why}`, 'rejected')
      }
      const message = {
        url: settings.url,
        headers: { 'content-type': 'application/json' },
        body: [request.body],
        secrets: [request.key],
      }
      const answer = await sender.post(message, signal)
      if (!isAccepted(answer)) {
        // The older API answers 403 when too many events came at once.
        const tooMany = settings.version === 1 && answer.status === 403
        throw refusal('PagerDuty', answer, deps.now(), {
          detail: explanation(answer),
          ...(tooMany ? { reason: 'rate-limited' } : {}),
        })
      }
      const text = answerText(answer, explanation(answer))
      return { providerId: request.dedupKey, answer: withWarnings(text, request.warnings) }
    },
    close: () => sender.close(),
  }
}

/** `Event object is invalid: Length of 'routing_key' is incorrect`; the raw body when it is not PagerDuty's. */
function explanation(answer: HttpAnswer): string {
  try {
    const body = JSON.parse(answer.body) as { message?: unknown; errors?: unknown } | null
    if (typeof body?.message !== 'string') return answer.body
    const errors = Array.isArray(body.errors) ? `: ${body.errors.join(', ')}` : ''
    return body.message + errors
  } catch {
    return answer.body
  }
}
