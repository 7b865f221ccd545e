import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify'
import { failureOf, logFailure } from '../problem.ts'

/** A request that Alertmanager's API refuses before any of it is done: `{"code":602,"message":"..."}`. */
export class ApiRequestError extends Error {
  override readonly name = 'ApiRequestError'
  readonly status: number
  /** 600 and up for schema errors, else the status. */
  readonly apiCode: number

  constructor(status: number, apiCode: number, message: string) {
    super(message)
    this.status = status
    this.apiCode = apiCode
  }
}

/** Errors as Alertmanager prints them: objects for the request's form, a JSON string for what was wrong in its meaning. */
export function installApiErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | ApiRequestError | Error, request, reply) => {
    if (error instanceof ApiRequestError) {
      return sendApiJson(reply, error.status, { code: error.apiCode, message: error.message })
    }
    const failure = failureOf(error)
    logFailure(request, failure, error)
    const isForm = 'statusCode' in error && failure.status < 500
    if (isForm) {
      return sendApiJson(reply, failure.status, { code: failure.status, message: failure.detail })
    }
    const text =
      failure.status < 500 ? failure.detail : 'internal error: see the log of the service'
    return sendApiJson(reply, failure.status, text)
  })
}

/** Answers JSON with the line end that Alertmanager puts behind it. */
export function sendApiJson(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  return reply
    .code(status)
    .type('application/json')
    .serializer((payload: unknown) => String(payload))
    .send(`${JSON.stringify(body)}\n`)
}
