import { createHash, timingSafeEqual } from 'node:crypto'
import type { AuthConfig, TokenConfig } from '../config/config.ts'

export type UserRole = TokenConfig['role']

/** Who a request comes from. */
export interface Principal {
  readonly name: string
  readonly role: UserRole
  /** True when no tokens are configured: then the client's own word on who it is counts. */
  readonly isAnonymous: boolean
}

export const ANONYMOUS: Principal = { name: 'anonymous', role: 'admin', isAnonymous: true }

const RANK: Readonly<Record<UserRole, number>> = { viewer: 0, responder: 1, admin: 2 }

/**
 * The principal of an `Authorization` header: `Bearer <token>`, or basic auth with the token as password. Null when tokens are
 * configured and none of them is in the header. Takes the same time whichever token matches.
 */
export function authenticate(auth: AuthConfig, header: string | undefined): Principal | null {
  if (auth.disabled || auth.tokens.length === 0) return ANONYMOUS
  const token = tokenOf(header ?? '')
  if (token === null) return null
  const given = createHash('sha256').update(token).digest()
  let found: TokenConfig | null = null
  for (const known of auth.tokens) {
    if (timingSafeEqual(given, Buffer.from(known.sha256, 'hex'))) found = known
  }
  return found === null ? null : { name: found.name, role: found.role, isAnonymous: false }
}

/** viewer < responder < admin. */
export function mayActAs(principal: Principal, role: UserRole): boolean {
  return RANK[principal.role] >= RANK[role]
}

function tokenOf(header: string): string | null {
  const [, scheme, value] = /^(bearer|basic) +(\S+) *$/i.exec(header) ?? []
  if (scheme === undefined || value === undefined) return null
  if (scheme.toLowerCase() === 'bearer') return value
  const pair = Buffer.from(value, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  return colon < 0 ? null : pair.slice(colon + 1)
}
