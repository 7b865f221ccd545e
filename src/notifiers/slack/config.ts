import type { Secret } from '../../config/config.ts'
import type { IntegrationConfigKind } from '../integrationConfig.ts'
import { compileHttp } from '../settings/httpSettings.ts'
import type { HttpSettings } from '../settings/httpSettings.ts'
import {
  isHttpUrl,
  readBoolean,
  readSecretPair,
  readTemplate,
  readTextList,
  readTimeout,
  readUrl,
} from '../settings/read.ts'
import { checkKeys, openItem } from '../settings/section.ts'
import type { Draft, OpenItem } from '../settings/section.ts'
import { compileActions, compileFields } from './attachmentConfig.ts'
import type { SlackAction, SlackField } from './attachmentConfig.ts'

export interface SlackSettings {
  /** An incoming webhook, or the Web API's chat.postMessage. */
  readonly url: Secret
  /** Bot token for the Web API; null for a webhook. */
  readonly token: Secret | null
  readonly templates: Readonly<Record<SlackTemplate, string>>
  readonly fields: readonly SlackField[]
  readonly actions: readonly SlackAction[]
  readonly linkNames: boolean
  readonly mrkdwnIn: readonly string[]
  /** Later messages of one incident edit the first instead of adding to the channel. */
  readonly updateMessage: boolean
  readonly timeoutMs: number | null
  readonly http: HttpSettings
}

export type SlackTemplate = keyof typeof TEMPLATES

const TEMPLATES = {
  channel: '',
  username: '{{ template "slack.default.username" . }}',
  color: '{{ if eq .Status "firing" }}danger{{ else }}good{{ end }}',
  title: '{{ template "slack.default.title" . }}',
  title_link: '{{ template "slack.default.titlelink" . }}',
  pretext: '{{ template "slack.default.pretext" . }}',
  text: '{{ template "slack.default.text" . }}',
  message_text: '',
  fallback: '{{ template "slack.default.fallback" . }}',
  callback_id: '{{ template "slack.default.callbackid" . }}',
  footer: '{{ template "slack.default.footer" . }}',
  icon_emoji: '{{ template "slack.default.iconemoji" . }}',
  icon_url: '{{ template "slack.default.iconurl" . }}',
  image_url: '',
  thumb_url: '',
}
const OTHER_KEYS =
  'send_resolved http_config api_url api_url_file app_token app_token_file app_url fields short_fields actions link_names mrkdwn_in update_message timeout'.split(
    ' ',
  )
const APP_URL = 'https://slack.com/api/chat.postMessage'

/** `slack_configs`, as Alertmanager has it (routing-semantics 1.6, 9.4). */
export const slackConfig: IntegrationConfigKind = {
  kind: 'slack',
  key: 'slack_configs',
  compile(input) {
    const open = openItem(input)
    const { item } = open
    checkKeys(item, [...Object.keys(TEMPLATES), ...OTHER_KEYS])
    const http = compileHttp(open, input)
    const target = compileTarget(open)
    const updateMessage = readBoolean(item, 'update_message') ?? false
    if (updateMessage && target.token === null && http.auth === null) {
      item.report(
        ['update_message'],
        'a webhook cannot edit messages: update_message needs app_token',
      )
    }
    const templates = Object.fromEntries(
      Object.entries(TEMPLATES).map(([key, normal]) => [key, readTemplate(item, key, normal)]),
    )
    const settings: Draft<SlackSettings> = {
      ...target,
      templates: templates as SlackSettings['templates'],
      fields: compileFields(item, readBoolean(item, 'short_fields') ?? false),
      actions: compileActions(item),
      linkNames: readBoolean(item, 'link_names') ?? false,
      mrkdwnIn: readTextList(item, 'mrkdwn_in') ?? ['fallback', 'pretext', 'text'],
      updateMessage,
      timeoutMs: readTimeout(item, 'timeout'),
      http,
    }
    const sendResolved = readBoolean(item, 'send_resolved') ?? false
    return open.failed() ? null : { settings, sendResolved }
  },
}

/** What stands at the integration comes before the globals; a webhook URL comes before a token of the same place. */
function compileTarget({ item, global }: OpenItem): {
  readonly url: Secret | null
  readonly token: Secret | null
} {
  const ownUrl = readSecretPair(item, 'api_url')
  const ownToken = readSecretPair(item, 'app_token')
  const globalUrl = readSecretPair(global, 'slack_api_url')
  const globalToken = readSecretPair(global, 'slack_app_token')
  const appUrl = readUrl(item, 'app_url') ?? readUrl(global, 'slack_app_url') ?? APP_URL
  if (ownUrl !== null && 'text' in ownUrl && !isHttpUrl(ownUrl.text)) {
    item.report(['api_url'], 'api_url must start with http:// or https:// and name a host')
  }
  if (ownUrl !== null) return { url: ownUrl, token: ownToken }
  if (ownToken !== null) return { url: { text: appUrl }, token: ownToken }
  if (globalUrl !== null) return { url: globalUrl, token: globalToken }
  if (globalToken !== null) return { url: { text: appUrl }, token: globalToken }
  const forms = 'api_url (a webhook) or app_token (a bot)'
  item.report([], `Slack needs ${forms} here, or slack_api_url or slack_app_token under global`)
  return { url: null, token: null }
}
