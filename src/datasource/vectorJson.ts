import { DatasourceError, excerpt, notJson } from './datasourceError.ts'

/** An answer whose every part was looked at: the elements printed anew in the one form that the byte scanner knows. */
export interface ParsedAnswer {
  readonly elements: Buffer
  readonly warnings: string
}

/**
 * Reads any answer of the instant query API by JSON.parse: the slow and complete path.
 * A scalar is one element without labels; a histogram counts as value 0, as it does in Prometheus.
 * @throws DatasourceError for errors, partial answers, and everything that is no vector or scalar.
 */
export function parseAnswer(body: Buffer): ParsedAnswer {
  const answer = parseObject(body)
  const warnings = checkEnvelope(answer)
  const data = answer['data']
  if (!isObject(data)) throw new DatasourceError('the datasource answered JSON without "data"')
  const { resultType, result } = data
  if (resultType === 'scalar') {
    return { elements: Buffer.from(`[${element({}, scalarValue(result))}]`), warnings }
  }
  if (resultType !== 'vector') {
    throw new DatasourceError('rule result is not a vector or scalar')
  }
  if (!Array.isArray(result))
    throw new DatasourceError('the datasource answered a vector without "result" list')
  return { elements: Buffer.from(`[${result.map(vectorElement).join(',')}]`), warnings }
}

/**
 * Checks everything around the result: status, partial answers, warnings. Returns the warnings as text.
 * @throws DatasourceError when the answer is an error or known to be incomplete.
 */
export function checkEnvelope(answer: Readonly<Record<string, unknown>>): string {
  if (answer['status'] !== 'success') throw new DatasourceError(errorAnswer(answer))
  if (isTrue(answer['isPartial']) || isTrue(answer['partial'])) {
    throw new DatasourceError(
      'the datasource answered partially: some storage nodes did not take part, so a missing series proves nothing',
    )
  }
  const warnings = answer['warnings']
  return Array.isArray(warnings) ? warnings.map(String).join('; ') : ''
}

/** Prometheus' error answer in words: `execution: found duplicate series`. */
export function errorAnswer(answer: Readonly<Record<string, unknown>>): string {
  const type = typeof answer['errorType'] === 'string' ? answer['errorType'] : ''
  const error = typeof answer['error'] === 'string' ? answer['error'] : ''
  if (type !== '' || error !== '') {
    return [type, error].filter((text) => text !== '').join(': ')
  }
  return `the datasource answered JSON without "status":"success" (${excerpt(JSON.stringify(answer))})`
}

function parseObject(body: Buffer): Record<string, unknown> {
  let answer: unknown
  try {
    answer = JSON.parse(body.toString('utf8'))
  } catch {
    throw new DatasourceError(notJson(body)) // the parser's own words would quote a large part of the body
  }
  if (!isObject(answer)) throw new DatasourceError('the datasource answered JSON that is no object')
  return answer
}

function vectorElement(item: unknown, position: number): string {
  const broken = (what: string): DatasourceError =>
    new DatasourceError(`the datasource answered a broken vector: result[${position}] ${what}`)
  if (!isObject(item)) throw broken('is no object')
  const { metric, value, histogram } = item
  if (!isObject(metric)) throw broken('has no "metric" object')
  for (const [name, text] of Object.entries(metric)) {
    if (typeof text !== 'string') throw broken(`has a label "${name}" that is no string`)
  }
  if (value === undefined && histogram !== undefined) return element(metric, '0')
  if (!isPoint(value)) throw broken('has no "value" of the form [time, "value"]')
  return element(metric, value[1])
}

function scalarValue(result: unknown): string {
  if (!isPoint(result))
    throw new DatasourceError('the datasource answered a scalar that is not [time, "value"]')
  return result[1]
}

/** Values are numbers in text form: nothing in them needs escaping. */
function element(metric: object, value: string): string {
  if (!/^[\x20-\x7e]*$/.test(value) || /["\\]/.test(value)) {
    throw new DatasourceError(
      `the datasource answered a value that is no number: ${JSON.stringify(value)}`,
    )
  }
  return `{"metric":${JSON.stringify(metric)},"value":[0,"${value}"]}`
}

function isPoint(point: unknown): point is [unknown, string] {
  return Array.isArray(point) && point.length === 2 && typeof point[1] === 'string'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true'
}
