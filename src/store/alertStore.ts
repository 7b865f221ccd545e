import type { AlertRecord } from '../core/alert.ts'

/**
 * Every process that routes or answers reads keeps a view of all alert records in memory and brings it up to date
 * with one round trip before it decides anything.
 */
export interface AlertView {
  readonly size: number
  get(fingerprint: string): AlertRecord | undefined
  values(): IterableIterator<AlertRecord>
  /** Records with an end, past or future: cheap when most have none, as in a mass outage. */
  ending(): IterableIterator<AlertRecord>
  /** How many records have each status, without looking at any: what their sources said last. */
  counts(): Readonly<Record<AlertRecord['status'], number>>
}

/** Returns the next record, null to remove it, or the same object (or undefined for an unknown one) to leave it. */
export type AlertChange = (current: AlertRecord | undefined) => AlertRecord | null | undefined

export interface AlertStore {
  /** Calls back with the fingerprints whose records in the view changed, came or went. */
  onChange(listener: (fingerprints: Iterable<string>) => void): void
  /** The view as of the last sync; does no I/O. */
  readonly view: AlertView
  /** Brings the view up to date with everything committed before the call. */
  sync(): Promise<AlertView>
  /**
   * Applies the changes to the newest records and stores the result: read-compare-write, repeated when another process
   * wrote in between, so `change` must be pure. Resolves when all of it is durable.
   */
  update(changes: ReadonlyMap<string, AlertChange>): Promise<void>
}
