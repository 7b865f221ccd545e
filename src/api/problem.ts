import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../core/errors.ts'
import type { ErrorCode } from '../core/errors.ts'
import { Type } from '@fastify/type-provider-typebox'

/** RFC 9457. `code` is ours and stable; `detail` is missing from server errors. */
export const problemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.Optional(Type.String()),
    code: Type.Optional(Type.String()),
  },
  { description: 'What went wrong, as RFC 9457 has it.', title: 'Problem' },
)

const STATUS: Readonly<Record<ErrorCode, number>> = {
  INVALID_INPUT: 400,
  CONFIG_INVALID: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  DATASOURCE_FAILED: 502,
  STORE_FAILED: 503,
  DELIVERY_FAILED: 500,
  STARTUP_FAILED: 500,
}

/** What a client is told about a failure. */
export interface Failure {
  readonly status: number
  readonly code: string
  /** Empty for server errors: their text may name hosts or hold data. */
  readonly detail: string
}

/** Classifies anything thrown on the way of a request. */
export function failureOf(error: unknown): Failure {
  if (error instanceof AppError) {
    const status = STATUS[error.code]
    return { status, code: error.code, detail: status < 500 ? error.message : '' }
  }
  const { statusCode, validation, message } = error as Partial<FastifyError>
  if (validation !== undefined) {
    return { status: 400, code: 'INVALID_INPUT', detail: message ?? 'the input is not valid' }
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return { status: statusCode, code: 'INVALID_INPUT', detail: message ?? '' }
  }
  return { status: statusCode ?? 500, code: 'INTERNAL', detail: '' }
}

/** Logs server errors once, with their cause, and answers every error as a problem document. */
export function installProblemHandler(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const failure = failureOf(error)
    logFailure(request, failure, error)
    return sendProblem(reply, failure)
  })
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    const detail = `there is no ${request.method} ${path}`
    return sendProblem(reply, { status: 404, code: 'NOT_FOUND', detail })
  })
}

export function logFailure(request: FastifyRequest, failure: Failure, err: unknown): void {
  if (failure.status < 500) return
  const { method } = request
  request.log.error({ err, method, route: request.routeOptions.url }, 'failed to answer a request')
}

function sendProblem(reply: FastifyReply, { status, code, detail }: Failure): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json')
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send({
      type: 'about:blank',
      title: STATUS_CODES[status] ?? 'Error',
      status,
      ...(detail === '' ? {} : { detail }),
      code,
    })
}
