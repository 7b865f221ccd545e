import { isIP } from 'node:net'
import type { Address } from './config.ts'

/** Parses `host:port`, `[v6]:port` or `:port` (all interfaces). Null when the port is none; the form was checked before. */
export function parseAddress(text: string): Address | null {
  const colon = text.lastIndexOf(':')
  const port = Number(text.slice(colon + 1))
  if (colon < 0 || !Number.isInteger(port) || port > 65_535) return null
  const host = text.slice(0, colon).replace(/^\[(.*)\]$/, '$1')
  return { host: host === '' ? '0.0.0.0' : host, port }
}

/** Whether only this machine can connect to it. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true
  return isIP(host) === 4 && host.startsWith('127.')
}

export function isAnyAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

/** `http://host:port` as a browser on this machine or beside it would write it. */
export function addressUrl(address: Address, hostname: string): string {
  const host = isAnyAddress(address.host) ? hostname : address.host
  return `http://${isIP(host) === 6 ? `[${host}]` : host}:${address.port}`
}
