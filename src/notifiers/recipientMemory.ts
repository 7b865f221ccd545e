import { DeliveryError } from './notifier.ts'

/**
 * Which recipients of a message have already accepted it, so that a retry goes only to the others. Kept in this process for the
 * most recent messages; after a restart a retry goes to all again.
 */
export interface RecipientMemory {
  accepted(idempotencyKey: string): ReadonlySet<string>
  add(idempotencyKey: string, recipients: readonly string[]): void
  forget(idempotencyKey: string): void
}

const MAX_MESSAGES = 1000

export function createRecipientMemory(maxMessages = MAX_MESSAGES): RecipientMemory {
  const messages = new Map<string, Set<string>>()
  return {
    accepted: (key) => messages.get(key) ?? new Set(),
    add(key, recipients) {
      const all = messages.get(key) ?? new Set<string>()
      for (const recipient of recipients) all.add(recipient)
      messages.delete(key)
      messages.set(key, all)
      const oldest = messages.keys().next().value
      if (messages.size > maxMessages && oldest !== undefined) messages.delete(oldest)
    },
    forget: (key) => void messages.delete(key),
  }
}

/**
 * One error for several recipients: retryable as long as one of them may still accept. It says how many of `total` accepted,
 * because a dead letter that reached some is not the same as one that reached none.
 */
export function combinedFailure(
  failures: ReadonlyMap<string, DeliveryError>,
  { accepted, total }: { readonly accepted: number; readonly total: number },
): DeliveryError | null {
  const all = [...failures.values()]
  const leading = all.find((error) => error.retryable) ?? all[0]
  if (leading === undefined) return null
  if (total === 1) return leading
  const texts = [...failures]
    .slice(0, 5)
    .map(([recipient, error]) => `${recipient}: ${error.message}`)
  const more = failures.size > 5 ? ` and ${failures.size - 5} more` : ''
  const counts = `${accepted} of ${total} recipients accepted`
  return new DeliveryError(`${counts}; ${texts.join('; ')}${more}`, leading.reason, {
    retryAfterMs: leading.retryAfterMs,
    cause: leading,
  })
}
