import { headEnd, valueEnd, valueStart } from './elementBytes.ts'
import { createHeadTable, type HeadTable } from './headTable.ts'
import type { VectorIndex } from './vectorIndex.ts'

/** How many elements of the previous answer are skipped in search of the one at hand: series that vanished. */
const LOOK_AHEAD = 8
/** Series not found by looking ahead, from which on the order counts as changed and a table is built. */
const TABLE_AFTER_MISSES = 64

/** The offsets gathered while one answer is scanned. */
export class Columns {
  readonly #body: Buffer
  readonly #previous: VectorIndex | null
  #headStarts: Uint32Array
  #headEnds: Uint32Array
  #valueStarts: Uint32Array
  #valueEnds: Uint32Array
  #before: Int32Array
  #changed: Uint8Array
  #count = 0
  /** Where the next element would stand in the previous answer. */
  #expected = 0
  #misses = 0
  #inOrder = true
  #table: HeadTable | null = null

  constructor(body: Buffer, previous: VectorIndex | null) {
    const capacity = previous === null ? 16 : previous.count + 1
    this.#body = body
    this.#previous = previous
    this.#headStarts = new Uint32Array(capacity)
    this.#headEnds = new Uint32Array(capacity)
    this.#valueStarts = new Uint32Array(capacity)
    this.#valueEnds = new Uint32Array(capacity)
    this.#before = new Int32Array(capacity)
    this.#changed = new Uint8Array(capacity)
  }

  /** Takes in the element at `start`; returns where it ends, -1 when it has another form. */
  scan(start: number): number {
    const before = this.#nearby(start)
    const end = before < 0 ? headEnd(this.#body, start) : start + this.#headLength(before)
    if (end < 0) return -1
    const known = before < 0 ? this.#anywhere(start, end) : before
    const from = valueStart(this.#body, end)
    if (from < 0) return -1
    const to = valueEnd(this.#body, from)
    if (to < 0) return -1
    this.#add(start, end, from, to, known)
    return to + 3
  }

  finish(): VectorIndex {
    const count = this.#count
    const same = this.#inOrder && this.#previous !== null && this.#previous.count === count
    return {
      body: this.#body,
      count,
      headStarts: this.#headStarts.subarray(0, count),
      headEnds: this.#headEnds.subarray(0, count),
      valueStarts: this.#valueStarts.subarray(0, count),
      valueEnds: this.#valueEnds.subarray(0, count),
      before: same ? null : this.#before.subarray(0, count),
      changed: this.#changed.subarray(0, count),
      warnings: '',
    }
  }

  #add(start: number, end: number, from: number, to: number, known: number): void {
    const i = this.#count++
    if (i === this.#headStarts.length) this.#grow()
    this.#headStarts[i] = start
    this.#headEnds[i] = end
    this.#valueStarts[i] = from
    this.#valueEnds[i] = to
    this.#before[i] = known
    this.#changed[i] = known >= 0 && this.#sameValue(from, to, known) ? 0 : 1
    if (known !== i) this.#inOrder = false
    if (known >= 0) this.#expected = known + 1
  }

  /** Position in the previous answer of the head at `start`, looking only where it should be. */
  #nearby(start: number): number {
    if (this.#previous === null) return -1
    const until = Math.min(this.#previous.count, this.#expected + LOOK_AHEAD)
    for (let i = this.#expected; i < until; i++) {
      if (this.#sameHead(i, start)) return i
      if (this.#table !== null) break
    }
    return -1
  }

  #anywhere(start: number, end: number): number {
    if (this.#previous === null || this.#previous.count === 0) return -1
    if (this.#table === null) {
      this.#misses++
      if (this.#misses < TABLE_AFTER_MISSES) return -1
      this.#table = createHeadTable(this.#previous)
    }
    return this.#table.find(this.#body, start, end)
  }

  #sameHead(position: number, start: number): boolean {
    const { body, headStarts, headEnds } = this.#previous as VectorIndex
    const from = headStarts[position] as number
    const to = headEnds[position] as number
    const end = start + to - from
    return end <= this.#body.length && this.#body.compare(body, from, to, start, end) === 0
  }

  #headLength(position: number): number {
    const { headStarts, headEnds } = this.#previous as VectorIndex
    return (headEnds[position] as number) - (headStarts[position] as number)
  }

  #sameValue(from: number, to: number, position: number): boolean {
    const { body, valueStarts, valueEnds } = this.#previous as VectorIndex
    const start = valueStarts[position] as number
    if ((valueEnds[position] as number) - start !== to - from) return false
    for (let i = from; i < to; i++) if (this.#body[i] !== body[start + i - from]) return false
    return true
  }

  #grow(): void {
    const capacity = this.#headStarts.length * 2
    const grown = <T extends Uint32Array | Int32Array | Uint8Array>(to: T, from: T): T => {
      to.set(from)
      return to
    }
    this.#headStarts = grown(new Uint32Array(capacity), this.#headStarts)
    this.#headEnds = grown(new Uint32Array(capacity), this.#headEnds)
    this.#valueStarts = grown(new Uint32Array(capacity), this.#valueStarts)
    this.#valueEnds = grown(new Uint32Array(capacity), this.#valueEnds)
    this.#before = grown(new Int32Array(capacity), this.#before)
    this.#changed = grown(new Uint8Array(capacity), this.#changed)
  }
}
