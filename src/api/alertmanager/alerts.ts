import type { FastifyInstance } from 'fastify'
import { Type } from '@fastify/type-provider-typebox'
import { MINUTE } from '../../core/time.ts'
import type { ApiDeps } from '../deps.ts'
import { withTypes } from '../server.ts'
import type { ApiServer } from '../server.ts'
import { compileAlertFilter } from './alertFilter.ts'
import { ApiRequestError, installApiErrors, sendApiJson } from './apiError.ts'
import { gettableAlert, gettableAlertSchema, isVisible } from './gettableAlert.ts'
import { readAlerts } from './readAlerts.ts'

const POST_LIMIT_BYTES = 64 * 1_048_576
/** Alertmanager's default, for when there is no notification file. */
const DEFAULT_RESOLVE_TIMEOUT_MS = 5 * MINUTE

const repeated = Type.Optional(Type.Array(Type.String()))
const flag = Type.Optional(Type.String())
const listQuery = Type.Object({
  active: flag,
  silenced: flag,
  inhibited: flag,
  unprocessed: flag,
  filter: repeated,
  receiver: Type.Optional(Type.String()),
  receiver_matchers: repeated,
})
const errorSchema = Type.Union([
  Type.String(),
  Type.Object({ code: Type.Integer(), message: Type.String() }),
])
const errors = { '4xx': errorSchema, '5xx': errorSchema }
const tags = ['alertmanager']

/** `POST` and `GET /api/v2/alerts`, in the exact shapes of Alertmanager. */
export function alertmanagerAlertRoutes(app: FastifyInstance, deps: ApiDeps): void {
  void app.register(async (scope) => {
    installApiErrors(scope)
    installJsonParser(scope)
    scope.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
    })
    postRoute(withTypes(scope), deps)
    listRoute(withTypes(scope), deps)
  })
}

/** Label names are free, `__proto__` among them: the framework's parser would refuse it. */
function installJsonParser(app: FastifyInstance): void {
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: POST_LIMIT_BYTES },
    (_request, body, done) => {
      if (body.length === 0) return done(null, undefined)
      try {
        done(null, JSON.parse(body.toString()))
      } catch (error) {
        const reason = error instanceof Error ? error.message : 'not JSON'
        done(new ApiRequestError(400, 400, `parsing alerts body failed: ${reason.slice(0, 200)}`))
      }
    },
  )
}

function postRoute(app: ApiServer, deps: ApiDeps): void {
  app.route({
    method: 'POST',
    url: '/api/v2/alerts',
    config: { access: 'responder' },
    bodyLimit: POST_LIMIT_BYTES,
    schema: { tags, response: { 200: Type.String(), ...errors } },
    handler: async (request, reply) => {
      const { alerts, refused } = readAlerts(request.body, deps.clock.now(), resolveTimeout(deps))
      // Only what is durable may be answered with 200: Prometheus does not send it again.
      if (alerts.length > 0) await deps.intake.accept(alerts)
      deps.metrics.intakeAlerts.inc({ result: 'accepted' }, alerts.length)
      deps.metrics.intakeAlerts.inc({ result: 'refused' }, refused.length)
      if (refused.length > 0) return sendApiJson(reply, 400, refused.join('\n'))
      return reply.code(200).send('')
    },
  })
}

function listRoute(app: ApiServer, deps: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/api/v2/alerts',
    config: { access: 'viewer' },
    schema: {
      tags,
      querystring: listQuery,
      response: { 200: Type.Array(gettableAlertSchema), ...errors },
    },
    handler: async (request) => {
      const { isMatch, wants } = compileAlertFilter(request.query)
      const [view] = await Promise.all([deps.alerts.sync(), deps.silences.sync()])
      const now = deps.clock.now()
      const timeoutMs = resolveTimeout(deps)
      const found = [...view.values()]
        .filter((alert) => isVisible(alert, now) && isMatch(alert.labels))
        .map((alert) => gettableAlert(alert, deps.routing, now, timeoutMs))
        .filter(wants)
      return found.sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1))
    },
  })
}

function resolveTimeout(deps: ApiDeps): number {
  return deps.notifications().config?.resolveTimeoutMs ?? DEFAULT_RESOLVE_TIMEOUT_MS
}
