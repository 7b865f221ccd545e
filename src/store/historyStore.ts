/** One line of the timeline: what was decided or done, by whom, and why. */
export interface HistoryEntry {
  readonly at: number
  readonly kind: 'transition' | 'flush' | 'delivery' | 'action' | 'reload'
  /** The alert it is about, where it is about one. */
  readonly fingerprint?: string
  readonly alertname?: string
  readonly groupKey?: string
  /** Who did it; absent for the service itself. */
  readonly by?: string
  /** `firing`, `first notification`, `delivered`, `acknowledged`, `silence created`, ... */
  readonly what: string
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>
}

export interface HistoryQuery {
  readonly fingerprint?: string
  readonly kind?: HistoryEntry['kind']
  /** Epoch ms, inclusive. */
  readonly from?: number
  readonly to?: number
  readonly limit: number
}

/** Capped streams: the timeline and the audit log. */
export interface HistoryStore {
  append(entries: readonly HistoryEntry[]): Promise<void>
  /** Newest first. */
  read(query: HistoryQuery): Promise<readonly HistoryEntry[]>
}
