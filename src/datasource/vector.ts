import { startsWith } from './elementBytes.ts'
import { Columns } from './vectorColumns.ts'
import type { VectorIndex } from './vectorIndex.ts'
import { checkEnvelope, parseAnswer } from './vectorJson.ts'

const OPEN = Buffer.from('{"status":"success","data":{"resultType":"vector","result":[')
const CLOSE = Buffer.from(']}}')
const RESULT = '"result":['
/** The result stands near the front; a server that puts more before it takes the slow path. */
const RESULT_WITHIN_BYTES = 512
/** The answer of a quiet rule, by far the most frequent one. */
const EMPTY = Buffer.concat([OPEN, CLOSE])
/** Shared by all quiet rules, so that thousands of them hold no memory. */
const EMPTY_INDEX: VectorIndex = {
  body: EMPTY,
  count: 0,
  headStarts: new Uint32Array(),
  headEnds: new Uint32Array(),
  valueStarts: new Uint32Array(),
  valueEnds: new Uint32Array(),
  before: new Int32Array(),
  changed: new Uint8Array(),
  warnings: '',
}

/**
 * Reads the answer of an instant query. Series that stood in `previous` are recognised by comparing bytes, mostly at
 * the same place, so a steady answer of 100,000 series costs some 15 ms and no objects. Answers in another form than
 * Prometheus prints (spaces, other order of keys, scalars, histograms) are parsed as JSON, with the same result.
 * @throws DatasourceError for errors, partial answers, matrices, strings, and what is no JSON.
 */
export function scanVector(body: Buffer, previous: VectorIndex | null): VectorIndex {
  if (body.length === EMPTY.length && body.equals(EMPTY)) return EMPTY_INDEX
  return scanPrinted(body, previous) ?? scanParsed(body, previous)
}

/** Null when the answer is not in the exact form that Prometheus and VictoriaMetrics print. */
function scanPrinted(body: Buffer, previous: VectorIndex | null): VectorIndex | null {
  const usual = startsWith(body, 0, OPEN)
  const result = usual ? OPEN.length - RESULT.length : findResult(body)
  if (result < 0) return null
  const scanned = scanElements(body, result + RESULT.length, previous)
  if (scanned === null) return null
  const plain = usual && scanned.end + CLOSE.length === body.length
  if (plain && startsWith(body, scanned.end, CLOSE)) return scanned.index
  const warnings = envelopeWarnings(body, result + RESULT.length, scanned.end)
  return warnings === null ? null : { ...scanned.index, warnings }
}

function scanParsed(body: Buffer, previous: VectorIndex | null): VectorIndex {
  const { elements, warnings } = parseAnswer(body)
  const scanned = scanElements(elements, 1, previous)
  if (scanned === null) throw new Error('the scanner does not know what the parser printed')
  return { ...scanned.index, warnings }
}

function findResult(body: Buffer): number {
  return body.subarray(0, RESULT_WITHIN_BYTES).indexOf(RESULT)
}

/** Parses what stands around the elements, as if the vector were empty. Null when it is not what it seemed. */
function envelopeWarnings(body: Buffer, resultFrom: number, resultEnd: number): string | null {
  let answer: Record<string, unknown> & { data?: { resultType?: unknown; result?: unknown } }
  try {
    const text = body.toString('utf8', 0, resultFrom) + body.toString('utf8', resultEnd)
    answer = JSON.parse(text) as typeof answer
  } catch {
    return null
  }
  const { result, resultType } = answer.data ?? {}
  if (resultType !== 'vector' || !Array.isArray(result) || result.length > 0) return null
  return checkEnvelope(answer)
}

/** Scans elements from `start` up to the closing bracket, at which `end` points. Null for any other form. */
function scanElements(
  body: Buffer,
  start: number,
  previous: VectorIndex | null,
): { readonly index: VectorIndex; readonly end: number } | null {
  const columns = new Columns(body, previous)
  if (body[start] === 0x5d) return { index: columns.finish(), end: start }
  for (let p = start; ; p++) {
    p = columns.scan(p)
    if (p < 0) return null
    if (body[p] === 0x5d) return { index: columns.finish(), end: p }
    if (body[p] !== 0x2c) return null
  }
}
