import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Fault, Faults } from './faults.ts'
import type { Arrival, InboxKind, MessageList } from './messages.ts'
import { inboxPage, messageItems, PAGE_POLICY, PAGE_SCRIPT, PAGE_STYLE } from './page.ts'
import { createPagerduty, PAGERDUTY_PATH, PAGERDUTY_V1_PATH, pagerdutyV1 } from './pagerduty.ts'
import type { Provider } from './provider.ts'
import { createSlack, SLACK_PATH } from './slack.ts'
import { createTwilio, TWILIO_PATH } from './twilio.ts'
import { webhook, WEBHOOK_PATH } from './webhook.ts'

export interface HttpInbox {
  readonly port: number
  close(): Promise<void>
}

interface HttpInboxDeps {
  readonly messages: MessageList
  readonly faults: Faults
  readonly now: () => number
  readonly arrived: (arrival: Arrival) => void
}

type Route = { readonly path: RegExp; readonly kind: InboxKind; readonly provider: Provider }

const MAX_BODY_BYTES = 128 * 1024 * 1024
const MAX_CONNECTIONS = 500

/** The HTTP side: the providers' endpoints, the page, and the list of messages. */
export async function startHttp(
  host: string,
  port: number,
  deps: HttpInboxDeps,
): Promise<HttpInbox> {
  const routes: readonly Route[] = [
    { path: TWILIO_PATH, kind: 'sms', provider: createTwilio() },
    { path: PAGERDUTY_PATH, kind: 'pagerduty', provider: createPagerduty() },
    { path: PAGERDUTY_V1_PATH, kind: 'pagerduty', provider: pagerdutyV1 },
    { path: SLACK_PATH, kind: 'slack', provider: createSlack(deps.now) },
    { path: WEBHOOK_PATH, kind: 'webhook', provider: webhook },
  ]
  const server = createServer((request, response) => {
    answer(request, response, routes, deps).catch(() => response.destroy())
  })
  server.maxConnections = MAX_CONNECTIONS
  server.requestTimeout = 60_000
  server.keepAliveTimeout = 30_000
  server.listen(port, host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  routes: readonly Route[],
  deps: HttpInboxDeps,
): Promise<void> {
  const path = (request.url ?? '/').split('?')[0] ?? '/'
  const route = routes.find((candidate) => candidate.path.test(path))
  if (route === undefined) return answerPage(request.method ?? 'GET', path, response, deps.messages)
  if (request.method !== 'POST')
    return send(response, 405, 'text/plain', 'POST only', { allow: 'POST' })
  const body = await readBody(request)
  if (body === null) return send(response, 413, 'text/plain', 'too large')
  const fault = deps.faults.take(route.kind)
  if (fault?.hang === true) return
  if (fault?.delayMs !== undefined)
    await new Promise((resolve) => setTimeout(resolve, fault.delayMs).unref())
  if (fault?.status !== undefined) return sendFault(response, fault, fault.status)
  const result = route.provider({ path, headers: request.headers, body })
  if (result.arrival !== null) deps.arrived(result.arrival)
  if (fault?.loseAnswer === true) return void response.destroy()
  send(response, result.status, result.contentType, result.body)
}

function sendFault(response: ServerResponse, fault: Fault, status: number): void {
  send(response, status, 'text/plain', fault.body ?? 'as the test asked', fault.headers)
}

function answerPage(
  method: string,
  path: string,
  response: ServerResponse,
  messages: MessageList,
): void {
  if (path === '/messages' && method === 'DELETE') {
    messages.clear()
    return send(response, 204, 'text/plain', '')
  }
  if (method !== 'GET' && method !== 'HEAD') return send(response, 404, 'text/plain', 'not found')
  switch (path) {
    case '/':
      return send(response, 200, 'text/html', inboxPage(messages.all()))
    case '/list':
      return send(response, 200, 'text/html', messageItems(messages.all()))
    case '/messages':
      return send(response, 200, 'application/json', JSON.stringify(messages.all()))
    case '/inbox.css':
      return send(response, 200, 'text/css', PAGE_STYLE)
    case '/inbox.js':
      return send(response, 200, 'text/javascript', PAGE_SCRIPT)
  }
  send(response, 404, 'text/plain', 'not found')
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    'content-type': type === 'application/json' ? type : `${type}; charset=utf-8`,
    'cache-control': 'no-store',
    'content-security-policy': PAGE_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    ...headers,
  })
  response.end(body)
}

/** Null when it is larger than any message of ours. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += (chunk as Buffer).length
    if (size > MAX_BODY_BYTES) return null
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString('utf8')
}
