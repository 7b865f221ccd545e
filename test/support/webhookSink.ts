import { once } from 'node:events'
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request that arrived, whatever it was answered. */
export interface Hook {
  /** Epoch ms. */
  readonly at: number
  /** The path without its slash: which receiver of the test it was for. */
  readonly to: string
  readonly key: string
  /** Null: it was not answered. */
  readonly answered: number | null
  readonly status: string
  readonly reason: string
  readonly groupKey: string
  readonly alerts: readonly HookAlert[]
}

export interface HookAlert {
  readonly status: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly fingerprint: string
  readonly startsAt: string
}

export type Behaviour =
  'ok' | 'hang' | { readonly status: number } | { readonly afterMs: number } | 'lose answer'

/** A webhook receiver that keeps everything it gets, and misbehaves when asked to. */
export interface WebhookSink {
  /** `to('ops')` is the URL to put into a webhook_config. */
  to(name: string): string
  readonly hooks: readonly Hook[]
  /** Those that were accepted, of one receiver or of all. */
  accepted(name?: string): readonly Hook[]
  behave(name: string, behaviour: Behaviour): void
  close(): Promise<void>
}

export async function startWebhookSink(): Promise<WebhookSink> {
  const hooks: Hook[] = []
  const behaviours = new Map<string, Behaviour>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => {})
    request.on('end', () => {
      const to = (request.url ?? '/').slice(1)
      const key = String(request.headers['idempotency-key'] ?? '')
      const body = Buffer.concat(chunks).toString()
      const take = (answered: number | null): void => void hooks.push(hook(to, key, body, answered))
      behave(behaviours.get(to) ?? 'ok', response, take)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const isAccepted = ({ answered }: Hook): boolean => answered === 200
  return {
    to: (name) => `http://127.0.0.1:${port}/${name}`,
    hooks,
    accepted: (name) => hooks.filter((h) => isAccepted(h) && (name === undefined || h.to === name)),
    behave: (name, behaviour) => void behaviours.set(name, behaviour),
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function behave(
  behaviour: Behaviour,
  response: ServerResponse,
  take: (answered: number | null) => void,
): void {
  if (behaviour === 'hang') return take(null)
  if (behaviour === 'lose answer') {
    take(null)
    return void response.destroy()
  }
  if (behaviour === 'ok') {
    take(200)
    return void response.writeHead(200).end()
  }
  if ('status' in behaviour) {
    take(behaviour.status)
    return void response.writeHead(behaviour.status).end('as the test asked')
  }
  setTimeout(() => {
    take(response.destroyed ? null : 200)
    response.writeHead(200).end()
  }, behaviour.afterMs).unref()
}

function hook(to: string, key: string, text: string, answered: number | null): Hook {
  const body = JSON.parse(text) as Omit<Hook, 'at' | 'to' | 'key' | 'answered' | 'reason'> & {
    readonly notification_reason: string
  }
  const { status, notification_reason: reason, groupKey, alerts } = body
  return { at: Date.now(), to, key, answered, status, reason, groupKey, alerts }
}
