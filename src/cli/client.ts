import type { Command } from 'commander'
import { durationProblem, parseDuration } from '../core/duration.ts'
import { errorText } from '../core/errors.ts'
import { CliFailure } from './io.ts'
import type { CliIo } from './io.ts'
import { printable } from './table.ts'

export const DEFAULT_URL = 'http://127.0.0.1:8093'

/** Speaks to a running service. Answers are trusted to have the shape that our API describes. */
export interface ApiClient {
  /** @throws CliFailure with words for a person */
  request<T>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T>
}

/** What `withConnection` adds to a command. */
export interface ConnectionOptions {
  readonly url?: string
  readonly token?: string
  readonly timeout?: string
}

/** Adds the options that say which service to speak to. */
export function withConnection(command: Command): Command {
  return command
    .option('--url <url>', `address of the service (or TOCSIN_URL; default ${DEFAULT_URL})`)
    .option('--token <token>', 'access token (or TOCSIN_TOKEN, which does not show up in `ps`)')
    .option('--timeout <duration>', 'longest wait for an answer', '10s')
}

/** The client that options and environment ask for. @throws CliFailure when they make no sense */
export function createClient(options: ConnectionOptions, io: CliIo): ApiClient {
  const base = (options.url ?? io.env['TOCSIN_URL'] ?? DEFAULT_URL).replace(/\/+$/, '')
  if (!/^https?:\/\//.test(base) || !URL.canParse(base)) {
    throw new CliFailure(`"${base}" is not an address: write one such as ${DEFAULT_URL}`)
  }
  const token = options.token ?? io.env['TOCSIN_TOKEN'] ?? ''
  const timeoutMs = parseDuration(options.timeout ?? '10s')
  if (timeoutMs === null || timeoutMs === 0) {
    throw new CliFailure(`--timeout: ${durationProblem(options.timeout ?? '')}`)
  }
  return {
    async request<T>(method: string, path: string, body?: unknown): Promise<T> {
      const response = await fetch(base + path, {
        method,
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          accept: 'application/json',
          ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }).catch((error: unknown) => {
        throw unreachable(base, error, options.timeout ?? '10s')
      })
      return readAnswer<T>(base, response)
    },
  }
}

async function readAnswer<T>(base: string, response: Response): Promise<T> {
  const text = await response.text()
  const type = response.headers.get('content-type') ?? ''
  if (!/\bjson\b/.test(type)) {
    const status = response.status
    throw new CliFailure(
      `${base} answers (${status} ${type}), but not like Tocsin: check the address`,
    )
  }
  const answer = JSON.parse(text) as unknown
  if (response.ok) return answer as T
  throw new CliFailure(refusal(response.status, answer as { detail?: string; title?: string }))
}

function refusal(status: number, problem: { detail?: string; title?: string }): string {
  const detail = printable(problem.detail ?? problem.title ?? '')
  if (status === 401) return `${detail}\nGive the token with --token or in TOCSIN_TOKEN`
  if (status >= 500) return `the service failed (${status} ${detail}): its log says why`
  return detail
}

function unreachable(base: string, error: unknown, timeout: string): CliFailure {
  const isTimeout = error instanceof Error && error.name === 'TimeoutError'
  // Node says "fetch failed" of everything: the reason is in the cause.
  const cause = error instanceof Error ? (error.cause ?? error) : error
  const reason = isTimeout ? `no answer within ${timeout}` : errorText(cause)
  return new CliFailure(
    `no Tocsin answers at ${base} (${reason})\n` +
      'Is it running? Start it with `tocsin run`, or name another address with --url or TOCSIN_URL',
    { cause: error },
  )
}
