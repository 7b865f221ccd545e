import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, test } from 'vitest'
import { createPrometheusQuerier } from '../../src/datasource/prometheus.ts'
import type { Querier } from '../../src/datasource/querier.ts'
import { scanVector } from '../../src/datasource/vector.ts'
import { labelsAt, valueAt } from '../../src/datasource/vectorIndex.ts'
import { findServer } from '../../src/embedded/findServer.ts'
import {
  type PrometheusServer,
  startPrometheusServer,
} from '../../src/embedded/prometheusServer.ts'
import { REPOSITORY } from '../support/redis.ts'

const folder = mkdtempSync(join(tmpdir(), 'tocsin-prometheus-'))
const never = new AbortController().signal
let server: PrometheusServer
let querier: Querier

beforeAll(async () => {
  const bin = findServer('prometheus', { dataDir: join(REPOSITORY, '.tocsin'), env: process.env })
  if (bin === null) throw new Error('no prometheus: run the tests with `npm test`')
  server = await startPrometheusServer({
    dataDir: folder,
    bin,
    port: 0,
    scrapeIntervalMs: 60_000,
    jobs: [],
  })
  querier = createPrometheusQuerier(
    {
      name: 'real',
      type: 'prometheus',
      url: server.url,
      basicAuth: null,
      bearerToken: null,
      headers: {},
      tls: null,
      timeoutMs: 10_000,
      maxConnections: 2,
      maxResponseBytes: 1_000_000,
    },
    {
      connectTimeoutMs: 2_000,
      requestTimeoutMs: 5_000,
      maxConnectionsPerHost: 4,
      maxConnectionAgeMs: 60_000,
      keepAliveTimeoutMs: 30_000,
      maxServerConnections: 10,
      serverRequestTimeoutMs: 1_000,
      reconnectMinMs: 100,
      reconnectMaxMs: 1_000,
    },
  )
}, 60_000)

afterAll(async () => {
  await querier.close()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

it.each([
  ['a vector', 'label_replace(vector(1), "a", "x\\"\\\\y☃", "", "")', [[{ a: 'x"\\y☃' }, '1']]],
  ['a scalar', '1/0', [[{}, '+Inf']]],
  ['NaN', 'vector(0/0)', [[{}, 'NaN']]],
  ['a small number, in plain decimal when it is a scalar', '0.0000001', [[{}, '0.0000001']]],
  ['a small number', 'vector(0.0000001)', [[{}, '1e-07']]],
  ['the time of the query', 'time()', [[{}, '1700000000.25']]],
  ['nothing', 'vector(1) > 2', []],
  ['a long expression, by POST', `vector(1)${' or vector(1)'.repeat(300)}`, [[{}, '1']]],
])('%s', async (_name, expr, want) => {
  const index = scanVector(await querier.query(expr, 1_700_000_000_250, never), null)
  const got = Array.from({ length: index.count }, (_, i) => [labelsAt(index, i), valueAt(index, i)])
  expect(got).toEqual(want)
})

test('errors carry Prometheus’ own words', async () => {
  await expect(querier.query('sum(', 0, never)).rejects.toThrow(
    /datasource real \(http:.*\) answered 400 Bad Request: bad_data: .*parse error/,
  )
  await expect(
    querier
      .query(
        'vector(1) or on() vector(2) + on() group_left() (vector(1) or label_replace(vector(1), "a", "b", "", ""))',
        0,
        never,
      )
      .then((body) => scanVector(body, null)),
  ).rejects.toThrow(/answered 422 Unprocessable Entity: execution: /)
  const string = await querier.query('"text"', 0, never)
  expect(() => scanVector(string, null)).toThrow('rule result is not a vector or scalar')
})
