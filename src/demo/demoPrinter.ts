import type { HistoryEntry } from '../store/historyStore.ts'
import type { DemoServiceKind } from './demoServiceKinds.ts'
import { formatTimeline, timelineLine } from './timeline.ts'

/** Prints what happens, line by line, and notices the first delivered message. */
export class DemoPrinter {
  readonly #print: (text: string) => void
  readonly #onDelivered: (isFirst: boolean) => void
  #deliveries = 0
  #lastFiring = ''

  constructor(print: (text: string) => void, onDelivered: (isFirst: boolean) => void) {
    this.#print = print
    this.#onDelivered = onDelivered
  }

  /** The alert that began to fire last: '' before the first. */
  get lastFiring(): string {
    return this.#lastFiring
  }

  history(entry: HistoryEntry): void {
    const line = formatTimeline(entry)
    if (line !== null) this.#print(line)
    if (entry.kind === 'transition' && entry.what === 'firing' && entry.fingerprint !== undefined) {
      this.#lastFiring = entry.fingerprint
    }
    if (entry.kind !== 'delivery' || !entry.what.startsWith('delivered')) return
    this.#deliveries++
    this.#onDelivered(this.#deliveries === 1)
  }

  service(at: number, kind: DemoServiceKind, broken: boolean): void {
    const what = broken ? 'demo breaks' : 'demo heals'
    const detail = broken ? `it ${kind.breaks}` : 'it is well again'
    this.#print(timelineLine(at, what, kind.name, detail))
  }
}
