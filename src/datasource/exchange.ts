import type { Dispatcher } from 'undici'
import { DatasourceError } from './datasourceError.ts'

type Headers = Record<string, string | string[] | undefined>

export interface Answer {
  readonly status: number
  readonly contentType: string
  readonly body: Buffer
}

/** The connection broke before a byte of the answer came: asking again once is safe and mostly works. */
export class ConnectionDropped extends Error {}

/**
 * One request and its answer on undici's dispatch interface: half the cost of `request()` for small answers.
 * Settles exactly once, whatever undici still reports afterwards.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #maxBytes: number
  readonly #settle: (exchange: Exchange, error: Error | null, answer: Answer | null) => void
  #controller: Dispatcher.DispatchController | null = null
  #status = 0
  #contentType = ''
  #chunks: Buffer[] = []
  #size = 0
  #settled = false

  constructor(
    maxBytes: number,
    settle: (exchange: Exchange, error: Error | null, answer: Answer | null) => void,
  ) {
    this.#maxBytes = maxBytes
    this.#settle = settle
  }

  /** Ends the exchange with this error, and its connection with it. */
  abort(error: Error): void {
    this.#finish(error, null)
    this.#controller?.abort(error)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // Gave up while waiting for a free connection.
    if (this.#settled) controller.abort(new Error('given up'))
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Headers): void {
    if (status < 200) return
    this.#status = status
    this.#contentType = String(headers['content-type'] ?? '')
    const encoding = String(headers['content-encoding'] ?? 'identity').toLowerCase()
    if (encoding !== 'identity' && encoding !== '') {
      this.abort(
        new DatasourceError(`answered with content-encoding ${encoding}, which was not asked for`),
      )
    } else if (Number(headers['content-length'] ?? 0) > this.#maxBytes) {
      this.abort(this.#tooLarge())
    }
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length
    if (this.#size > this.#maxBytes) this.abort(this.#tooLarge())
    else if (!this.#settled) this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    const body = Buffer.concat(this.#chunks, this.#size)
    this.#finish(null, { status: this.#status, contentType: this.#contentType, body })
  }

  onResponseError(_: Dispatcher.DispatchController | null, error: Error): void {
    const dropped = this.#status === 0 && isDrop(error)
    this.#finish(dropped ? new ConnectionDropped(error.message, { cause: error }) : error, null)
  }

  #tooLarge(): DatasourceError {
    return new DatasourceError(
      `answered more than ${this.#maxBytes} bytes (max_response_bytes): narrow the expression or raise the limit`,
    )
  }

  #finish(error: Error | null, answer: Answer | null): void {
    if (this.#settled) return
    this.#settled = true
    this.#chunks = []
    this.#settle(this, error, answer)
  }
}

function isDrop(error: Error): boolean {
  const code = 'code' in error ? error.code : ''
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE'
}
