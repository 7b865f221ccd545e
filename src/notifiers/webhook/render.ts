import type { MessageTemplates } from '../../templates/messageTemplates.ts'
import { alertJson, BodyBuilder, keepFirst } from '../message/alertJson.ts'
import { createFieldRenderer, noticesOf } from '../message/fieldRenderer.ts'
import type { FieldRenderer } from '../message/fieldRenderer.ts'
import { labelsJson, quoteJson, valueJson } from '../message/goJson.ts'
import { renderStructure } from '../message/structure.ts'
import type { MessageData, Outgoing } from '../notifier.ts'
import type { WebhookSettings } from './config.ts'

export interface WebhookRequest {
  /** '' when the template failed or rendered to nothing: then there is nowhere to send to. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** JSON, in pieces: a hundred thousand alerts are never one string. */
  readonly body: readonly Buffer[]
  readonly warnings: readonly string[]
}

/** Alertmanager's webhook message (routing-semantics 9.1). `url` is the template that the settings or their file hold. */
export function renderWebhook(
  settings: WebhookSettings,
  url: string,
  outgoing: Outgoing,
  templates: MessageTemplates,
): WebhookRequest {
  const renderer = createFieldRenderer(templates, outgoing.data)
  const target = renderer.text('url', url)?.trim() ?? ''
  const payload =
    settings.payload === null ? null : renderPayload(settings.payload.content, renderer)
  return {
    url: target,
    headers: {
      'content-type': 'application/json',
      'idempotency-key': outgoing.idempotencyKey,
    },
    body: payload ?? versionFour(outgoing.data, settings.maxAlerts, renderer),
    warnings: renderer.warnings,
  }
}

/** Null when one of its templates failed: then the standard body is sent, which says so. */
function renderPayload(content: unknown, renderer: FieldRenderer): readonly Buffer[] | null {
  let failed = false
  const value = renderStructure(content, (source) => {
    const text = renderer.text('payload', source)
    failed ||= text === null
    return text ?? ''
  })
  return failed ? null : [Buffer.from(valueJson(value))]
}

function versionFour(
  all: MessageData,
  maxAlerts: number,
  renderer: FieldRenderer,
): readonly Buffer[] {
  const data = keepFirst(all, maxAlerts)
  const body = new BodyBuilder()
  body.add(
    `{"receiver":${quoteJson(quoteRegexp(data.receiver))},"status":"${data.status}","alerts":[`,
  )
  data.alerts.forEach((alert, i) => body.add(i === 0 ? alertJson(alert) : `,${alertJson(alert)}`))
  // Not part of version 4: present only when there is something special to say.
  const notice = noticesOf(data, renderer).join('; ')
  body.add(
    `],"notification_reason":${quoteJson(data.reasonText)},` +
      `"groupLabels":${labelsJson(data.groupLabels)},` +
      `"commonLabels":${labelsJson(data.commonLabels)},` +
      `"commonAnnotations":${labelsJson(data.commonAnnotations)},"routeLabels":{},` +
      `"externalURL":${quoteJson(data.externalURL)},"version":"4",` +
      `"groupKey":${quoteJson(data.groupKey)},` +
      `"truncatedAlerts":${all.alerts.length - data.alerts.length}` +
      `${notice === '' ? '' : `,"notice":${quoteJson(notice)}`}}`,
  )
  return body.build()
}

/** Go's regexp.QuoteMeta, because the field feeds receiver filters. */
function quoteRegexp(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')
}
