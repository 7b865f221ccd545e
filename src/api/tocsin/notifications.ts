import { Type } from '@fastify/type-provider-typebox'
import { AppError } from '../../core/errors.ts'
import type { DeliveryRow } from '../../store/groupStore.ts'
import { actor } from '../access.ts'
import type { ApiDeps } from '../deps.ts'
import { recordAction } from '../history.ts'
import { answer, input, responses } from '../schemas.ts'
import type { ApiServer } from '../server.ts'
import { DELIVERY_STATUSES, deliveryFields, deliveryJson, deliverySchema } from './deliveryJson.ts'

const listQuery = input({
  status: Type.Optional(Type.Enum([...DELIVERY_STATUSES])),
  receiver: Type.Optional(Type.String()),
  kind: Type.Optional(Type.String()),
  groupId: Type.Optional(Type.String()),
  limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 100 }),
  after: Type.Optional(Type.String({ description: '`next` of the page before.' })),
})
const listAnswer = answer({
  notifications: Type.Array(deliverySchema),
  next: Type.Union([Type.String(), Type.Null()]),
})
const rowSchema = answer({
  ...deliveryFields,
  firing: Type.Array(Type.String()),
  resolved: Type.Array(Type.String()),
})
const idParams = input({ id: Type.String({ minLength: 1, maxLength: 128 }) })
const tags = ['notifications']

/** `/v1/notifications`: the ledger, one row of it, and the replay of a dead one. */
export function notificationRoutes(app: ApiServer, deps: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/v1/notifications',
    config: { access: 'viewer' },
    schema: { tags, querystring: listQuery, response: responses({ 200: listAnswer }) },
    handler: async (request) => {
      const { deliveries, next } = await deps.ledger.list(request.query)
      return { notifications: deliveries.map(deliveryJson), next }
    },
  })
  app.route({
    method: 'GET',
    url: '/v1/notifications/:id',
    config: { access: 'viewer' },
    schema: { tags, params: idParams, response: responses({ 200: rowSchema }) },
    handler: async (request) => rowJson(await requireRow(deps, request.params.id)),
  })
  app.route({
    method: 'POST',
    url: '/v1/notifications/:id/replay',
    config: { access: 'admin' },
    schema: { tags, params: idParams, response: responses({ 200: rowSchema }) },
    handler: async (request) => {
      const row = await requireRow(deps, request.params.id)
      const now = deps.clock.now()
      const deadlineAt = now + deps.config.delivery.deadlineMs
      if (!(await deps.ledger.replay(row.id, now, deadlineAt, actor(request)))) {
        throw new AppError(
          'CONFLICT',
          `only dead notifications can be replayed: this one is ${row.status}`,
        )
      }
      await deps.hint(row.kind)
      const { groupKey, integration } = row
      const detail = { notification: row.id, integration }
      await recordAction(deps, request, { what: 'replayed', detail: { ...detail, groupKey } })
      return rowJson(await requireRow(deps, row.id))
    },
  })
}

async function requireRow(deps: ApiDeps, id: string): Promise<DeliveryRow> {
  const row = await deps.ledger.get(id)
  if (row === null) throw new AppError('NOT_FOUND', `there is no notification ${id}`)
  return row
}

function rowJson(row: DeliveryRow) {
  return { ...deliveryJson(row), firing: [...row.firing], resolved: [...row.resolved] }
}
