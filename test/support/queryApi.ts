import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Series {
  readonly labels: Readonly<Record<string, string>>
  readonly value?: number
}

/** How the query API answers: as it should, or in one of the ways in which real ones fail. */
export type QueryMode =
  | 'ok'
  /** The port refuses connections. */
  | 'down'
  /** Never answers. */
  | 'hanging'
  /** A proxy's login page, with status 200. */
  | 'html'
  | 'error 500'
  /** The connection breaks in the middle of the answer. */
  | 'truncated'
  /** An answer that says itself that it is incomplete, without any series. */
  | 'partial'

/** A query API whose answers tests choose. */
export interface QueryApi {
  readonly url: string
  readonly port: number
  /** What an expression answers from now on; nothing is known of others: they answer no series. */
  set(expr: string, series: readonly Series[]): void
  mode(mode: QueryMode): Promise<void>
  /** Queries that arrived, by expression. */
  readonly asked: ReadonlyMap<string, number>
  close(): Promise<void>
}

export async function startQueryApi(): Promise<QueryApi> {
  const answers = new Map<string, readonly Series[]>()
  const asked = new Map<string, number>()
  let mode: QueryMode = 'ok'
  const server = createServer((request, response) => {
    const respond = async (): Promise<void> => {
      const expr = await readExpression(request)
      asked.set(expr, (asked.get(expr) ?? 0) + 1)
      answer(mode, response, vector(answers.get(expr) ?? []))
    }
    respond().catch(() => response.destroy())
  })
  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  const stopListening = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  const port = await listen(0)
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    asked,
    set: (expr, series) => void answers.set(expr, series),
    async mode(next) {
      mode = next
      if (next === 'down') await stopListening()
      else if (!server.listening) await listen(port)
      if (next !== 'hanging') server.closeAllConnections() // those that hang
    },
    close: stopListening,
  }
}

async function readExpression(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const inUrl = new URL(request.url ?? '/', 'http://localhost').searchParams.get('query')
  return inUrl ?? new URLSearchParams(Buffer.concat(chunks).toString()).get('query') ?? ''
}

function vector(series: readonly Series[]): string {
  const now = Date.now() / 1_000
  const result = series.map(({ labels, value = 1 }) => ({
    metric: labels,
    value: [now, String(value)],
  }))
  return JSON.stringify({ status: 'success', data: { resultType: 'vector', result } })
}

function answer(mode: QueryMode, response: ServerResponse, good: string): void {
  const json = { 'content-type': 'application/json' }
  switch (mode) {
    case 'ok':
      return void response.writeHead(200, json).end(good)
    case 'down':
      return void response.destroy()
    case 'hanging':
      return
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' })
      return void response.end('<!doctype html><title>Log in</title>')
    case 'error 500':
      return void response.writeHead(500, { 'content-type': 'text/plain' }).end('out of memory')
    case 'truncated':
      response.writeHead(200, { ...json, 'content-length': good.length + 100 })
      response.write(good.slice(0, -10))
      return void setImmediate(() => response.destroy())
    case 'partial':
      response.writeHead(200, json)
      return void response.end(vector([]).replace('{', '{"isPartial":true,'))
  }
}
