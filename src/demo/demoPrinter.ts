import type { HistoryEntry } from '../store/historyStore.ts'
import type { DemoServiceKind } from './demoServiceKinds.ts'
import { formatTimeline, timelineLine } from './timeline.ts'

/** Prints what happens, line by line, and keeps in mind what fires. */
export class DemoPrinter {
  readonly #print: (text: string) => void
  readonly #onDelivered: () => void
  /** Service by fingerprint. */
  readonly #firing = new Map<string, string>()

  constructor(print: (text: string) => void, onDelivered: () => void) {
    this.#print = print
    this.#onDelivered = onDelivered
  }

  /**
   * What to acknowledge, as `tocsin ack` takes it: the alert that fires since the shortest time, or all of its service
   * when there are several, because one that nobody took keeps the message repeating. Null when nothing fires.
   */
  get ackTarget(): string | null {
    const last = [...this.#firing].at(-1)
    if (last === undefined) return null
    const [fingerprint, service] = last
    const sameService = [...this.#firing.values()].filter((other) => other === service)
    return service === '' || sameService.length === 1 ? fingerprint : `--all service=${service}`
  }

  history(entry: HistoryEntry): void {
    const line = formatTimeline(entry)
    if (line !== null) this.#print(line)
    if (entry.kind === 'transition') this.#remember(entry)
    if (entry.kind === 'delivery' && entry.what.startsWith('delivered')) this.#onDelivered()
  }

  service(at: number, kind: DemoServiceKind, broken: boolean): void {
    const what = broken ? 'demo breaks' : 'demo heals'
    const detail = broken ? `it ${kind.breaks}` : 'it is well again'
    this.#print(timelineLine(at, what, kind.name, detail))
  }

  #remember({ what, fingerprint = '', detail }: HistoryEntry): void {
    const service = /(?:^| )service=([\w-]+)/.exec(String(detail?.['labels'] ?? ''))?.[1] ?? ''
    if (what === 'firing') this.#firing.set(fingerprint, service)
    if (what === 'resolved') this.#firing.delete(fingerprint)
  }
}
