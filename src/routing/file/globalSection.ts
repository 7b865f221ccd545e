import { durationProblem, parseDuration } from '../../core/duration.ts'
import { readSecretPair, readString } from '../../notifiers/settings/read.ts'
import { checkKeys, subsection } from '../../notifiers/settings/section.ts'
import type { Section } from '../../notifiers/settings/section.ts'

/** Secrets that may stand in the file or in a file of their own, never both. */
const PAIRS = [
  'smtp_auth_password',
  'smtp_auth_secret',
  'slack_api_url',
  'slack_app_token',
  'opsgenie_api_key',
  'victorops_api_key',
  'wechat_api_secret',
  'telegram_bot_token',
  'rocketchat_token',
  'rocketchat_token_id',
  'mattermost_webhook_url',
]
const KEYS = [
  ...PAIRS.flatMap((key) => [key, `${key}_file`]),
  'resolve_timeout',
  'http_config',
  'smtp_from',
  'smtp_smarthost',
  'smtp_hello',
  'smtp_auth_username',
  'smtp_auth_identity',
  'smtp_require_tls',
  'smtp_tls_config',
  'smtp_force_implicit_tls',
  'slack_app_url',
  'pagerduty_url',
  'opsgenie_api_url',
  'victorops_api_url',
  'wechat_api_url',
  'wechat_api_corp_id',
  'telegram_api_url',
  'webex_api_url',
  'rocketchat_api_url',
  'jira_api_url',
]
const RESOLVE_TIMEOUT_MS = 5 * 60_000

/** `global:`, as far as it concerns the file as a whole; integrations read the rest of it where they need it. */
export interface GlobalSettings {
  readonly section: Section | null
  readonly resolveTimeoutMs: number
}

export function compileGlobal(root: Section): GlobalSettings {
  const section = subsection(root, 'global')
  if (section === null) return { section, resolveTimeoutMs: RESOLVE_TIMEOUT_MS }
  checkKeys(section, KEYS)
  for (const key of PAIRS) readSecretPair(section, key)
  checkSlack(section)
  const resolveTimeoutMs = readDuration(section, 'resolve_timeout') ?? RESOLVE_TIMEOUT_MS
  return { section, resolveTimeoutMs }
}

/** A Prometheus duration in ms; null when absent or (reported) none. */
export function readDuration(section: Section, key: string): number | null {
  const text = readString(section, key)
  if (text === null) return null
  const ms = parseDuration(text)
  if (ms === null) section.report([key], durationProblem(text))
  return ms
}

function checkSlack(section: Section): void {
  const given = (key: string): boolean => readString(section, key) !== null
  const token = given('slack_app_token') || given('slack_app_token_file')
  const url = readString(section, 'slack_api_url')
  const sameUrl = url !== null && url === readString(section, 'slack_app_url')
  if (token && (given('slack_api_url_file') || (url !== null && !sameUrl))) {
    section.report(['slack_app_token'], 'slack_app_token and slack_api_url exclude each other')
  }
}
