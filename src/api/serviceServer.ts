import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { Type } from '@fastify/type-provider-typebox'
import { alertmanagerAlertRoutes } from './alertmanager/alerts.ts'
import type { ApiDeps } from './deps.ts'
import { healthRoutes } from './healthRoutes.ts'
import { createServer, withTypes } from './server.ts'
import { ackRoutes } from './tocsin/ack.ts'
import { alertRoutes } from './tocsin/alerts.ts'
import { historyRoutes } from './tocsin/history.ts'
import { notificationRoutes } from './tocsin/notifications.ts'
import { ruleRoutes } from './tocsin/rules.ts'
import { silenceRoutes } from './tocsin/silences.ts'
import { statusRoutes } from './tocsin/status.ts'

/** The server for people and programs: our API, Alertmanager's, and their description. */
export function createServiceServer(deps: ApiDeps): FastifyInstance {
  const app = createServer('service', deps)
  installOpenApi(app, deps)
  // Routes are added in a plugin of their own, so that the description sees them.
  void app.register(async (scope) => {
    healthRoutes(scope, deps)
    const api = withTypes(scope)
    alertRoutes(api, deps)
    ackRoutes(api, deps)
    silenceRoutes(api, deps)
    ruleRoutes(api, deps)
    notificationRoutes(api, deps)
    historyRoutes(api, deps)
    statusRoutes(api, deps)
    alertmanagerAlertRoutes(scope, deps)
    openApiRoute(scope)
  })
  return app
}

function installOpenApi(app: FastifyInstance, deps: ApiDeps): void {
  void app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tocsin',
        version: deps.version,
        description: 'Alerts, acknowledgements, silences, rules and notifications of Tocsin.',
      },
      servers: [{ url: deps.config.externalUrl }],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          basic: { type: 'http', scheme: 'basic' },
        },
      },
      security: [{ bearer: [] }, { basic: [] }],
    },
  })
}

function openApiRoute(app: FastifyInstance): void {
  app.route({
    method: 'GET',
    url: '/openapi.json',
    config: { access: 'viewer' },
    schema: {
      tags: ['status'],
      response: { 200: Type.Object({}, { additionalProperties: true }) },
    },
    handler: async () => app.swagger(),
  })
}
