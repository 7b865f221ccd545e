import type { Labels } from '../core/labels.ts'

/**
 * An instant vector as it lies in the bytes of the answer: offsets in typed arrays, no object for each series.
 * An element is `{"metric":{...},"value":[1717000000.123,"0"]}`; its head ends where the timestamp begins.
 */
export interface VectorIndex {
  readonly body: Buffer
  readonly count: number
  readonly headStarts: Uint32Array
  readonly headEnds: Uint32Array
  readonly valueStarts: Uint32Array
  readonly valueEnds: Uint32Array
  /** Where each series stood in the previous answer, -1 where unknown. Null: the same series in the same order. */
  readonly before: Int32Array | null
  /** 1 where the value's text differs from the previous answer's, or the series is not known to have been in it. */
  readonly changed: Uint8Array
  /** What the server warned of, '' for nothing. The answer is complete nevertheless. */
  readonly warnings: string
}

export const HEAD_OPEN = Buffer.from('{"metric":')
export const HEAD_CLOSE = Buffer.from(',"value":[')

/** Labels of the element as the server sent them, `__name__` included. Own keys only. */
export function labelsAt(index: VectorIndex, position: number): Labels {
  const start = (index.headStarts[position] as number) + HEAD_OPEN.length
  const end = (index.headEnds[position] as number) - HEAD_CLOSE.length
  // The scanner has checked that this is an object of strings.
  return JSON.parse(index.body.toString('utf8', start, end)) as Labels
}

/** Value of the element as the server printed it: "0", "1e-07", "NaN", "+Inf". */
export function valueAt(index: VectorIndex, position: number): string {
  return index.body.toString('latin1', index.valueStarts[position], index.valueEnds[position])
}

/** The number that a sample value stands for. */
export function parseSampleValue(text: string): number {
  switch (text) {
    case '+Inf':
    case 'Inf':
      return Infinity
    case '-Inf':
      return -Infinity
    default:
      return Number(text)
  }
}
