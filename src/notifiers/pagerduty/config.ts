import type { Secret } from '../../config/config.ts'
import type { IntegrationConfigKind } from '../integrationConfig.ts'
import { compileHttp } from '../settings/httpSettings.ts'
import type { HttpSettings } from '../settings/httpSettings.ts'
import {
  checkTemplate,
  readBoolean,
  readSecretPair,
  readTemplate,
  readTimeout,
  readUrl,
} from '../settings/read.ts'
import { checkKeys, isMap, nameOfType, openItem, sectionList } from '../settings/section.ts'
import type { Draft, OpenItem, Section } from '../settings/section.ts'
import { compileStructure } from '../settings/structure.ts'

export interface PagerdutySettings {
  /** 2: Events API v2 with a routing key; 1: the older API with a service key. Both keys are templates. */
  readonly version: 1 | 2
  readonly key: Secret
  readonly url: string
  readonly description: string
  readonly severity: string
  readonly client: string
  readonly clientUrl: string
  /** Template; '' for the client. */
  readonly source: string
  readonly class: string
  readonly component: string
  readonly group: string
  /** Structure of templates, added to the built-in details and replacing those of the same name. */
  readonly details: Readonly<Record<string, unknown>>
  readonly images: ReadonlyArray<{
    readonly src: string
    readonly alt: string
    readonly href: string
  }>
  readonly links: ReadonlyArray<{ readonly href: string; readonly text: string }>
  readonly timeoutMs: number | null
  readonly http: HttpSettings
}

const KEYS =
  'send_resolved http_config service_key service_key_file routing_key routing_key_file url client client_url description details images links source severity class component group timeout'.split(
    ' ',
  )
const EVENTS_V1 = 'https://events.pagerduty.com/generic/2010-04-15/create_event.json'
const EVENTS_V2 = 'https://events.pagerduty.com/v2/enqueue'

/** `pagerduty_configs`, as Alertmanager has it (routing-semantics 1.6, 9.2). */
export const pagerdutyConfig: IntegrationConfigKind = {
  kind: 'pagerduty',
  key: 'pagerduty_configs',
  compile(input) {
    const open = openItem(input)
    const { item } = open
    checkKeys(item, KEYS)
    const details = item.value['details']
    if (details !== undefined && details !== null && !isMap(details)) {
      item.report(['details'], `details must be a map, not ${nameOfType(details)}`)
    }
    compileStructure(item, 'details')
    const settings: Draft<PagerdutySettings> = {
      ...compileTarget(open),
      description: readTemplate(
        item,
        'description',
        '{{ template "pagerduty.default.description" . }}',
      ),
      severity: readTemplate(item, 'severity', '') || 'error',
      client: readTemplate(item, 'client', '{{ template "pagerduty.default.client" . }}'),
      clientUrl: readTemplate(item, 'client_url', '{{ template "pagerduty.default.clientURL" . }}'),
      source: readTemplate(item, 'source', ''),
      class: readTemplate(item, 'class', ''),
      component: readTemplate(item, 'component', ''),
      group: readTemplate(item, 'group', ''),
      details: isMap(details) ? details : {},
      images: textItems(item, 'images', ['src', 'alt', 'href']),
      links: textItems(item, 'links', ['href', 'text']),
      timeoutMs: readTimeout(item, 'timeout'),
      http: compileHttp(open, input),
    }
    const sendResolved = readBoolean(item, 'send_resolved') ?? true
    return open.failed() ? null : { settings, sendResolved }
  },
}

/** If both keys are configured, the older API wins. */
function compileTarget({ item, global }: OpenItem): {
  readonly version: 1 | 2
  readonly key: Secret | null
  readonly url: string
} {
  const service = readSecretPair(item, 'service_key')
  const routing = readSecretPair(item, 'routing_key')
  const key = service ?? routing
  if (key === null)
    item.report([], 'PagerDuty needs routing_key or routing_key_file (Events API v2)')
  else if ('text' in key) {
    checkTemplate(item, [service === null ? 'routing_key' : 'service_key'], key.text)
  }
  const url = readUrl(item, 'url') ?? readUrl(global, 'pagerduty_url') ?? EVENTS_V2
  return service === null ? { version: 2, key, url } : { version: 1, key, url: EVENTS_V1 }
}

function textItems<K extends string>(
  item: Section,
  key: string,
  names: readonly K[],
): ReadonlyArray<Readonly<Record<K, string>>> {
  return sectionList(item, key).map((section) => {
    checkKeys(section, names)
    const entries = names.map((name) => [name, readTemplate(section, name, '')])
    return Object.fromEntries(entries) as Record<K, string>
  })
}
