import { Type } from '@fastify/type-provider-typebox'
import type { HistoryQuery } from '../../store/historyStore.ts'
import type { ApiDeps } from '../deps.ts'
import { answer, input, instant, instantInput, instantSchema, responses } from '../schemas.ts'
import type { ApiServer } from '../server.ts'

const KINDS = ['transition', 'flush', 'delivery', 'action', 'reload'] as const

const historyQuery = input({
  fingerprint: Type.Optional(Type.String({ pattern: '^[0-9a-f]{16}$' })),
  kind: Type.Optional(Type.Enum([...KINDS])),
  from: Type.Optional(instantInput),
  to: Type.Optional(instantInput),
  limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 100 }),
})

const entrySchema = answer({
  at: instantSchema,
  kind: Type.Enum([...KINDS]),
  what: Type.String(),
  by: Type.Optional(Type.String()),
  fingerprint: Type.Optional(Type.String()),
  alertname: Type.Optional(Type.String()),
  groupKey: Type.Optional(Type.String()),
  detail: Type.Optional(
    Type.Unsafe<Readonly<Record<string, string | number | boolean | null>>>({
      type: 'object',
      additionalProperties: true,
    }),
  ),
})

/** `GET /v1/history`: the timeline of an alert or of everything, newest first. */
export function historyRoutes(app: ApiServer, deps: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/v1/history',
    config: { access: 'viewer' },
    schema: {
      tags: ['history'],
      querystring: historyQuery,
      response: responses({ 200: answer({ entries: Type.Array(entrySchema) }) }),
    },
    handler: async (request) => {
      const { from, to, ...same } = request.query
      const query: HistoryQuery = {
        ...same,
        ...(from === undefined ? {} : { from: Date.parse(from) }),
        ...(to === undefined ? {} : { to: Date.parse(to) }),
      }
      const entries = await deps.history.read(query)
      return { entries: entries.map((entry) => ({ ...entry, at: instant(entry.at) })) }
    },
  })
}
