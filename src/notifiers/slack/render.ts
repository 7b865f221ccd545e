import type { MessageTemplates } from '../../templates/messageTemplates.ts'
import { cut } from '../message/cut.ts'
import { boundedText, createFieldRenderer, noticesOf } from '../message/fieldRenderer.ts'
import type { FieldRenderer } from '../message/fieldRenderer.ts'
import { valueJson } from '../message/goJson.ts'
import { backLink, headline, plainText } from '../message/plainText.ts'
import type { MessageData, Outgoing } from '../notifier.ts'
import type { SlackAction } from './attachmentConfig.ts'
import type { SlackSettings, SlackTemplate } from './config.ts'

export interface SlackRequest {
  readonly body: Buffer
  readonly warnings: readonly string[]
}

/** Slack refuses a message of more than 40,000 characters. Without fields and actions the parts stay below that together. */
const MAX_CHARACTERS = 38_000
const MAX_TITLE = 1024
const MAX_PRETEXT = 3000
const MAX_BODY = { maxAlerts: 200, maxLength: 12_000 }
const MAX_MESSAGE_TEXT = { maxAlerts: 200, maxLength: 4000 }
const MAX_SHORT = 255
const MAX_URL = 2000
const MAX_FIELDS = 50
const MAX_FIELD_VALUE = 250
const MAX_ACTIONS = 5

/**
 * The message as an attachment (routing-semantics 9.4). With `update` it replaces the message of that id in that channel.
 */
export function renderSlack(
  settings: SlackSettings,
  { data }: Outgoing,
  templates: MessageTemplates,
  update: { readonly ts: string; readonly channel: string } | null = null,
): SlackRequest {
  const renderer = createFieldRenderer(templates, data)
  const short = (key: SlackTemplate, max = MAX_SHORT): string =>
    cut(renderer.text(key, settings.templates[key]) ?? '', max)
  const url = (key: SlackTemplate): string => usableUrl(renderer.text(key, settings.templates[key]))
  const messageText = settings.templates.message_text
  const top = {
    channel: short('channel'),
    username: short('username', 80),
    icon_emoji: short('icon_emoji'),
    icon_url: url('icon_url'),
    text: boundedText(renderer, 'message_text', messageText, data, MAX_MESSAGE_TEXT) ?? '',
    ...update,
  }
  const attachment = {
    ...renderTexts(settings, data, renderer),
    callback_id: short('callback_id'),
    footer: short('footer'),
    color: short('color'),
    image_url: url('image_url'),
    thumb_url: url('thumb_url'),
    title_link: url('title_link'),
    fields: renderFields(settings, renderer),
    actions: renderActions(settings, renderer),
    mrkdwn_in: settings.mrkdwnIn,
  }
  const ownPretext = short('pretext', MAX_PRETEXT)
  // Last, so that it shows what failed in any of the others.
  const pretext = joined([...noticesOf(data, renderer).map(escapeMrkdwn), ownPretext])
  const body = (parts: object): object => ({
    ...withoutEmpty(top),
    ...(settings.linkNames ? { link_names: true } : {}),
    attachments: [{ ...withoutEmpty({ ...parts, pretext }), ...alwaysSent(attachment) }],
  })
  const { fields: _fields, actions: _actions, ...essential } = attachment
  const full = body(attachment)
  const fitting = charactersOf(full) <= MAX_CHARACTERS ? full : body(essential)
  return { body: Buffer.from(valueJson(fitting)), warnings: renderer.warnings }
}

/** The fields that Alertmanager sends even when they are empty. */
function alwaysSent<T extends Record<'text' | 'fallback' | 'callback_id' | 'footer', string>>(
  attachment: T,
): Pick<T, 'text' | 'fallback' | 'callback_id' | 'footer'> {
  const { text, fallback, callback_id, footer } = attachment
  return { text, fallback, callback_id, footer }
}

/** Characters of all texts in a value. */
function charactersOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce<number>((sum, part) => sum + charactersOf(part), 0)
}

/** Title, text and fallback never vanish: our own words stand in for a template that fails. */
function renderTexts(
  settings: SlackSettings,
  data: MessageData,
  renderer: FieldRenderer,
): { readonly title: string; readonly text: string; readonly fallback: string } {
  const { title, text, fallback } = settings.templates
  const ownTitle = escapeMrkdwn(headline(data))
  const shownText =
    boundedText(renderer, 'text', text, data, MAX_BODY) ??
    escapeMrkdwn(plainText(data, [], { maxAlerts: 50, maxLength: MAX_BODY.maxLength / 6 }))
  const shownTitle = cut(renderer.text('title', title) ?? ownTitle, MAX_TITLE)
  return {
    title: shownTitle,
    text: shownText === '' && shownTitle.trim() === '' ? ownTitle : shownText,
    fallback: cut(renderer.text('fallback', fallback) ?? `${ownTitle} | ${backLink(data)}`, 1500),
  }
}

function renderFields(settings: SlackSettings, renderer: FieldRenderer): readonly object[] {
  return settings.fields.slice(0, MAX_FIELDS).map((field) => ({
    title: cut(renderer.text('fields', field.title) ?? '', 150),
    value: cut(renderer.text('fields', field.value) ?? '', MAX_FIELD_VALUE),
    short: field.short,
  }))
}

/** A button without a text would cost the whole message. */
function renderActions(settings: SlackSettings, renderer: FieldRenderer): readonly object[] {
  return settings.actions
    .slice(0, MAX_ACTIONS)
    .map((action) => renderAction(action, renderer))
    .filter((action) => 'text' in action && 'type' in action)
}

function renderAction(action: SlackAction, renderer: FieldRenderer): object {
  const text = (source: string): string => cut(renderer.text('actions', source) ?? '', MAX_SHORT)
  const common = { type: text(action.type), text: text(action.text), style: text(action.style) }
  const url = usableUrl(renderer.text('actions', action.url))
  if (url !== '') return withoutEmpty({ ...common, url })
  const { confirm } = action
  const button = withoutEmpty({ ...common, name: text(action.name), value: text(action.value) })
  if (confirm === null) return button
  const question = {
    text: text(confirm.text),
    title: text(confirm.title),
    ok_text: text(confirm.okText),
    dismiss_text: text(confirm.dismissText),
  }
  return { ...button, confirm: withoutEmpty(question) }
}

/** A cut URL leads nowhere, so one that is too long is left out. */
function usableUrl(text: string | null): string {
  return text === null || text.length > MAX_URL ? '' : text
}

function joined(lines: readonly string[]): string {
  return cut(lines.filter((line) => line !== '').join('\n'), MAX_PRETEXT)
}

function escapeMrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function withoutEmpty(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]: [string, string | readonly unknown[]]) => value.length > 0,
    ),
  )
}
