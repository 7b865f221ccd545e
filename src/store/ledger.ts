import type {
  Attempt,
  Delivery,
  DeliveryRow,
  DeliveryStatus,
  IntegrationKey,
  LogEntry,
} from './groupStore.ts'
import type { GroupMeta } from './groupStore.ts'

/** A row claimed for sending, with what else the sender must know. */
export interface ClaimedRow {
  readonly row: DeliveryRow
  readonly token: string
  /** Null when the group has ended meanwhile. */
  readonly group: GroupMeta | null
  /** What this integration was told last. */
  readonly log: LogEntry | null
  /** Log entries of the group's other integrations (the fallback looks here). */
  readonly logs: ReadonlyMap<IntegrationKey, LogEntry>
}

export type Settlement =
  | {
      readonly outcome: 'delivered'
      readonly attempt: Attempt
      /** What the integration now knows. */
      readonly log: LogEntry
      /** Members that leave the group when this was the last open row: fingerprint to occurrence. */
      readonly leave: ReadonlyMap<string, number>
      /** They stay as long as the log of one of these integrations says that they fire. */
      readonly endsWantedBy: readonly IntegrationKey[]
    }
  | { readonly outcome: 'retry'; readonly attempt: Attempt; readonly nextAttemptAt: number }
  /** Not tried: goes back as it was, for a later time (its receiver is known to be down). */
  | { readonly outcome: 'postponed'; readonly nextAttemptAt: number }
  | {
      readonly outcome: 'dead'
      readonly attempt: Attempt | null
      readonly note: string
      /** Rows for the receiver's fallback. */
      readonly fallback: readonly DeliveryRow[]
    }
  | {
      readonly outcome: 'suppressed'
      readonly note: string
      readonly leave: ReadonlyMap<string, number>
    }

export interface LedgerQuery {
  readonly status?: DeliveryStatus
  readonly receiver?: string
  readonly kind?: string
  readonly groupId?: string
  /** At most this many, newest first. */
  readonly limit: number
  /** Rows strictly older than this row id's place; from a former answer's `next`. */
  readonly after?: string
}

/** The record of every message: the queue is only a hint that rows wait here (I9). */
export interface Ledger {
  /** Claims due rows of a kind, critical before warning before others, oldest first. */
  claim(
    kind: string,
    now: number,
    max: number,
    leaseMs: number,
    node: string,
  ): Promise<readonly ClaimedRow[]>
  /** Atomic per row; false where the claim was lost (then nothing was written). */
  settle(
    settlements: ReadonlyArray<{
      readonly claimed: ClaimedRow
      readonly settlement: Settlement
      readonly now: number
    }>,
  ): Promise<readonly boolean[]>
  /** Makes every waiting retry of an integration due now (its receiver answers again). Resolves to how many. */
  wake(integration: IntegrationKey, now: number): Promise<number>
  list(
    query: LedgerQuery,
  ): Promise<{ readonly deliveries: readonly Delivery[]; readonly next: string | null }>
  get(id: string): Promise<DeliveryRow | null>
  /** Puts a dead row back to waiting. False when it is not dead. */
  replay(id: string, now: number, deadlineAt: number, by: string): Promise<boolean>
  /** Forgets ended rows created before a time; resolves to how many. */
  collect(createdBefore: number): Promise<number>
  counts(): Promise<
    Readonly<Record<DeliveryStatus, number>> & { readonly oldestWaitingAt: number | null }
  >
}
