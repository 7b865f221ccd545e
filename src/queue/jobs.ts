/** A hint that ledger rows of a kind wait. It carries no data: what to send stands in the ledger (I9). */
export interface DeliverHint {
  readonly kind: string
}

export interface JobQueue {
  /** Tells the workers of `kind` that rows wait, now or after `delayMs`. Never throws: a lost hint is found by the sweep. */
  hint(
    kind: string,
    options?: { readonly delayMs?: number; readonly critical?: boolean },
  ): Promise<void>
  /** Starts workers of these kinds; `work` is called at most `concurrency` times at once for each kind. */
  start(kinds: readonly string[], work: (hint: DeliverHint) => Promise<void>): Promise<void>
  /** Waiting hints by kind. */
  depth(): Promise<ReadonlyMap<string, number>>
  /** Stops taking hints and waits for running work. */
  close(): Promise<void>
}
