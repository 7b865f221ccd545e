import { createHash } from 'node:crypto'
import type { MessageTemplates } from '../../templates/messageTemplates.ts'
import { cut, oneLine } from '../message/cut.ts'
import { createFieldRenderer, noticesOf } from '../message/fieldRenderer.ts'
import type { FieldRenderer } from '../message/fieldRenderer.ts'
import { valueJson } from '../message/goJson.ts'
import { backLink, headline } from '../message/plainText.ts'
import type { Outgoing } from '../notifier.ts'
import type { PagerdutySettings } from './config.ts'
import { renderDetails } from './details.ts'

export interface PagerdutyRequest {
  /** '' when the template failed or rendered to nothing. */
  readonly key: string
  readonly dedupKey: string
  readonly body: Buffer
  readonly warnings: readonly string[]
}

/** Limits of the Events API v2. */
const MAX_SUMMARY = 1024
const MAX_BODY_BYTES = 512_000
const MAX_TEXT = 1024
const MAX_URL = 2048
const MAX_LINKS = 20
const SEVERITIES = ['critical', 'error', 'warning', 'info']

/** One event (routing-semantics 9.2). `key` is the template that the settings or their file hold. */
export function renderPagerduty(
  settings: PagerdutySettings,
  key: string,
  outgoing: Outgoing,
  templates: MessageTemplates,
): PagerdutyRequest {
  const { data } = outgoing
  const renderer = createFieldRenderer(templates, data)
  const renderedKey = renderer.text('routing_key', key)?.trim() ?? ''
  const dedupKey = createHash('sha256').update(data.groupKey).digest('hex')
  const fields = renderFields(settings, renderer)
  const details = renderDetails(settings.details, data, renderer)
  const summary = renderSummary(settings, outgoing, renderer)
  const event = { settings, key: renderedKey, dedupKey, outgoing, fields, summary }
  const notice = noticesOf(data, renderer).join('; ')
  const extra = notice === '' ? {} : { notice: cut(notice, 4000) }
  return {
    key: renderedKey,
    dedupKey,
    body: fittingBody([
      () => body(event, { ...details, ...extra }, links(settings, renderer)),
      () => body(event, { ...details, ...extra }, {}),
      () => body(event, { error: `details were too large: ${backLink(data)}`, ...extra }, {}),
    ]),
    warnings: renderer.warnings,
  }
}

interface Event {
  readonly settings: PagerdutySettings
  readonly key: string
  readonly dedupKey: string
  readonly outgoing: Outgoing
  readonly fields: Fields
  readonly summary: string
}

type Fields = ReturnType<typeof renderFields>

/** The first body within the limit; the last one always is. */
function fittingBody(attempts: ReadonlyArray<() => unknown>): Buffer {
  let buffer = Buffer.alloc(0)
  for (const attempt of attempts) {
    buffer = Buffer.from(valueJson(attempt()))
    if (buffer.length <= MAX_BODY_BYTES) break
  }
  return buffer
}

function body(event: Event, details: object, extra: object): object {
  const { settings, key, dedupKey, outgoing, fields, summary } = event
  const isOver = outgoing.data.alerts.every((alert) => alert.status === 'resolved')
  const action = isOver ? 'resolve' : 'trigger'
  const client = withoutEmpty({ client: fields.client, client_url: fields.clientUrl })
  if (settings.version === 1) {
    const base = { service_key: key, incident_key: dedupKey, event_type: action }
    return { ...base, description: summary, details, ...(isOver ? {} : client) }
  }
  const payload = {
    summary,
    source: fields.source,
    severity: fields.severity,
    ...withoutEmpty({ class: fields.class, component: fields.component, group: fields.group }),
    custom_details: details,
  }
  return {
    routing_key: key,
    dedup_key: dedupKey,
    event_action: action,
    payload,
    ...client,
    ...extra,
  }
}

/** The summary is all that a phone shows, so a notice goes there too, and is not cut off by a long summary. */
function renderSummary(
  settings: PagerdutySettings,
  { data }: Outgoing,
  renderer: FieldRenderer,
): string {
  const text = oneLine(renderer.text('description', settings.description) ?? '')
  const notice = data.notice === '' ? '' : ` (${cut(oneLine(data.notice), 300)})`
  return cut(text === '' ? headline(data) : text, MAX_SUMMARY - notice.length) + notice
}

function renderFields(settings: PagerdutySettings, renderer: FieldRenderer) {
  const text = (field: string, source: string): string =>
    cut(renderer.text(field, source) ?? '', MAX_TEXT)
  const client = text('client', settings.client)
  const clientUrl = renderer.text('client_url', settings.clientUrl) ?? ''
  return {
    client,
    clientUrl: clientUrl.length > MAX_URL ? '' : clientUrl,
    source: text('source', settings.source) || client || 'Tocsin',
    severity: renderSeverity(settings.severity, renderer),
    class: text('class', settings.class),
    component: text('component', settings.component),
    group: text('group', settings.group),
  }
}

/** Any other word would be refused, and with it the page. */
function renderSeverity(source: string, renderer: FieldRenderer): string {
  const text = renderer.text('severity', source)
  if (text === null) return 'error'
  const severity = text.trim().toLowerCase()
  if (SEVERITIES.includes(severity)) return severity
  renderer.warn(
    `severity "${cut(oneLine(text), 50)}" is none of ${SEVERITIES.join(', ')}: sent as error`,
  )
  return 'error'
}

function links(settings: PagerdutySettings, renderer: FieldRenderer): object {
  const text = (field: string, source: string, max: number): string => {
    const rendered = renderer.text(field, source) ?? ''
    return rendered.length > max && max === MAX_URL ? '' : cut(rendered, max)
  }
  const images = settings.images.slice(0, MAX_LINKS).map((image) =>
    withoutEmpty({
      src: text('images', image.src, MAX_URL),
      alt: text('images', image.alt, MAX_TEXT),
      href: text('images', image.href, MAX_URL),
    }),
  )
  const hrefs = settings.links.slice(0, MAX_LINKS).map((link) =>
    withoutEmpty({
      href: text('links', link.href, MAX_URL),
      text: text('links', link.text, MAX_TEXT),
    }),
  )
  return withoutEmpty({
    images: images.filter((image) => 'src' in image),
    links: hrefs.filter((link) => 'href' in link),
  })
}

function withoutEmpty(fields: Readonly<Record<string, string | readonly object[]>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value.length > 0))
}
