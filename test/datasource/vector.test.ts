import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { DatasourceError } from '../../src/datasource/datasourceError.ts'
import { scanVector } from '../../src/datasource/vector.ts'
import { labelsAt, valueAt, type VectorIndex } from '../../src/datasource/vectorIndex.ts'

type Series = readonly [Readonly<Record<string, string>>, string]

/** An answer as Prometheus prints it. */
function answer(series: readonly Series[], time = '1717000000.123'): Buffer {
  const list = series.map(
    ([metric, value]) => `{"metric":${JSON.stringify(metric)},"value":[${time},"${value}"]}`,
  )
  return vector(list.join(','))
}

function vector(result: string): Buffer {
  return Buffer.from(`{"status":"success","data":{"resultType":"vector","result":[${result}]}}`)
}

function contents(index: VectorIndex): Series[] {
  return Array.from({ length: index.count }, (_, i) => [labelsAt(index, i), valueAt(index, i)])
}

const up = (instance: string, value = '0'): Series => [{ __name__: 'up', instance }, value]
const many = (n: number): Series[] => Array.from({ length: n }, (_, i) => up(`srv-${i}`))

describe('what an answer holds', () => {
  it.each([
    ['labels and values', [up('a', '1'), up('b', '0.5')]],
    ['no labels at all', [[{}, '1e-07']]],
    ['special values', [up('a', 'NaN'), up('b', '+Inf'), up('c', '-Inf')]],
    ['quotes, braces and backslashes in labels', [[{ a: '"}]', b: '\\"{', c: '\\\\' }, '1']]],
    ['text beyond ASCII', [[{ stadt: 'Köln', snow: '☃', face: '😀' }, '1']]],
    ['names that JavaScript holds special', [[{ ['__proto__']: 'x', constructor: 'y' }, '1']]],
    ['nothing', []],
  ] as Array<[string, Series[]]>)('%s', (_name, series) => {
    expect(contents(scanVector(answer(series), null))).toEqual(series)
  })

  it.each([
    [
      'a scalar',
      '{"status":"success","data":{"resultType":"scalar","result":[1,"2.5"]}}',
      [[{}, '2.5']],
    ],
    [
      'spaces and line breaks',
      '{ "status": "success",\n "data": {"resultType":"vector","result": [ {"metric": {"a":"b"}, "value": [1, "2"]} ]}}',
      [[{ a: 'b' }, '2']],
    ],
    [
      'keys in another order',
      '{"data":{"result":[{"value":[1,"2"],"metric":{"a":"b"}}],"resultType":"vector"},"status":"success"}',
      [[{ a: 'b' }, '2']],
    ],
    [
      'VictoriaMetrics, with isPartial false and statistics',
      '{"status":"success","isPartial":false,"data":{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1,"2"]}]},"stats":{"seriesFetched": "1"}}',
      [[{ a: 'b' }, '2']],
    ],
    [
      'a histogram, which counts as 0',
      '{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"histogram":[1,{"count":"3","sum":"10","buckets":[[0,"1","2","3"]]}]}]}}',
      [[{ a: 'b' }, '0']],
    ],
    [
      'half a surrogate pair',
      '{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"\\ud800"},"value":[1,"2"]}]}}',
      [[{ a: '\ud800' }, '2']],
    ],
  ] as Array<[string, string, Series[]]>)('%s', (_name, text, series) => {
    expect(contents(scanVector(Buffer.from(text), null))).toEqual(series)
  })

  test('warnings are kept as text, the answer counts', () => {
    const text =
      '{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"2"]}]},"warnings":["one","two"],"infos":["x"]}'
    const index = scanVector(Buffer.from(text), null)
    expect(index.warnings).toBe('one; two')
    expect(index.count).toBe(1)
  })
})

describe('no evidence', () => {
  const element = '{"metric":{"a":"b"},"value":[1,"2"]}'
  it.each([
    [
      'a matrix',
      '{"status":"success","data":{"resultType":"matrix","result":[]}}',
      'rule result is not a vector or scalar',
    ],
    [
      'a string',
      '{"status":"success","data":{"resultType":"string","result":[1,"x"]}}',
      'rule result is not a vector or scalar',
    ],
    [
      'an error',
      '{"status":"error","errorType":"execution","error":"many-to-many"}',
      'execution: many-to-many',
    ],
    [
      'a partial answer',
      `{"status":"success","isPartial":true,"data":{"resultType":"vector","result":[${element}]}}`,
      'partially',
    ],
    [
      'a partial empty answer',
      '{"status":"success","isPartial":true,"data":{"resultType":"vector","result":[]}}',
      'partially',
    ],
    [
      'a partial flag behind the data',
      `{"status":"success","data":{"resultType":"vector","result":[${element}]},"isPartial":true}`,
      'partially',
    ],
    ['no status', '{"data":{"resultType":"vector","result":[]}}', 'without "status":"success"'],
    [
      'HTML',
      '<!DOCTYPE html><html><head><style>b{}</style></head><body><h1>Please  log in</h1></body></html>',
      'HTML instead of JSON (Please log in)',
    ],
    ['plain text', 'upstream went away', 'text instead of JSON (upstream went away)'],
    ['nothing', '', 'empty body'],
    ['null', 'null', 'no object'],
    [
      'a label that is no string',
      '{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":1},"value":[1,"2"]}]}}',
      'result[0] has a label "a" that is no string',
    ],
    [
      'a value that is no text',
      '{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,2]}]}}',
      'result[0] has no "value"',
    ],
    [
      'a bad escape in a label',
      '{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"\\x"},"value":[1,"2"]}]}}',
      'broken JSON',
    ],
    [
      'a control character in a label',
      '{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"\n"},"value":[1,"2"]}]}}',
      'broken JSON',
    ],
    ['something behind the end', `${vector(element).toString()}x`, 'broken JSON'],
    [
      'a number with a leading zero',
      vector('{"metric":{},"value":[01,"2"]}').toString(),
      'broken JSON',
    ],
    ['a comma too many', vector(`${element},`).toString(), 'broken JSON'],
  ])('%s', (_name, text, message) => {
    expect(() => scanVector(Buffer.from(text), null)).toThrow(DatasourceError)
    expect(() => scanVector(Buffer.from(text), null)).toThrow(message)
  })

  test('an answer cut anywhere is never taken for a complete one', () => {
    const body = answer([up('a'), [{ b: '"\\' }, '1']])
    const previous = scanVector(body, null)
    for (let length = 0; length < body.length; length++) {
      expect(() => scanVector(body.subarray(0, length), previous)).toThrow(DatasourceError)
    }
  })
})

describe('known series', () => {
  test('an answer with the same series in the same order says so, with the values that changed', () => {
    const before = scanVector(answer([up('a'), up('b'), up('c')]), null)
    const index = scanVector(answer([up('a'), up('b', '1'), up('c')], '1717000015'), before)
    expect(index.before).toBeNull()
    expect([...index.changed]).toEqual([0, 1, 0])
  })

  it.each([
    ['one vanishes', (s: Series[]) => s.filter((_, i) => i !== 7)],
    ['twenty vanish in a row', (s: Series[]) => s.filter((_, i) => i < 30 || i > 50)],
    ['one appears', (s: Series[]) => [...s.slice(0, 5), up('new'), ...s.slice(5)]],
    ['the order is reversed', (s: Series[]) => s.toReversed()],
    ['everything vanishes', () => []],
  ])('%s', (_name, change) => {
    const series = many(300)
    const before = scanVector(answer(series), null)
    const changed = change(series)
    const index = scanVector(answer(changed), before)
    expect(contents(index)).toEqual(changed)
    const places = changed.map((one) => series.indexOf(one))
    const found = [...(index.before as Int32Array)]
    // -1 (look closer) is allowed anywhere, a wrong place nowhere.
    found.forEach((place, i) => expect([places[i], -1]).toContain(place))
    const unknown = found.filter((place, i) => place === -1 && places[i] !== -1)
    expect(unknown.length).toBeLessThan(64)
  })

  test('a longer label that begins like a known one is another series', () => {
    const before = scanVector(answer([[{ a: 'x' }, '1']]), null)
    const index = scanVector(answer([[{ a: 'x', b: 'y' }, '1']]), before)
    expect([...(index.before as Int32Array)]).toEqual([-1])
  })
})

describe('laws', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 8 }),
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom('', '"', '\\', '}', '},"value":[', '"}]', ']}}', '\u0000'),
  )
  const labels = fc.dictionary(text, text, { maxKeys: 4 })
  const value = fc.constantFrom('0', '1', '2.5', '1e-07', 'NaN', '+Inf', '-Inf', '1e+21')
  const series = fc.array(fc.tuple(labels, value), { maxLength: 12 })
  const element = ([metric, v]: Series, form: number): string => {
    const m = JSON.stringify(metric)
    switch (form) {
      case 0:
        return `{"value":[1,"${v}"],"metric":${m}}`
      case 1:
        return ` {"metric":${m} ,"value":[1.5e3,"${v}"]}`
      default:
        return `{"metric":${m},"value":[1717000000.5,"${v}"]}`
    }
  }

  test('any printing, after any other answer, reads as JSON.parse reads it', () => {
    const printed = fc.array(fc.tuple(fc.tuple(labels, value), fc.nat(30)), { maxLength: 12 })
    fc.assert(
      fc.property(series, printed, (former, now) => {
        const previous = scanVector(answer(former), null)
        const body = vector(now.map(([s, form]) => element(s, form)).join(','))
        const parsed = JSON.parse(body.toString('utf8')) as {
          data: { result: Array<{ metric: Record<string, string>; value: [number, string] }> }
        }
        const want = parsed.data.result.map(({ metric, value: v }) => [metric, v[1]])
        expect(contents(scanVector(body, previous))).toEqual(want)
      }),
      { numRuns: 500 },
    )
  })

  test('a place in the previous answer is the place of the same series, and "unchanged" means the same value', () => {
    fc.assert(
      fc.property(series, fc.array(fc.nat(20), { maxLength: 30 }), value, (all, order, other) => {
        const former: Series[] = all
        const now = order.flatMap((i): Series[] => {
          const known = former[i]
          return known === undefined ? [[{ new: String(i) }, other]] : [known]
        })
        const previous = scanVector(answer(former), null)
        const index = scanVector(answer(now), previous)
        now.forEach(([metric, v], i) => {
          const before = index.before === null ? i : (index.before[i] as number)
          if (before < 0) return
          expect(labelsAt(previous, before)).toEqual(metric)
          expect(index.changed[i] === 0).toBe(valueAt(previous, before) === v)
        })
      }),
      { numRuns: 500 },
    )
  })

  test('bytes that are no JSON never pass, and never throw anything else', () => {
    const good = answer([up('a'), up('b', '1')])
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), (at, byte) => {
        const body = Buffer.from(good)
        body[at] = byte
        let parsed: unknown
        try {
          parsed = JSON.parse(body.toString('utf8'))
        } catch {
          parsed = undefined
        }
        let index: VectorIndex | null = null
        try {
          index = scanVector(body, scanVector(good, null))
        } catch (error) {
          expect(error).toBeInstanceOf(DatasourceError)
        }
        if (parsed === undefined) expect(index).toBeNull()
      }),
      { numRuns: 2_000 },
    )
  })
})
