import { afterEach, describe, expect, it, test } from 'vitest'
import type { FastifyInstance } from 'fastify'
import { createServiceServer } from '../../src/api/serviceServer.ts'
import { AppError } from '../../src/core/errors.ts'
import { START } from '../support/alertBuilder.ts'
import { fakeApi } from '../support/fakeApiDeps.ts'
import type { FakeApi } from '../support/fakeApiDeps.ts'

const MINUTE = 60_000
let server: FastifyInstance | null = null
afterEach(async () => {
  await server?.close()
})

function start(over: Parameters<typeof fakeApi>[0] = {}): FakeApi {
  const api = fakeApi(over)
  server = createServiceServer(api.deps)
  return api
}

async function post(payload: unknown, headers: Record<string, string> = {}) {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload)
  const response = await server!.inject({
    method: 'POST',
    url: '/api/v2/alerts',
    payload: body,
    headers: { 'content-type': 'application/json', ...headers },
  })
  return { status: response.statusCode, body: response.body }
}

const labels = { alertname: 'A' }

describe('times', () => {
  const at = START
  const iso = (ms: number): string => new Date(ms).toISOString()
  it.each([
    ['neither is set', {}, at, at + 5 * MINUTE, true],
    [
      'only the end is set: it is the start too',
      { endsAt: iso(at + 90_000) },
      at + 90_000,
      at + 90_000,
      false,
    ],
    ['only the start is set', { startsAt: iso(at - MINUTE) }, at - MINUTE, at + 5 * MINUTE, true],
    ['both are set', { startsAt: iso(at - 9), endsAt: iso(at + 9) }, at - 9, at + 9, false],
    ['null counts as not set', { startsAt: null, endsAt: null }, at, at + 5 * MINUTE, true],
    [
      'year 1 counts as not set',
      { startsAt: '0001-01-01T00:00:00Z', endsAt: '0001-01-01T00:00:00.000Z' },
      at,
      at + 5 * MINUTE,
      true,
    ],
    ['an empty end is 1970', { startsAt: '', endsAt: '' }, 0, 0, false],
  ])('%s', async (_name, times, startsAt, endsAt, timeout) => {
    const { accepted } = start()
    expect(await post([{ labels, ...times }])).toEqual({ status: 200, body: '' })
    expect(accepted).toEqual([
      expect.objectContaining({ startsAt, endsAt, timeout, updatedAt: at, generatorURL: '' }),
    ])
  })

  test('a start after the end is refused', async () => {
    const { accepted } = start()
    const alert = { labels, startsAt: iso(at), endsAt: iso(at - 1) }
    expect(await post([alert])).toEqual({
      status: 400,
      body: '"start time must be before end time"\n',
    })
    expect(accepted).toEqual([])
  })
})

describe('the form of the request', () => {
  it.each([
    ['an empty list', '[]', 200, ''],
    ['null', 'null', 200, ''],
    ['no body', '', 422, '{"code":602,"message":"alerts in body is required"}\n'],
    [
      'an object',
      '{}',
      400,
      '{"code":400,"message":"parsing alerts body failed: the body must be a list of alerts"}\n',
    ],
    ['a null alert', '[null]', 422, '{"code":602,"message":"0 in body is required"}\n'],
    [
      'an alert without labels',
      '[{"labels":{"a":"b"}},{}]',
      422,
      '{"code":602,"message":"1.labels in body is required"}\n',
    ],
    [
      'labels that are a list',
      '[{"labels":[]}]',
      400,
      '{"code":400,"message":"parsing alerts body failed: 0.labels must map names to texts"}\n',
    ],
    [
      'a label that is a number',
      '[{"labels":{"a":1}}]',
      400,
      '{"code":400,"message":"parsing alerts body failed: 0.labels.a must be a text"}\n',
    ],
    [
      'a start that is a number',
      '[{"labels":{"a":"b"},"startsAt":1}]',
      400,
      '{"code":400,"message":"parsing alerts body failed: 0.startsAt is not a time: write one such as 2026-01-31T12:00:00Z"}\n',
    ],
    [
      'a generatorURL that is none',
      '[{"labels":{"a":"b"},"generatorURL":"no url"}]',
      422,
      '{"code":601,"message":"0.generatorURL in body must be of type uri"}\n',
    ],
    [
      'labels that are all empty',
      '[{"labels":{"a":""}}]',
      400,
      '"at least one label pair required"\n',
    ],
    [
      'an empty label name',
      '[{"labels":{"":"b"}}]',
      400,
      '"invalid label set: invalid name \\"\\""\n',
    ],
    [
      'an empty annotation name',
      '[{"labels":{"a":"b"},"annotations":{"":"b"}}]',
      400,
      '"invalid annotations: invalid name \\"\\""\n',
    ],
  ])('%s', async (_name, payload, status, body) => {
    const { accepted } = start()
    expect(await post(payload)).toEqual({ status, body })
    expect(accepted).toEqual([])
  })

  test('the good alerts of a batch are stored although others are refused', async () => {
    const { accepted } = start()
    const answer = await post([{ labels: {} }, { labels }, { labels: { a: '' } }])
    expect(answer).toEqual({
      status: 400,
      body: '"at least one label pair required\\nat least one label pair required"\n',
    })
    expect(accepted.map((a) => a.labels)).toEqual([labels])
  })

  test('broken JSON is answered as such, and other media types are refused', async () => {
    start()
    expect((await post('[{"labels":')).status).toBe(400)
    expect((await post('[{"labels":')).body).toMatch(
      /^\{"code":400,"message":"parsing alerts body failed: /,
    )
    const form = await post('a=b', { 'content-type': 'application/x-www-form-urlencoded' })
    expect([form.status, JSON.parse(form.body)]).toEqual([
      415,
      expect.objectContaining({ code: 415 }),
    ])
  })
})

describe('hostile content', () => {
  test('an annotation of 10 MB goes through unchanged', async () => {
    const { accepted } = start()
    const big = 'é'.repeat(5_000_000)
    expect((await post([{ labels, annotations: { big } }])).status).toBe(200)
    expect(accepted[0]?.annotations['big'] === big).toBe(true)
  })

  test('a body beyond the limit is refused without being read to its end', async () => {
    start()
    const answer = await post(`["${'x'.repeat(65 * 1_048_576)}"]`)
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      413,
      expect.objectContaining({ code: 413 }),
    ])
  })

  test('__proto__ and constructor are labels like others', async () => {
    const { accepted } = start()
    expect((await post('[{"labels":{"__proto__":"x","constructor":"y"}}]')).status).toBe(200)
    const stored = accepted[0]?.labels ?? {}
    expect(Object.entries(stored)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ])
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })

  test('half a surrogate pair becomes the replacement character, as in Go', async () => {
    const { accepted } = start()
    expect((await post('[{"labels":{"a":"\\ud83d!"}}]')).status).toBe(200)
    expect(accepted[0]?.labels).toEqual({ a: '\ufffd!' })
  })

  test('deep nesting is an error, not a crash', async () => {
    start()
    const deep = await post(`${'['.repeat(200_000)}${']'.repeat(200_000)}`)
    expect(deep.status).toBe(400)
    expect((await post([{ labels }])).status).toBe(200)
  })
})

describe('durability', () => {
  test('the sender hears 200 only after the intake has stored everything', async () => {
    let release = (): void => {}
    const stored = new Promise<void>((resolve) => (release = resolve))
    start({ intake: { accept: () => stored } })
    let answered = false
    const answer = post([{ labels }]).then((a) => ((answered = true), a))
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
    expect(answered).toBe(false)
    release()
    expect((await answer).status).toBe(200)
  })

  test('a store that fails is a 5xx that hides why, and is logged', async () => {
    const failure = new AppError('STORE_FAILED', 'redis://user:pw@host is gone')
    const { logLines } = start({ intake: { accept: () => Promise.reject(failure) } })
    expect(await post([{ labels }])).toEqual({
      status: 503,
      body: '"internal error: see the log of the service"\n',
    })
    expect(logLines.join('')).toContain('is gone')
  })

  test('1,000 alerts a request take a few milliseconds each batch', async () => {
    const { accepted } = start()
    const batch = Array.from({ length: 1_000 }, (_, i) => ({
      labels: {
        alertname: 'A',
        instance: `host-${i}`,
        job: 'node',
        severity: 'page',
        cluster: 'eu',
      },
      annotations: { summary: `host ${i} is down`, description: 'x'.repeat(100) },
      startsAt: '2026-01-01T00:00:00.123456789+02:00',
      endsAt: '2026-01-01T04:00:00Z',
      generatorURL: 'http://prometheus:9090/graph?g0.expr=up',
    }))
    await post(batch)
    const begin = performance.now()
    for (let i = 0; i < 10; i++) await post(batch)
    const perRequest = (performance.now() - begin) / 10
    expect(accepted).toHaveLength(11_000)
    expect(perRequest).toBeLessThan(250)
  })
})
