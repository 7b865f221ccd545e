import type { FastifyInstance } from 'fastify'
import { Type } from '@fastify/type-provider-typebox'
import { formatProblem } from '../core/problem.ts'
import type { ApiDeps } from './deps.ts'
import { healthRoutes } from './healthRoutes.ts'
import { recordAction } from './history.ts'
import { createServer, withTypes } from './server.ts'

/** The server for machines that look after the service: health, metrics, reload. A listener of its own. */
export function createManagementServer(deps: ApiDeps): FastifyInstance {
  const app = createServer('management', deps)
  healthRoutes(app, deps)
  reloadRoute(app, deps)
  return app
}

function reloadRoute(app: FastifyInstance, deps: ApiDeps): void {
  withTypes(app).route({
    method: 'POST',
    url: '/-/reload',
    config: { access: 'admin' },
    schema: { response: { 200: Type.String(), 500: Type.String() } },
    handler: async (request, reply) => {
      const { ok, problems } = await deps.reload()
      await recordAction(deps, request, {
        kind: 'reload',
        what: ok ? 'reloaded' : 'reloaded with bad files',
        detail: { problems: problems.length },
      })
      if (ok) return reply.type('text/plain; charset=utf-8').send('')
      const lines = problems.map(formatProblem).join('\n')
      const message = `failed to reload config; bad files keep their last good version:\n${lines}\n`
      return reply.code(500).type('text/plain; charset=utf-8').send(message)
    },
  })
}
