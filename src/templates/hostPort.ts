import { isIP } from 'node:net'

/** `host:port` without the port; anything else unchanged. */
export function stripPort(text: string): string {
  return splitHostPort(text)?.host ?? text
}

/** The host without its domain, the port kept; addresses unchanged. */
export function stripDomain(text: string): string {
  const split = splitHostPort(text)
  const host = split?.host ?? text
  if (isIP(host) !== 0 && !host.includes('%')) return text
  const short = host.split('.')[0] ?? ''
  if (split === null || split.port === '') return short
  return short.includes(':') ? `[${short}]:${split.port}` : `${short}:${split.port}`
}

/** Go's net.SplitHostPort. Null where that is an error. */
function splitHostPort(text: string): { host: string; port: string } | null {
  const match = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(text)
  return match === null ? null : { host: match[1] ?? match[2] ?? '', port: match[3] ?? '' }
}
