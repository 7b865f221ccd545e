import { resolve as resolvePath } from 'node:path'
import type { Secret, TlsConfig } from '../../config/config.ts'
import type { IntegrationConfigInput } from '../integrationConfig.ts'
import { compileTls } from './tlsSettings.ts'
import {
  readBoolean,
  readSecretPair,
  readString,
  readTextList,
  readTextMap,
  readUrl,
} from './read.ts'
import { checkKeys, subsection } from './section.ts'
import type { OpenItem, Section } from './section.ts'

/** How an integration speaks HTTP: Alertmanager's `http_config`, compiled. Redirects are never followed. */
export interface HttpSettings {
  readonly auth: HttpAuth | null
  /** Values of one name are sent in order; files are read at every request. */
  readonly headers: ReadonlyArray<{ readonly name: string; readonly values: readonly Secret[] }>
  readonly tls: TlsConfig | null
  readonly proxy: ProxySettings
}

export type HttpAuth =
  | { readonly kind: 'basic'; readonly username: Secret; readonly password: Secret }
  | { readonly kind: 'header'; readonly type: string; readonly credentials: Secret }
  | OAuth2Settings

/** The client-credentials grant (RFC 6749 section 4.4). */
export interface OAuth2Settings {
  readonly kind: 'oauth2'
  readonly clientId: string
  readonly clientSecret: Secret
  readonly scopes: readonly string[]
  readonly tokenUrl: string
  readonly endpointParams: Readonly<Record<string, string>>
  readonly tls: TlsConfig | null
}

export type ProxySettings =
  | { readonly kind: 'none' }
  | { readonly kind: 'environment' }
  | { readonly kind: 'url'; readonly url: string; readonly noProxy: string }

export const PLAIN_HTTP: HttpSettings = {
  auth: null,
  headers: [],
  tls: null,
  proxy: { kind: 'none' },
}

const KEYS = [
  'basic_auth',
  'authorization',
  'bearer_token',
  'bearer_token_file',
  'oauth2',
  'tls_config',
  'proxy_url',
  'no_proxy',
  'proxy_from_environment',
  'proxy_connect_header',
  'follow_redirects',
  'enable_http2',
  'http_headers',
] as const

/** Headers that carry the message itself or that a proxy or the connection owns. */
const RESERVED_HEADERS = new Set(
  (
    'authorization host content-encoding content-length content-type user-agent connection keep-alive ' +
    'proxy-authenticate proxy-authorization www-authenticate accept-encoding transfer-encoding trailer te upgrade expect'
  ).split(' '),
)

/** Compiles the item's `http_config`; without one, the global one. The two are never mixed (routing-semantics 1.5). */
export function compileHttp(open: OpenItem, input: IntegrationConfigInput): HttpSettings {
  const section = subsection(open.item, 'http_config') ?? subsection(open.global, 'http_config')
  return section === null ? PLAIN_HTTP : compileSection(section, input.baseDir)
}

function compileSection(section: Section, baseDir: string): HttpSettings {
  checkKeys(section, KEYS)
  readBoolean(section, 'enable_http2')
  const follow = readBoolean(section, 'follow_redirects')
  if (follow === true) {
    section.report(
      ['follow_redirects'],
      'redirects are never followed: give the final URL',
      'warning',
    )
  }
  if (section.value['proxy_connect_header'] !== undefined) {
    section.report(['proxy_connect_header'], 'proxy_connect_header is not supported: remove it')
  }
  return {
    auth: compileAuth(section, baseDir),
    headers: compileHeaders(section, baseDir),
    tls: compileTls(subsection(section, 'tls_config'), baseDir),
    proxy: compileProxy(section),
  }
}

function compileAuth(section: Section, baseDir: string): HttpAuth | null {
  const basic = subsection(section, 'basic_auth')
  const authorization = subsection(section, 'authorization')
  const oauth2 = subsection(section, 'oauth2')
  const bearer = resolved(readSecretPair(section, 'bearer_token'), baseDir)
  const given = [basic, authorization, oauth2, bearer].filter((family) => family !== null)
  if (given.length > 1) {
    section.report([], 'use only one of basic_auth, authorization, oauth2 and bearer_token')
  }
  if (basic !== null) return basicAuth(basic, baseDir)
  if (authorization !== null) return authorizationHeader(authorization, baseDir)
  if (oauth2 !== null) return compileOAuth2(oauth2, baseDir)
  return bearer === null ? null : { kind: 'header', type: 'Bearer', credentials: bearer }
}

function basicAuth(section: Section, baseDir: string): HttpAuth {
  checkKeys(section, ['username', 'username_file', 'password', 'password_file'])
  const none: Secret = { text: '' }
  return {
    kind: 'basic',
    username: resolved(readSecretPair(section, 'username'), baseDir) ?? none,
    password: resolved(readSecretPair(section, 'password'), baseDir) ?? none,
  }
}

function authorizationHeader(section: Section, baseDir: string): HttpAuth | null {
  checkKeys(section, ['type', 'credentials', 'credentials_file'])
  const type = readString(section, 'type')?.trim() ?? 'Bearer'
  if (type.toLowerCase() === 'basic') {
    section.report(['type'], 'authorization type Basic is not allowed: use basic_auth')
  }
  const credentials = resolved(readSecretPair(section, 'credentials'), baseDir)
  if (credentials !== null) return { kind: 'header', type, credentials }
  section.report([], 'authorization needs credentials or credentials_file')
  return null
}

function compileOAuth2(section: Section, baseDir: string): HttpAuth | null {
  checkKeys(section, [
    'client_id',
    'client_secret',
    'client_secret_file',
    'scopes',
    'token_url',
    'endpoint_params',
    'tls_config',
  ])
  const clientId = readString(section, 'client_id')
  const tokenUrl = readUrl(section, 'token_url')
  const clientSecret = resolved(readSecretPair(section, 'client_secret'), baseDir)
  if (clientId === null) section.report([], 'oauth2 needs client_id')
  if (tokenUrl === null && section.value['token_url'] === undefined) {
    section.report([], 'oauth2 needs token_url')
  }
  if (clientId === null || tokenUrl === null) return null
  return {
    kind: 'oauth2',
    clientId,
    clientSecret: clientSecret ?? { text: '' },
    scopes: readTextList(section, 'scopes') ?? [],
    tokenUrl,
    endpointParams: readTextMap(section, 'endpoint_params') ?? {},
    tls: compileTls(subsection(section, 'tls_config'), baseDir),
  }
}

function compileHeaders(section: Section, baseDir: string): HttpSettings['headers'] {
  const headers = subsection(section, 'http_headers')
  if (headers === null) return []
  return Object.keys(headers.value).flatMap((name) => {
    if (RESERVED_HEADERS.has(name.toLowerCase())) {
      headers.report([name], `header ${name} is set by the sender and cannot be given here`)
    } else if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
      headers.report([name], `"${name}" is not a header name`)
    }
    const header = subsection(headers, name)
    if (header === null) return []
    checkKeys(header, ['values', 'secrets', 'files'])
    const inline = [
      ...(readTextList(header, 'values') ?? []),
      ...(readTextList(header, 'secrets') ?? []),
    ]
    const files = (readTextList(header, 'files') ?? []).map((file): Secret => ({ file }))
    const values = [...inline.map((text): Secret => ({ text })), ...files]
    return [{ name, values: values.map((value) => resolved(value, baseDir) as Secret) }]
  })
}

function compileProxy(section: Section): ProxySettings {
  const url = readUrl(section, 'proxy_url')
  const noProxy = readString(section, 'no_proxy')
  const fromEnvironment = readBoolean(section, 'proxy_from_environment') === true
  if (fromEnvironment && (url !== null || noProxy !== null)) {
    section.report(
      ['proxy_from_environment'],
      'proxy_from_environment excludes proxy_url and no_proxy',
    )
  }
  if (noProxy !== null && url === null) section.report(['no_proxy'], 'no_proxy needs proxy_url')
  if (fromEnvironment) return { kind: 'environment' }
  return url === null ? { kind: 'none' } : { kind: 'url', url, noProxy: noProxy ?? '' }
}

/** Paths inside http_config are relative to the notification file. */
function resolved(secret: Secret | null, baseDir: string): Secret | null {
  return secret !== null && 'file' in secret ? { file: resolvePath(baseDir, secret.file) } : secret
}
