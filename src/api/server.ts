import { Ajv } from 'ajv'
import type { Options } from 'ajv'
import * as ajvFormats from 'ajv-formats'
import Fastify, { LogController } from 'fastify'
import type { FastifyInstance } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { installAccessControl } from './access.ts'
import type { ApiDeps } from './deps.ts'
import { installProblemHandler } from './problem.ts'
import { schemaErrorText } from './schemaErrors.ts'
import { AppError } from '../core/errors.ts'

export type Listener = 'service' | 'management'

/** A server whose routes take their types from TypeBox schemas. */
export type ApiServer = ReturnType<typeof withTypes>

const BODY_LIMIT_BYTES = 1_048_576

/** A server without routes: limits, validation, access control, problem documents, metrics. */
export function createServer(listener: Listener, deps: ApiDeps): FastifyInstance {
  const { network, auth } = deps.config
  const app = Fastify({
    loggerInstance: deps.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    connectionTimeout: network.serverRequestTimeoutMs * 2,
    requestTimeout: network.serverRequestTimeoutMs,
    keepAliveTimeout: network.keepAliveTimeoutMs,
    forceCloseConnections: 'idle',
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 256 },
  }) as unknown as FastifyInstance
  app.server.maxConnections = network.maxServerConnections
  installValidation(app)
  app.setSchemaErrorFormatter(
    (errors, part) => new AppError('INVALID_INPUT', schemaErrorText(errors, part)),
  )
  installProblemHandler(app)
  installAccessControl(app, auth)
  installRequestMetrics(app, listener, deps)
  return app
}

export function withTypes(app: FastifyInstance) {
  return app.withTypeProvider<TypeBoxTypeProvider>()
}

/** Bodies are taken as they are; query strings and parameters are text, so they are converted to what the schema says. */
function installValidation(app: FastifyInstance): void {
  const strict = createAjv({ coerceTypes: false })
  const coercing = createAjv({ coerceTypes: 'array' })
  app.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === 'body' ? strict : coercing).compile(schema),
  )
}

function createAjv(options: Options): Ajv {
  const ajv = new Ajv({
    allErrors: false,
    removeAdditional: false,
    useDefaults: true,
    allowUnionTypes: true,
    verbose: true,
    ...options,
  })
  ajvFormats.default.default(ajv, ['date-time'])
  return ajv
}

function installRequestMetrics(app: FastifyInstance, listener: Listener, deps: ApiDeps): void {
  const { httpRequests, httpRequestSeconds } = deps.metrics
  app.addHook('onResponse', async (request, reply) => {
    // The route's pattern, never the path: paths hold fingerprints.
    const route = request.is404 ? 'unknown' : (request.routeOptions.url ?? 'unknown')
    const { method } = request
    httpRequests.inc({ listener, method, route, status: String(reply.statusCode) })
    httpRequestSeconds.observe({ listener, route }, reply.elapsedTime / 1_000)
  })
}
