import { createHash } from 'node:crypto'
import addressparser from 'nodemailer/lib/addressparser'
import type { MessageTemplates } from '../../templates/messageTemplates.ts'
import { cut, oneLine } from '../message/cut.ts'
import { boundedText, createFieldRenderer, noticesOf } from '../message/fieldRenderer.ts'
import type { FieldRenderer } from '../message/fieldRenderer.ts'
import { headline, plainText } from '../message/plainText.ts'
import type { MessageData, Outgoing } from '../notifier.ts'
import type { EmailSettings } from './config.ts'
import { htmlBody } from './html.ts'

/** An e-mail as it will stand in the mailbox. */
export interface EmailRequest {
  /** Addresses for the envelope; empty when nothing usable came out of the template. */
  readonly to: readonly string[]
  /** Null when the template did not give exactly one address. */
  readonly from: string | null
  readonly subject: string
  readonly messageId: string
  /** The headers beside subject, message id and date. To and From are here, as written. */
  readonly headers: Readonly<Record<string, string>>
  /** '' for none. */
  readonly html: string
  readonly text: string
  readonly warnings: readonly string[]
}

const MAX_SUBJECT = 250
const MAX_HEADER = 2000
const MAX_TEXT = { maxAlerts: 200, maxLength: 200_000 }
const ADDRESS = /^[^\s@<>,;"]+@[^\s@<>,;"]+$/
/** Written by us, or without effect: the envelope alone says who gets the mail. */
const OWN_HEADERS = [
  'Subject',
  'To',
  'From',
  'Message-Id',
  'Date',
  'Bcc',
  'Content-Type',
  'Mime-Version',
]

/** `now` is epoch ms, `hostname` the right side of the Message-ID. */
export function renderEmail(
  settings: EmailSettings,
  { data, idempotencyKey }: Outgoing,
  templates: MessageTemplates,
  { now, hostname }: { readonly now: number; readonly hostname: string },
): EmailRequest {
  const renderer = createFieldRenderer(templates, data)
  const to = renderer.text('to', settings.to) ?? ''
  const from = renderer.text('from', settings.from) ?? ''
  const senders = addresses(from, renderer)
  const headers = renderHeaders(settings, renderer)
  const subject = renderSubject(settings, data, renderer)
  const recipients = addresses(to, renderer)
  const text = renderText(settings, data, renderer)
  // Last of the templates, because it shows what failed in the others.
  const html = htmlBody(settings.html, data, renderer)
  const digest = createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 32)
  return {
    to: recipients,
    from: senders.length === 1 ? (senders[0] as string) : null,
    subject,
    messageId: headers['Message-Id'] ?? `<${digest}@${hostname}>`,
    headers: {
      'Auto-Submitted': 'auto-generated',
      To: oneLine(to),
      From: oneLine(from),
      ...threadHeaders(settings.threading, data, now),
      ...headers,
    },
    html,
    text: withNotices(text, data, renderer, html),
    warnings: renderer.warnings,
  }
}

function renderSubject(
  settings: EmailSettings,
  data: MessageData,
  renderer: FieldRenderer,
): string {
  const subject = oneLine(renderer.text('subject', settings.headers['Subject'] ?? '') ?? '')
  return cut(subject === '' ? headline(data) : subject, MAX_SUBJECT)
}

/** A header whose template fails is left out. */
function renderHeaders(settings: EmailSettings, renderer: FieldRenderer): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, source] of Object.entries(settings.headers)) {
    if (name === 'Subject' || name === 'Bcc') continue
    const value = cut(oneLine(renderer.text(`header ${name}`, source) ?? ''), MAX_HEADER)
    if (value !== '') headers[name] = value
  }
  return headers
}

/** The configured text part; null when it is ours to write: none configured, or its template failed. */
function renderText(
  settings: EmailSettings,
  data: MessageData,
  renderer: FieldRenderer,
): string | null {
  return settings.text === null
    ? null
    : boundedText(renderer, 'text', settings.text, data, MAX_TEXT)
}

/** Runs last, so that every warning is known. A mail without any other part gets our text even where '' was asked for. */
function withNotices(
  text: string | null,
  data: MessageData,
  renderer: FieldRenderer,
  html: string,
): string {
  const notices = noticesOf(data, renderer)
  if (text === null || (text === '' && html === '')) return plainText(data, notices, MAX_TEXT)
  return text === '' ? '' : [...notices, ...(notices.length > 0 ? [''] : []), text].join('\n')
}

/** The usable addresses of a list; the others are warned about. */
function addresses(list: string, renderer: FieldRenderer): readonly string[] {
  const parsed = addressparser(list, { flatten: true }).map((mailbox) => mailbox.address)
  const usable = parsed.filter((address) => ADDRESS.test(address))
  if (usable.length < parsed.length) renderer.warn(`no e-mail address: ${cut(oneLine(list), 200)}`)
  return [...new Set(usable)]
}

/** One thread for each group, or for each group and day (UTC). */
function threadHeaders(
  threading: EmailSettings['threading'],
  data: MessageData,
  now: number,
): Record<string, string> {
  if (threading === 'none') return {}
  const group = createHash('sha256').update(data.groupKey).digest('hex').slice(0, 16)
  const day = threading === 'daily' ? new Date(now).toISOString().slice(0, 10) : ''
  const id = `<alert-${group}-${day}@tocsin>`
  return { References: id, 'In-Reply-To': id }
}

/** Headers that are handed to the mailer one by one. */
export function otherHeaders(request: EmailRequest): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !OWN_HEADERS.includes(name)),
  )
}
