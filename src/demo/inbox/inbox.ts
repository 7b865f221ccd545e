import { createFaults } from './faults.ts'
import type { Fault } from './faults.ts'
import { startHttp } from './http.ts'
import { createMessageList } from './messages.ts'
import type { Arrival, InboxKind, InboxMessage } from './messages.ts'
import { startSmtp } from './smtp.ts'

export interface InboxOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly smtpPort: number
  readonly onMessage: (message: InboxMessage) => void
  /** Epoch ms; the system's clock when not given. */
  readonly now?: () => number
}

/** A running inbox. */
export interface Inbox {
  /** Base of the page and of all HTTP providers, without trailing slash. */
  readonly url: string
  readonly smtpPort: number
  /** Newest first. */
  messages(): readonly InboxMessage[]
  clear(): void
  /** Makes the next messages of a kind fail. For tests. */
  fail(kind: InboxKind, fault: Fault): void
  /** Takes back all failures that were asked for and did not happen yet. */
  behave(): void
  close(): Promise<void>
}

/**
 * Starts stand-ins for all five kinds of provider: a real SMTP server, and HTTP endpoints that accept and refuse as strictly as
 * Twilio, PagerDuty, Slack and a webhook receiver. What arrived is shown at `/` and listed at `/messages`.
 * @throws when a port is taken
 */
export async function startInbox(options: InboxOptions): Promise<Inbox> {
  const { host, port, smtpPort, onMessage, now = () => Date.now() } = options
  const messages = createMessageList(now)
  const faults = createFaults()
  const arrived = (arrival: Arrival): void => onMessage(messages.add(arrival))
  const http = await startHttp(host, port, { messages, faults, now, arrived })
  try {
    const smtp = await startSmtp(host, smtpPort, faults, arrived)
    const name = host.includes(':') ? `[${host}]` : host
    return {
      url: `http://${name}:${http.port}`,
      smtpPort: smtp.port,
      messages: () => messages.all(),
      clear: () => messages.clear(),
      fail: (kind, fault) => faults.add(kind, fault),
      behave: () => faults.clear(),
      async close() {
        await Promise.all([http.close(), smtp.close()])
      },
    }
  } catch (error) {
    await http.close()
    throw error
  }
}
