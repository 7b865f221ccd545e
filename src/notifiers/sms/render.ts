import type { MessageTemplates } from '../../templates/messageTemplates.ts'
import { cut, formatCount, oneLine } from '../message/cut.ts'
import { boundedText, createFieldRenderer, noticesOf } from '../message/fieldRenderer.ts'
import type { FieldRenderer } from '../message/fieldRenderer.ts'
import { backLink, headline, summaryOf } from '../message/plainText.ts'
import type { MessageData, Outgoing } from '../notifier.ts'
import { E164 } from './config.ts'
import type { SmsSettings } from './config.ts'

export interface SmsRequest {
  readonly to: readonly string[]
  /** Rendered recipients that are no phone numbers. */
  readonly unusable: readonly string[]
  readonly text: string
  readonly warnings: readonly string[]
}

/** Twilio refuses more than 1600 characters (error 21617). */
const MAX_TEXT = 1600
/** Our own text: three segments of the GSM alphabet. */
const MAX_OWN_TEXT = 459
/** `…` is not in the GSM alphabet: it would more than double the price of the message. */
const MARK = '...'

/** One text message for all recipients. */
export function renderSms(
  settings: SmsSettings,
  { data }: Outgoing,
  templates: MessageTemplates,
): SmsRequest {
  const renderer = createFieldRenderer(templates, data)
  const to = settings.to.flatMap((source) => (renderer.text('to', source) ?? '').split(','))
  const numbers = [...new Set(to.map((number) => number.trim()))].filter((number) => number !== '')
  const limits = {
    maxAlerts: 100,
    maxLength: MAX_TEXT - noticeHead(data, renderer).length,
    mark: MARK,
  }
  const source = settings.text ?? ''
  const body = boundedText(renderer, 'text', source, data, limits)?.trim() ?? ''
  const head = noticeHead(data, renderer)
  const text = cut(body === '' ? ownText(data) : body, MAX_TEXT - head.length, MARK)
  return {
    to: numbers.filter((number) => E164.test(number)),
    unusable: numbers.filter((number) => !E164.test(number)),
    text: head + text,
    warnings: renderer.warnings,
  }
}

function noticeHead(data: MessageData, renderer: FieldRenderer): string {
  const notices = noticesOf(data, renderer).map((notice) => cut(oneLine(notice), 160, MARK))
  return notices.length === 0 ? '' : `${cut(notices.join('; '), 400, MARK)}\n`
}

/** `[FIRING:3] Disk (h1 critical): disk is full and 2 more http://...` */
function ownText(data: MessageData): string {
  const first = data.alerts.find((alert) => alert.status === data.status) ?? data.alerts[0]
  const summary = first === undefined ? '' : summaryOf(first.annotations)
  const others = data.alerts.length - 1
  const more = others > 0 ? ` and ${formatCount(others)} more` : ''
  const tail = `${more} ${cut(backLink(data), 200, MARK)}`
  const words = summary === '' ? headline(data) : `${cut(headline(data), 200, MARK)}: ${summary}`
  return cut(words, MAX_OWN_TEXT - tail.length, MARK) + tail
}
