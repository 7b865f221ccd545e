/** Stable codes of everything thrown on purpose. `api/problem.ts` maps them to HTTP statuses. */
export type ErrorCode =
  | 'CONFIG_INVALID'
  | 'DATASOURCE_FAILED'
  | 'DELIVERY_FAILED'
  | 'STORE_FAILED'
  | 'NOT_FOUND'
  | 'INVALID_INPUT'
  | 'CONFLICT'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'STARTUP_FAILED'

/** Base of all errors thrown on purpose: a stable code, a message for people, the cause kept. */
export class AppError extends Error {
  override readonly name: string = 'AppError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The text of anything that was thrown, with its causes: `could not connect: ECONNREFUSED 127.0.0.1:9090`. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own = error.message || errorCode(error) || error.name
  const cause = error.cause === undefined || error.cause === null ? '' : errorText(error.cause)
  return cause === '' || own.includes(cause) ? own : `${own}: ${cause}`
}

function errorCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}
