export type InboxKind = 'email' | 'sms' | 'pagerduty' | 'slack' | 'webhook'

/** One message that arrived, with the fields of its kind. Texts are capped. */
export type InboxMessage = {
  readonly id: number
  readonly kind: InboxKind
  /** ISO 8601. */
  readonly receivedAt: string
  readonly headline: string
} & Readonly<Record<string, unknown>>

/** What a provider makes of a message: everything but its number and time. */
export interface Arrival {
  readonly kind: InboxKind
  readonly headline: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** The most recent messages, in bounded memory. */
export interface MessageList {
  add(arrival: Arrival): InboxMessage
  /** Newest first. */
  all(): readonly InboxMessage[]
  clear(): void
}

const MAX_MESSAGES = 1000
const MAX_FIELD_CHARACTERS = 64 * 1024
const MAX_TOTAL_CHARACTERS = 32 * 1024 * 1024

export function createMessageList(now: () => number): MessageList {
  let messages: Array<{ readonly message: InboxMessage; readonly size: number }> = []
  let size = 0
  let nextId = 1
  return {
    add({ kind, headline, fields }) {
      const receivedAt = new Date(now()).toISOString()
      const capped = Object.fromEntries(Object.entries(fields).map(([k, v]) => [k, capField(v)]))
      const message = {
        ...capped,
        id: nextId++,
        kind,
        receivedAt,
        headline: headline.slice(0, 500),
      }
      const entry = { message, size: JSON.stringify(message).length }
      messages.unshift(entry)
      size += entry.size
      while (
        messages.length > MAX_MESSAGES ||
        (size > MAX_TOTAL_CHARACTERS && messages.length > 1)
      ) {
        size -= messages.pop()?.size ?? 0
      }
      return message
    },
    all: () => messages.map((entry) => entry.message),
    clear() {
      messages = []
      size = 0
    },
  }
}

/** A large value is kept as the start of its text. */
function capField(value: unknown): unknown {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  if (text.length <= MAX_FIELD_CHARACTERS) return value
  return `${text.slice(0, MAX_FIELD_CHARACTERS)} (cut: ${text.length} characters)`
}
