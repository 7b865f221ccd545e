/** What the sweep finds in one look at all shards. */
export interface SweepFindings {
  /** Flush claims and delivery claims that were put back. */
  readonly flushClaims: number
  readonly deliveryClaims: number
  /** The earliest due time of all groups, claimed ones not counted; null when nothing waits. */
  readonly nextDueAt: number | null
  /** By kind: rows that are due, and the earliest next attempt. Kinds without waiting rows are absent. */
  readonly waiting: ReadonlyMap<string, { readonly due: number; readonly nextAttemptAt: number }>
}

export interface SweepStore {
  /**
   * Puts back claims that ran out, and those of `formerNode`'s former lives when given (only that node's own start may say
   * so); tells what waits.
   */
  look(now: number, formerNode?: string): Promise<SweepFindings>
}
