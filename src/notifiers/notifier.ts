import { AppError } from '../core/errors.ts'
import type { Labels } from '../core/labels.ts'
import type { NotifyReason } from '../routing/notifyReason.ts'

/** One alert as messages show it. Times are epoch ms. */
export interface MessageAlert {
  readonly status: 'firing' | 'resolved'
  readonly labels: Labels
  readonly annotations: Labels
  readonly startsAt: number
  /** Null while firing, unless it ended before this message could leave (then the text says both). */
  readonly endsAt: number | null
  readonly generatorURL: string
  readonly fingerprint: string
  readonly ack: { readonly by: string; readonly note: string } | null
}

/** What a message is about: Alertmanager's template data (routing-semantics 8.1), before templates. */
export interface MessageData {
  readonly receiver: string
  readonly status: 'firing' | 'resolved'
  /** Sorted as Alertmanager sorts (4.1(4)). */
  readonly alerts: readonly MessageAlert[]
  readonly groupKey: string
  readonly groupLabels: Labels
  readonly commonLabels: Labels
  readonly commonAnnotations: Labels
  readonly externalURL: string
  readonly reason: NotifyReason | 'fallback' | 'replay'
  /** Text of `reason` as Alertmanager spells it ("first notification"), or ours for the others. */
  readonly reasonText: string
  /** Why this message comes this way or late: fallback, replay, "ended before it could be delivered". Empty: nothing special. */
  readonly notice: string
}

/** One message ready to be rendered and sent by an integration. */
export interface Outgoing {
  readonly data: MessageData
  /** The same for all attempts of one delivery. Sent to the provider wherever it has a field for it. */
  readonly idempotencyKey: string
  /** What this integration remembered from the last message to the same group. */
  readonly memo: Readonly<Record<string, string>>
}

export interface Receipt {
  /** The provider's id of the accepted message; '' where it gives none. */
  readonly providerId: string
  /** The provider's answer in few words, for the ledger: `250 queued as 4F2`, `202 Accepted`. */
  readonly answer: string
  /** Replaces the integration's memo; absent: unchanged. */
  readonly memo?: Readonly<Record<string, string>>
}

/** Code of one integration of one receiver, made from its configuration. */
export interface Notifier {
  /** From a small fixed set: used as metric label and queue name. */
  readonly kind: string
  readonly sendResolved: boolean
  /** Resolves once the provider has accepted the message. @throws DeliveryError */
  send(message: Outgoing, signal: AbortSignal): Promise<Receipt>
}

/** Closed list; also a metric label. */
export type FailureReason = 'rejected' | 'unauthorized' | 'rate-limited' | 'unavailable' | 'timeout'

/** Why a message was not accepted. Its text goes into the ledger: no secrets, no URLs with tokens. */
export class DeliveryError extends AppError {
  override readonly name = 'DeliveryError'
  readonly reason: FailureReason
  /** The provider's Retry-After in ms; null when it gave none. */
  readonly retryAfterMs: number | null

  constructor(
    message: string,
    reason: FailureReason,
    options: ErrorOptions & { retryAfterMs?: number | null } = {},
  ) {
    super('DELIVERY_FAILED', message, options)
    this.reason = reason
    this.retryAfterMs = options.retryAfterMs ?? null
  }

  /** rejected and unauthorized are permanent: trying the same again cannot help. */
  get retryable(): boolean {
    return this.reason !== 'rejected' && this.reason !== 'unauthorized'
  }
}
