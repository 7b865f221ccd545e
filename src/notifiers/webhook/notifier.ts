import { answerText, isAccepted, refusal } from '../http/httpAnswer.ts'
import { createHttpSender } from '../http/httpSender.ts'
import { readSecretNow } from '../http/secret.ts'
import { withWarnings } from '../message/warnings.ts'
import { DeliveryError } from '../notifier.ts'
import type { NotifierOptions, OpenNotifier } from '../registry.ts'
import type { WebhookSettings } from './config.ts'
import { renderWebhook } from './render.ts'

/** Posts Alertmanager's JSON to a URL. Any 2xx is accepted; the body of the answer is only kept for the ledger. */
export function createWebhookNotifier(
  settings: WebhookSettings,
  { sendResolved, deps }: NotifierOptions,
): OpenNotifier {
  const sender = createHttpSender('webhook', settings.http, settings.timeoutMs, deps)
  return {
    kind: 'webhook',
    sendResolved,
    async send(outgoing, signal) {
      const url = readSecretNow(settings.url, [])
      const request = renderWebhook(settings, url, outgoing, deps.templates)
      if (request.url === '') {
        const why = request.warnings[0] ?? 'its URL is empty'
        throw new DeliveryError(`webhook has nowhere to send to: ${why}`, 'rejected')
      }
      const answer = await sender.post(request, signal)
      if (!isAccepted(answer)) {
        throw refusal(`webhook ${new URL(request.url).host}`, answer, deps.now())
      }
      return { providerId: '', answer: withWarnings(answerText(answer), request.warnings) }
    },
    close: () => sender.close(),
  }
}
