import { resolve as resolvePath } from 'node:path'
import type { TlsConfig, TlsVersion } from '../../config/config.ts'
import { readBoolean, readSecretPair, readString } from './read.ts'
import { checkKeys } from './section.ts'
import type { Section } from './section.ts'

const VERSIONS: Readonly<Record<string, TlsVersion>> = {
  TLS10: 'TLSv1',
  TLS11: 'TLSv1.1',
  TLS12: 'TLSv1.2',
  TLS13: 'TLSv1.3',
}

/** Compiles a `tls_config`; null without one. Files are relative to `baseDir`; null leaves them as they are (SMTP). */
export function compileTls(section: Section | null, baseDir: string | null): TlsConfig | null {
  if (section === null) return null
  checkKeys(section, [
    'ca',
    'ca_file',
    'cert',
    'cert_file',
    'key',
    'key_file',
    'server_name',
    'insecure_skip_verify',
    'min_version',
    'max_version',
  ])
  const part = (key: string): { text: string | null; file: string | null } => {
    const secret = readSecretPair(section, key)
    if (secret === null) return { text: null, file: null }
    if ('text' in secret) return { text: secret.text, file: null }
    return { text: null, file: baseDir === null ? secret.file : resolvePath(baseDir, secret.file) }
  }
  const [ca, cert, key] = [part('ca'), part('cert'), part('key')]
  if (isGiven(cert) !== isGiven(key)) {
    section.report([], 'a client certificate needs both cert (or cert_file) and key (or key_file)')
  }
  const [minVersion, maxVersion] = [
    readVersion(section, 'min_version'),
    readVersion(section, 'max_version'),
  ]
  return {
    caFile: ca.file,
    certFile: cert.file,
    keyFile: key.file,
    serverName: readString(section, 'server_name'),
    insecureSkipVerify: readBoolean(section, 'insecure_skip_verify') ?? false,
    ...(ca.text === null ? {} : { caText: ca.text }),
    ...(cert.text === null ? {} : { certText: cert.text }),
    ...(key.text === null ? {} : { keyText: key.text }),
    ...(minVersion === null ? {} : { minVersion }),
    ...(maxVersion === null ? {} : { maxVersion }),
  }
}

function isGiven(part: { text: string | null; file: string | null }): boolean {
  return part.text !== null || part.file !== null
}

function readVersion(section: Section, key: string): TlsVersion | null {
  const text = readString(section, key)
  if (text === null) return null
  const version = VERSIONS[text]
  if (version === undefined) {
    section.report([key], `${key} must be one of ${Object.keys(VERSIONS).join(', ')}`)
  }
  return version ?? null
}
