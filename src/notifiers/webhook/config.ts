import type { Secret } from '../../config/config.ts'
import type { IntegrationConfigKind } from '../integrationConfig.ts'
import { compileHttp } from '../settings/httpSettings.ts'
import type { HttpSettings } from '../settings/httpSettings.ts'
import {
  checkTemplate,
  isHttpUrl,
  readBoolean,
  readCount,
  readSecretPair,
  readTimeout,
} from '../settings/read.ts'
import { checkKeys, openItem } from '../settings/section.ts'
import type { Draft, Section } from '../settings/section.ts'
import { compileStructure } from '../settings/structure.ts'

export interface WebhookSettings {
  /** A template, inline or in a file that is read at every send. */
  readonly url: Secret
  /** 0: all. */
  readonly maxAlerts: number
  /** Null: the network's request timeout. */
  readonly timeoutMs: number | null
  /** Replaces the whole body; null: the version 4 body. */
  readonly payload: { readonly content: unknown } | null
  readonly http: HttpSettings
}

const KEYS = ['send_resolved', 'http_config', 'url', 'url_file', 'max_alerts', 'timeout', 'payload']

/** `webhook_configs`, as Alertmanager has it (routing-semantics 9.1). */
export const webhookConfig: IntegrationConfigKind = {
  kind: 'webhook',
  key: 'webhook_configs',
  compile(input) {
    const open = openItem(input)
    const { item } = open
    checkKeys(item, KEYS)
    const url = readSecretPair(item, 'url')
    checkUrl(item, url)
    const settings: Draft<WebhookSettings> = {
      url,
      maxAlerts: readCount(item, 'max_alerts') ?? 0,
      timeoutMs: readTimeout(item, 'timeout'),
      payload: compileStructure(item, 'payload'),
      http: compileHttp(open, input),
    }
    const sendResolved = readBoolean(item, 'send_resolved') ?? true
    return open.failed() ? null : { settings, sendResolved }
  },
}

function checkUrl(item: Section, url: Secret | null): void {
  if (url === null) return item.report([], 'a webhook needs url or url_file')
  if ('file' in url) return
  if (url.text.includes('{{')) checkTemplate(item, ['url'], url.text)
  else if (!isHttpUrl(url.text)) {
    item.report(['url'], 'url must start with http:// or https:// and name a host')
  }
}
