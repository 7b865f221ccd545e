import type { HttpMessage } from '../http/httpSender.ts'
import { createHttpSender } from '../http/httpSender.ts'
import { readSecretNow } from '../http/secret.ts'
import { withWarnings } from '../message/warnings.ts'
import type { Outgoing, Receipt } from '../notifier.ts'
import type { NotifierOptions, OpenNotifier } from '../registry.ts'
import { slackVerdict } from './answer.ts'
import type { SlackVerdict } from './answer.ts'
import type { SlackSettings } from './config.ts'
import { renderSlack } from './render.ts'

/** Slack's words for a message that can no longer be edited: then a new one is posted. */
const LOST = ['message_not_found', 'cant_update_message', 'edit_window_closed', 'channel_not_found']

/** Posts to an incoming webhook, or as a bot. Slack has no field for an idempotency key, so a lost answer means a second message. */
export function createSlackNotifier(
  settings: SlackSettings,
  { sendResolved, deps }: NotifierOptions,
): OpenNotifier {
  const sender = createHttpSender('Slack', settings.http, settings.timeoutMs, deps)

  const post = async (url: string, body: Buffer, signal: AbortSignal): Promise<SlackVerdict> => {
    const secrets: string[] = []
    const headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8' }
    if (settings.token !== null) {
      headers['authorization'] = `Bearer ${readSecretNow(settings.token, secrets)}`
    }
    const message: HttpMessage = { url, headers, body: [body], secrets }
    return slackVerdict(await sender.post(message, signal), deps.now())
  }

  return {
    kind: 'slack',
    sendResolved,
    async send(outgoing, signal) {
      const url = readSecretNow(settings.url, [])
      const former = settings.updateMessage ? formerMessage(outgoing) : null
      if (former !== null) {
        const { body, warnings } = renderSlack(settings, outgoing, deps.templates, former)
        const editUrl = url.replace(/chat\.postMessage(?=$|\?)/, 'chat.update')
        const verdict = await post(editUrl, body, signal)
        if (verdict.ok) return receipt(settings, verdict, warnings)
        if (!LOST.includes(verdict.code)) throw verdict.error
      }
      const { body, warnings } = renderSlack(settings, outgoing, deps.templates)
      const verdict = await post(url, body, signal)
      if (!verdict.ok) throw verdict.error
      return receipt(settings, verdict, warnings)
    },
    close: () => sender.close(),
  }
}

/** The message to edit; null at the first notification of an incident, which starts a new one. */
function formerMessage({ data, memo }: Outgoing): { ts: string; channel: string } | null {
  const { ts, channel } = memo
  return ts && channel && data.reason !== 'first' ? { ts, channel } : null
}

function receipt(
  settings: SlackSettings,
  { ts, channel, text }: Extract<SlackVerdict, { ok: true }>,
  warnings: readonly string[],
): Receipt {
  const memo = settings.updateMessage && ts !== '' ? { memo: { ts, channel } } : {}
  return { providerId: ts, answer: withWarnings(text, warnings), ...memo }
}
