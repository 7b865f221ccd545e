import type { VectorIndex } from './vectorIndex.ts'

/** Finds a head's position in an earlier answer by its bytes; built only when the order of an answer has changed. */
export interface HeadTable {
  /** Position of the element whose head equals `body[start, end)`, -1 when there is none. */
  find(body: Buffer, start: number, end: number): number
}

/** Open addressing over positions: no string and no object for each series. */
export function createHeadTable(index: VectorIndex): HeadTable {
  const size = 2 ** Math.ceil(Math.log2(Math.max(8, index.count * 2)))
  const mask = size - 1
  const cells = new Int32Array(size) // position + 1; 0 is free
  for (let i = 0; i < index.count; i++) {
    let cell = hash(index.body, index.headStarts[i] as number, index.headEnds[i] as number) & mask
    while (cells[cell] !== 0) cell = (cell + 1) & mask
    cells[cell] = i + 1
  }
  return {
    find: (body, start, end) => {
      for (let cell = hash(body, start, end) & mask; ; cell = (cell + 1) & mask) {
        const position = (cells[cell] as number) - 1
        if (position < 0) return -1
        const from = index.headStarts[position] as number
        const to = index.headEnds[position] as number
        if (to - from === end - start && body.compare(index.body, from, to, start, end) === 0) {
          return position
        }
      }
    },
  }
}

/** FNV-1a, 32 bit. */
function hash(bytes: Buffer, start: number, end: number): number {
  let h = 0x811c9dc5
  for (let i = start; i < end; i++) h = Math.imul(h ^ (bytes[i] as number), 0x01000193)
  return h ^ (h >>> 15)
}
