import type { FastifyInstance } from 'fastify'
import { Type } from '@fastify/type-provider-typebox'
import type { ApiDeps } from './deps.ts'
import { withTypes } from './server.ts'

const text = Type.String()

/** `/-/healthy`: the process answers. `/-/ready`: it can do its work, and if not, why. `/metrics`: the text exposition. */
export function healthRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const server = withTypes(app)
  const plain = 'text/plain; charset=utf-8'
  server.route({
    method: 'GET',
    url: '/-/healthy',
    config: { access: 'public' },
    schema: { tags: ['health'], response: { 200: text } },
    handler: async (_request, reply) => reply.type(plain).send('OK'),
  })
  server.route({
    method: 'GET',
    url: '/-/ready',
    config: { access: 'public' },
    schema: { tags: ['health'], response: { 200: text, 503: text } },
    handler: async (_request, reply) => {
      const { ready, checks } = await deps.readiness()
      if (ready) return reply.type(plain).send('OK')
      const failed = checks.filter((check) => !check.ok)
      const lines = failed.map((check) => `${check.name}: ${check.message}\n`)
      return reply
        .code(503)
        .type(plain)
        .send(`not ready\n${lines.join('')}`)
    },
  })
  server.route({
    method: 'GET',
    url: '/metrics',
    config: { access: 'viewer' },
    schema: { tags: ['health'], response: { 200: text } },
    handler: async (_request, reply) =>
      reply.type('text/plain; version=0.0.4; charset=utf-8').send(await deps.metrics.render()),
  })
}
