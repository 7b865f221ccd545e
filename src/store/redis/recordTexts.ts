import type { AlertRecord } from '../../core/alert.ts'

type Status = AlertRecord['status']

/** A record as stored: status and end stand first, so that they can be read off without parsing. */
export function recordText(record: AlertRecord): string {
  return JSON.stringify(Object.assign({ status: record.status, endsAt: record.endsAt }, record))
}

const STATUS_AT = '{"status":"'.length
const STATUSES: Readonly<Record<string, Status>> = { p: 'pending', f: 'firing', r: 'resolved' }

function hasEnd(text: string): boolean {
  return !text.startsWith('"endsAt":null', text.indexOf(',') + 1)
}

function statusOf(text: string): Status {
  return STATUSES[text.charAt(STATUS_AT)] ?? 'resolved'
}

/** Fingerprint to record text, with a running count of each status. */
export class RecordTexts {
  readonly #texts = new Map<string, string>()
  readonly #counts: Record<Status, number> = { pending: 0, firing: 0, resolved: 0 }

  get size(): number {
    return this.#texts.size
  }

  count(status: Status): number {
    return this.#counts[status]
  }

  get(fingerprint: string): string | undefined {
    return this.#texts.get(fingerprint)
  }

  set(fingerprint: string, text: string): void {
    const before = this.#texts.get(fingerprint)
    if (before !== undefined) this.#counts[statusOf(before)]--
    this.#texts.set(fingerprint, text)
    this.#counts[statusOf(text)]++
  }

  delete(fingerprint: string): void {
    const text = this.#texts.get(fingerprint)
    if (text === undefined) return
    this.#counts[statusOf(text)]--
    this.#texts.delete(fingerprint)
  }

  clear(): void {
    this.#texts.clear()
    for (const status of Object.values(STATUSES)) this.#counts[status] = 0
  }

  /** Texts of records with an end. */
  *ending(): Generator<string> {
    for (const text of this.#texts.values()) if (hasEnd(text)) yield text
  }

  values(): IterableIterator<string> {
    return this.#texts.values()
  }

  fingerprints(): IterableIterator<string> {
    return this.#texts.keys()
  }
}
