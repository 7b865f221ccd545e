import { resolve } from 'node:path'
import { timerReader } from './compileContext.ts'
import type { CompileContext } from './compileContext.ts'
import type { DatasourceConfig, Secret, TlsConfig } from './config.ts'
import type { RawDatasource } from './schema.ts'

/** Compiles `datasources[index]` and reports contradictions in its credentials and files. */
export function compileDatasource(
  raw: RawDatasource,
  index: number,
  context: CompileContext,
): DatasourceConfig {
  const name = `datasources[${index}]`
  const report = (keys: readonly string[], message: string): void =>
    context.report(['datasources', index, ...keys], `${name}${message}`)
  if (!URL.canParse(raw.url)) report(['url'], '.url is not a URL')
  else if (new URL(raw.url).username !== '') {
    report(['url'], '.url holds credentials, which would show up in logs: use basic_auth')
  }
  const bearerToken = secret(raw.bearer_token, raw.bearer_token_file, context)
  if (raw.bearer_token !== undefined && raw.bearer_token_file !== undefined) {
    report(['bearer_token'], ' has both bearer_token and bearer_token_file: keep one of them')
  }
  if (raw.basic_auth !== undefined && bearerToken !== null) {
    report(['basic_auth'], ' has both basic_auth and a bearer token: keep one of them')
  }
  return {
    name: raw.name,
    type: raw.type,
    url: raw.url.replace(/\/+$/, ''),
    basicAuth: basicAuth(raw, context, report),
    bearerToken,
    headers: { ...raw.headers },
    tls: tls(raw, index, context, report),
    timeoutMs: timerReader(context.report)(['datasources', index, 'timeout'], raw.timeout),
    maxConnections: raw.max_connections,
    maxResponseBytes: raw.max_response_bytes,
  }
}

type LocalReport = (keys: readonly string[], message: string) => void

function basicAuth(
  raw: RawDatasource,
  context: CompileContext,
  report: LocalReport,
): DatasourceConfig['basicAuth'] {
  const own = raw.basic_auth
  if (own === undefined) return null
  if (own.password !== undefined && own.password_file !== undefined) {
    report(['basic_auth', 'password'], '.basic_auth has both password and password_file: keep one')
  }
  const password = secret(own.password, own.password_file, context)
  return { username: own.username, password: password ?? { text: '' } }
}

function tls(
  raw: RawDatasource,
  index: number,
  context: CompileContext,
  report: LocalReport,
): TlsConfig | null {
  const own = raw.tls
  if (own === undefined) return null
  if ((own.cert_file === undefined) !== (own.key_file === undefined)) {
    report(['tls'], '.tls needs cert_file and key_file together')
  }
  const path = (key: 'ca_file' | 'cert_file' | 'key_file'): string | null => {
    const file = own[key]
    if (file === undefined) return null
    const full = resolve(context.base, file)
    context.readFile(['datasources', index, 'tls', key], full)
    return full
  }
  return {
    caFile: path('ca_file'),
    certFile: path('cert_file'),
    keyFile: path('key_file'),
    serverName: own.server_name ?? null,
    insecureSkipVerify: own.insecure_skip_verify,
  }
}

function secret(
  text: string | undefined,
  file: string | undefined,
  context: CompileContext,
): Secret | null {
  if (file !== undefined) return { file: resolve(context.base, file) }
  return text === undefined ? null : { text }
}
