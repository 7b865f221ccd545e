import type { Silence } from '../routing/silence.ts'

export interface SilenceStore {
  /** All silences, as of the last sync; does no I/O. */
  readonly view: SilenceView
  sync(): Promise<SilenceView>
  /** Stores a new or changed silence. Durable when it resolves. */
  put(silence: Silence): Promise<void>
  /** Removes silences that ended before `endedBefore`. */
  collect(endedBefore: number): Promise<number>
}

export interface SilenceView {
  /** Grows with every change: the key of caches. */
  readonly version: number
  readonly silences: readonly Silence[]
}
