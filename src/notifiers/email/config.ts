import type { Secret, TlsConfig } from '../../config/config.ts'
import type { IntegrationConfigKind } from '../integrationConfig.ts'
import {
  readBoolean,
  readSecretPair,
  readString,
  readTemplate,
  readTextMap,
  checkTemplate,
} from '../settings/read.ts'
import { checkKeys, openItem, subsection } from '../settings/section.ts'
import type { Draft, OpenItem, Section } from '../settings/section.ts'
import { compileTls } from '../settings/tlsSettings.ts'

export interface EmailSettings {
  /** Templates of address lists. */
  readonly to: string
  readonly from: string
  readonly smarthost: { readonly host: string; readonly port: number }
  /** Name we greet the server with. */
  readonly hello: string
  readonly auth: EmailAuth | null
  /** Templates by canonical header name. */
  readonly headers: Readonly<Record<string, string>>
  /** Template of the HTML part; '' for none. */
  readonly html: string
  /** Template of the text part; null: our own text. */
  readonly text: string | null
  /** STARTTLS is a must where TLS is not implicit. */
  readonly requireTls: boolean
  readonly implicitTls: boolean
  readonly tls: TlsConfig | null
  readonly threading: 'none' | 'once' | 'daily'
}

export interface EmailAuth {
  readonly username: string
  /** For PLAIN and LOGIN. */
  readonly password: Secret | null
  /** For CRAM-MD5. */
  readonly secret: Secret | null
  readonly identity: string
}

const KEYS =
  'send_resolved to from smarthost hello auth_username auth_password auth_password_file auth_secret auth_secret_file auth_identity headers html text require_tls force_implicit_tls tls_config threading'.split(
    ' ',
  )
const SUBJECT = '{{ template "email.default.subject" . }}'
const HTML = '{{ template "email.default.html" . }}'

/** `email_configs`, as Alertmanager has it (routing-semantics 1.6, 9.3). */
export const emailConfig: IntegrationConfigKind = {
  kind: 'email',
  key: 'email_configs',
  compile(input) {
    const open = openItem(input)
    const { item, global } = open
    checkKeys(item, KEYS)
    const smarthost = compileSmarthost(open)
    const from = readString(item, 'from') ?? readString(global, 'smtp_from')
    if (from === null) item.report([], 'no sender: set from here, or smtp_from under global')
    else checkAddresses(item, 'from', from)
    const to = readString(item, 'to')
    if (to === null) item.report([], 'an e-mail needs to: one address, or several with commas')
    else checkAddresses(item, 'to', to)
    const implicit =
      readBoolean(item, 'force_implicit_tls') ?? readBoolean(global, 'smtp_force_implicit_tls')
    const threading = compileThreading(item)
    const settings: Draft<EmailSettings> = {
      to,
      from,
      smarthost,
      hello: readString(item, 'hello') ?? readString(global, 'smtp_hello') ?? 'localhost',
      auth: compileAuth(open),
      headers: compileHeaders(item, threading),
      html: readTemplate(item, 'html', HTML),
      text: readTemplate(item, 'text', null),
      requireTls:
        readBoolean(item, 'require_tls') ?? readBoolean(global, 'smtp_require_tls') ?? true,
      implicitTls: implicit ?? smarthost?.port === 465,
      tls: compileTls(
        subsection(item, 'tls_config') ?? subsection(global, 'smtp_tls_config'),
        null,
      ),
      threading,
    }
    const sendResolved = readBoolean(item, 'send_resolved') ?? false
    return open.failed() ? null : { settings, sendResolved }
  },
}

function compileSmarthost({ item, global }: OpenItem): EmailSettings['smarthost'] | null {
  const own = readString(item, 'smarthost')
  const text = own ?? readString(global, 'smtp_smarthost')
  const report = (message: string): null => {
    item.report(own === null ? [] : ['smarthost'], message)
    return null
  }
  if (text === null)
    return report('no mail server: set smarthost here, or smtp_smarthost under global')
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d+)$/.exec(text)
  const host = match?.[1] ?? match?.[2] ?? ''
  const port = Number(match?.[3])
  if (host !== '' && port > 0 && port < 65_536) return { host, port }
  return report(`smarthost "${text}" must be host:port, such as mail.example.org:587`)
}

function checkAddresses(item: Section, key: string, text: string): void {
  if (text.includes('{{')) return checkTemplate(item, [key], text)
  if (text.split(',').every((address) => /^[^@]*[^@\s]@[^@\s]+$/.test(address.trim()))) return
  item.report([key], `${key} "${text}" is no e-mail address: write name@host, or Name <name@host>`)
}

/** The password or the secret given here, inline or as a file, sets aside both global forms of it. */
function compileAuth({ item, global }: OpenItem): EmailAuth | null {
  const pair = (key: string): Secret | null =>
    readSecretPair(item, key, 'warning') ?? readSecretPair(global, `smtp_${key}`)
  const username = readString(item, 'auth_username') ?? readString(global, 'smtp_auth_username')
  const identity = readString(item, 'auth_identity') ?? readString(global, 'smtp_auth_identity')
  const password = pair('auth_password')
  const secret = pair('auth_secret')
  if (username === null) return null
  if (password === null && secret === null) {
    item.report(
      [],
      'auth_username needs auth_password, auth_password_file or auth_secret',
      'warning',
    )
  }
  return { username, password, secret, identity: identity ?? '' }
}

function compileHeaders(
  item: Section,
  threading: EmailSettings['threading'],
): EmailSettings['headers'] {
  const headers: Record<string, string> = { Subject: SUBJECT }
  const seen = new Set<string>()
  for (const [name, template] of Object.entries(readTextMap(item, 'headers') ?? {})) {
    const canonical = canonicalName(name)
    if (!/^[!-9;-~]+$/.test(name)) item.report(['headers', name], `"${name}" is not a header name`)
    else if (seen.has(canonical))
      item.report(['headers', name], `header ${canonical} is given twice`)
    else if (threading !== 'none' && ['References', 'In-Reply-To'].includes(canonical)) {
      item.report(
        ['headers', name],
        `header ${canonical} is set by threading: remove one of the two`,
      )
    }
    checkTemplate(item, ['headers', name], template)
    seen.add(canonical)
    headers[canonical] = template
  }
  return headers
}

/** `reply-to` → `Reply-To`, as Go writes header names. */
function canonicalName(name: string): string {
  return name
    .toLowerCase()
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('-')
}

function compileThreading(item: Section): EmailSettings['threading'] {
  const section = subsection(item, 'threading')
  if (section === null) return 'none'
  checkKeys(section, ['enabled', 'thread_by_date'])
  const byDate = readString(section, 'thread_by_date') ?? 'daily'
  if (byDate !== 'none' && byDate !== 'daily') {
    section.report(['thread_by_date'], 'thread_by_date must be none or daily')
  }
  if (readBoolean(section, 'enabled') !== true) return 'none'
  return byDate === 'none' ? 'once' : 'daily'
}
