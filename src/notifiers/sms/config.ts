import type { Secret } from '../../config/config.ts'
import type { IntegrationConfigKind } from '../integrationConfig.ts'
import { compileHttp } from '../settings/httpSettings.ts'
import type { HttpSettings } from '../settings/httpSettings.ts'
import {
  checkTemplate,
  readBoolean,
  readSecretPair,
  readString,
  readTemplate,
  readTextList,
  readTimeout,
  readUrl,
} from '../settings/read.ts'
import { checkKeys, openItem } from '../settings/section.ts'
import type { Draft, Section } from '../settings/section.ts'

export interface SmsSettings {
  readonly accountSid: string
  /** User name and password of the API: the account with its token, or an API key with its secret. */
  readonly username: string
  readonly password: Secret
  readonly sender: { readonly from: string } | { readonly messagingServiceSid: string }
  /** Phone numbers in E.164, or templates of one or several with commas. */
  readonly to: readonly string[]
  /** Template; null: our own text. */
  readonly text: string | null
  /** No trailing slash. */
  readonly apiUrl: string
  readonly timeoutMs: number | null
  readonly http: HttpSettings
}

const KEYS = [
  'send_resolved',
  'http_config',
  'account_sid',
  'auth_token',
  'auth_token_file',
  'api_key',
  'api_secret',
  'api_secret_file',
  'from',
  'messaging_service_sid',
  'to',
  'text',
  'api_url',
  'timeout',
]
export const E164 = /^\+[1-9]\d{6,14}$/

/** `sms_configs`, our own: text messages through Twilio. */
export const smsConfig: IntegrationConfigKind = {
  kind: 'sms',
  key: 'sms_configs',
  compile(input) {
    const open = openItem(input)
    const { item } = open
    checkKeys(item, KEYS)
    const accountSid = readSid(item, 'account_sid', 'AC')
    if (accountSid === null)
      item.report([], 'an SMS needs account_sid: the AC... of your Twilio account')
    const http = compileHttp(open, input)
    if (http.auth !== null && item.value['http_config'] !== undefined) {
      item.report(['http_config'], 'credentials in http_config are not used here: remove them')
    }
    const settings: Draft<SmsSettings> = {
      accountSid,
      ...compileCredentials(item, accountSid),
      sender: compileSender(item),
      to: compileRecipients(item),
      text: readTemplate(item, 'text', null),
      apiUrl: (readUrl(item, 'api_url') ?? 'https://api.twilio.com').replace(/\/+$/, ''),
      timeoutMs: readTimeout(item, 'timeout'),
      http: { ...http, auth: null },
    }
    const sendResolved = readBoolean(item, 'send_resolved') ?? true
    return open.failed() ? null : { settings, sendResolved }
  },
}

function readSid(item: Section, key: string, prefix: string): string | null {
  const text = readString(item, key)
  if (text !== null && !new RegExp(`^${prefix}[0-9a-fA-F]{32}$`).test(text)) {
    item.report([key], `${key} must be ${prefix} and 32 hexadecimal digits`)
  }
  return text
}

function compileCredentials(
  item: Section,
  accountSid: string | null,
): { readonly username: string | null; readonly password: Secret | null } {
  const token = readSecretPair(item, 'auth_token')
  const apiKey = readSid(item, 'api_key', 'SK')
  const apiSecret = readSecretPair(item, 'api_secret')
  const usesKey = apiKey !== null || apiSecret !== null
  if (token !== null && usesKey) {
    item.report([], 'use either auth_token or api_key with api_secret, not both')
  } else if (usesKey && (apiKey === null || apiSecret === null)) {
    item.report([], 'api_key and api_secret (or api_secret_file) belong together: give both')
  } else if (token === null && !usesKey) {
    item.report([], 'an SMS needs auth_token, auth_token_file, or api_key with api_secret')
  }
  return usesKey
    ? { username: apiKey, password: apiSecret }
    : { username: accountSid, password: token }
}

function compileSender(item: Section): SmsSettings['sender'] | null {
  const from = readString(item, 'from')
  const messagingServiceSid = readSid(item, 'messaging_service_sid', 'MG')
  if (from !== null && messagingServiceSid !== null) {
    item.report(
      ['messaging_service_sid'],
      'from and messaging_service_sid exclude each other: keep one',
    )
  }
  if (messagingServiceSid !== null) return { messagingServiceSid }
  if (from === null) {
    item.report([], 'an SMS needs from (a number or sender id) or messaging_service_sid')
    return null
  }
  if (!E164.test(from) && !/^(?:\d{3,8}|(?=.*[A-Za-z])[\w &+-]{1,11})$/.test(from)) {
    const forms = 'such as +15550100, a short code, or a sender id of at most 11 letters and digits'
    item.report(['from'], `from "${from}" must be a phone number ${forms}`)
  }
  return { from }
}

function compileRecipients(item: Section): readonly string[] {
  const isList = Array.isArray(item.value['to'])
  const texts = isList ? readTextList(item, 'to') : commaList(readString(item, 'to'))
  if (texts === null || texts.length === 0) {
    item.report([], 'an SMS needs to: a phone number, or a list of them')
    return []
  }
  texts.forEach((text, index) => {
    const path = isList ? ['to', index] : ['to']
    if (text.includes('{{')) checkTemplate(item, path, text)
    else if (!E164.test(text)) {
      item.report(path, `"${text}" must be a phone number with country code, such as "+15550100"`)
    }
  })
  return [...new Set(texts)]
}

/** A template may hold commas of its own, so it is split after it was rendered. */
function commaList(text: string | null): readonly string[] | null {
  if (text === null || text.includes('{{')) return text === null ? null : [text]
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
