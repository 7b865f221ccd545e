import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AuthConfig } from '../config/config.ts'
import { AppError } from '../core/errors.ts'
import { authenticate, mayActAs } from './credentials.ts'
import type { Principal, UserRole } from './credentials.ts'

/** What a route demands. Every route must say it; `public` needs no token. */
export type Access = UserRole | 'public'

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
  }
  interface FastifyRequest {
    principal: Principal | null
  }
}

/**
 * Checks the token before the body is read. A route without a stated access is a bug and refused when it is added, so
 * that none is open by oversight.
 */
export function installAccessControl(app: FastifyInstance, auth: AuthConfig): void {
  app.decorateRequest('principal', null)
  app.addHook('onRoute', (route) => {
    if (route.config?.access === undefined) {
      throw new Error(`route ${String(route.method)} ${route.url} states no access`)
    }
  })
  app.addHook('onRequest', async (request, reply) => {
    const access = request.is404 ? 'public' : request.routeOptions.config.access
    if (access === 'public' || access === undefined) return
    const { authorization } = request.headers
    request.principal = authenticate(auth, authorization)
    if (request.principal === null) {
      const given = authorization === undefined ? '' : ', error="invalid_token"'
      void reply.header('www-authenticate', [
        `Bearer realm="tocsin"${given}`,
        'Basic realm="tocsin"',
      ])
      throw new AppError(
        'UNAUTHENTICATED',
        authorization === undefined
          ? 'this needs a token: send it as `Authorization: Bearer <token>`, or as the password of basic auth'
          : 'the token is not known',
      )
    }
    if (!mayActAs(request.principal, access)) {
      const { name, role } = request.principal
      const message = `this needs the role ${access}; the token "${name}" has the role ${role}`
      throw new AppError('FORBIDDEN', message)
    }
  })
}

/** Who did it, for the history: the token's name, or without tokens who the client says it is. */
export function actor(request: FastifyRequest, stated?: string): string {
  const { principal } = request
  if (principal === null) return 'anonymous'
  const claim = stated?.trim() ?? ''
  return principal.isAnonymous && claim !== '' ? claim : principal.name
}
