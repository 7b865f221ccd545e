import { isObject, jsonAnswer, parseObject, textAnswer } from './provider.ts'
import type { Provider, ProviderAnswer, ProviderRequest } from './provider.ts'

export const SLACK_PATH = /^\/(?:slack(?:\/.*)?|services\/.*|api\/chat\.(?:postMessage|update))$/
const WEBHOOK_PATH = /^(?:\/slack)?\/services\/T\w+\/B\w+\/\w+$|^\/slack\/?$/
const MAX_TEXT = 40_000
const MAX_ATTACHMENTS = 100
const MAX_POSTED = 10_000
const TEXTS =
  'title title_link pretext text fallback callback_id footer color image_url thumb_url author_name'.split(
    ' ',
  )

/** Slack's incoming webhooks (answer `ok`) and its Web API (chat.postMessage, chat.update; 200 with ok true or false). */
export function createSlack(now: () => number): Provider {
  const posted = new Set<string>()
  let count = 0
  return (request) => {
    const isApi = request.path.startsWith('/api/')
    if (!isApi && !WEBHOOK_PATH.test(request.path)) return textAnswer(404, 'no_service')
    const message = parseObject(request.body)
    const error = messageProblem(message)
    if (!isApi) {
      if (error !== null) return textAnswer(400, error)
      return textAnswer(200, 'ok', arrivalOf(message ?? {}, 'posted'))
    }
    const apiError = apiProblem(request, message ?? {}, posted) ?? error
    if (apiError !== null) return jsonAnswer(200, { ok: false, error: apiError })
    const isUpdate = request.path.endsWith('chat.update')
    const ts = isUpdate
      ? String(message?.['ts'])
      : `${Math.floor(now() / 1000)}.${String(++count).padStart(6, '0')}`
    if (posted.size < MAX_POSTED) posted.add(ts)
    const channel = channelId(String(message?.['channel']))
    return jsonAnswer(
      200,
      { ok: true, channel, ts, message: { text: message?.['text'] ?? '' } },
      arrivalOf(message ?? {}, isUpdate ? `edited ${ts}` : `posted ${ts}`),
    )
  }
}

/** Channels given by name have an id, which the answers use. */
function channelId(channel: string): string {
  return channel.startsWith('#') ? `C${channel.slice(1).toUpperCase().replace(/\W/g, '')}` : channel
}

function apiProblem(
  { path, headers }: ProviderRequest,
  message: Readonly<Record<string, unknown>>,
  posted: ReadonlySet<string>,
): string | null {
  const token = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1]
  if (token === undefined) return 'not_authed'
  if (!token.startsWith('xoxb-')) return 'invalid_auth'
  if (typeof message['channel'] !== 'string' || message['channel'] === '')
    return 'channel_not_found'
  if (path.endsWith('chat.update') && !posted.has(String(message['ts']))) return 'message_not_found'
  return null
}

function messageProblem(message: Readonly<Record<string, unknown>> | null): string | null {
  if (message === null) return 'invalid_payload'
  const { text = '', attachments = [] } = message
  if (typeof text !== 'string' || !Array.isArray(attachments)) return 'invalid_payload'
  if (attachments.length > MAX_ATTACHMENTS) return 'too_many_attachments'
  if (!(attachments as unknown[]).every(isAttachment)) return 'invalid_attachments'
  const parts = attachments as ReadonlyArray<Readonly<Record<string, unknown>>>
  const shown = parts.filter(
    (part) => part['text'] || part['title'] || part['pretext'] || part['fallback'],
  )
  if (text.trim() === '' && shown.length === 0) return 'no_text'
  return text.length + charactersOf(attachments) > MAX_TEXT ? 'msg_too_long' : null
}

/** Characters of all texts in a value. */
function charactersOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce<number>((sum, part) => sum + charactersOf(part), 0)
}

function isAttachment(value: unknown): boolean {
  if (!isObject(value)) return false
  const { fields = [], actions = [], mrkdwn_in: mrkdwnIn = [] } = value
  return (
    TEXTS.every((name) => value[name] === undefined || typeof value[name] === 'string') &&
    Array.isArray(fields) &&
    fields.every((field: unknown) => isObject(field) && typeof field['title'] === 'string') &&
    Array.isArray(actions) &&
    actions.length <= 5 &&
    actions.every((action: unknown) => isObject(action) && typeof action['text'] === 'string') &&
    Array.isArray(mrkdwnIn)
  )
}

function arrivalOf(
  message: Readonly<Record<string, unknown>>,
  what: string,
): ProviderAnswer['arrival'] {
  const attachments = (message['attachments'] ?? []) as ReadonlyArray<
    Readonly<Record<string, unknown>>
  >
  const first = attachments[0] ?? {}
  const texts = [message['text'], first['title'], first['fallback'], first['text']]
  const headline = texts.find((text): text is string => typeof text === 'string' && text !== '')
  return { kind: 'slack', headline: headline ?? '', fields: { what, message } }
}
