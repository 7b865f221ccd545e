import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { createServiceServer } from '../../src/api/serviceServer.ts'
import { START } from '../support/alertBuilder.ts'
import { fakeApi } from '../support/fakeApiDeps.ts'
import type { FakeApi } from '../support/fakeApiDeps.ts'

const HOUR = 3_600_000
let api: FakeApi
let server: FastifyInstance
beforeEach(() => {
  api = fakeApi()
  server = createServiceServer(api.deps)
})
afterEach(() => server.close())

async function call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path = '', payload?: object) {
  const url = `/v1/silences${path}`
  const response = await server.inject({ method, url, ...(payload && { payload }) })
  return { status: response.statusCode, body: response.json<Record<string, unknown>>() }
}

const wanted = {
  matchers: ['team=db', 'severity=~"page|info"'],
  duration: '2h',
  comment: 'disk swap',
}

test('a silence is created with who, until when and why, and stands in the history', async () => {
  const { status, body } = await call('POST', '', { ...wanted, createdBy: 'ann' })
  expect(status).toBe(201)
  expect(body).toEqual({
    id: 'id-1',
    state: 'active',
    matchers: ['team="db"', 'severity=~"page|info"'],
    startsAt: '2026-01-01T00:00:00.000Z',
    endsAt: '2026-01-01T02:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    createdBy: 'ann',
    comment: 'disk swap',
    annotations: {},
  })
  expect((await call('GET', '/id-1')).body).toEqual(body)
  expect(api.history).toMatchObject([
    {
      what: 'silence created',
      by: 'ann',
      detail: {
        silence: 'id-1',
        matchers: '{team="db",severity=~"page|info"}',
        comment: 'disk swap',
      },
    },
  ])
})

test('a later start is pending, and the duration counts from it', async () => {
  const { body } = await call('POST', '', { ...wanted, startsAt: '2026-01-02T00:00:00Z' })
  expect([body['state'], body['endsAt']]).toEqual(['pending', '2026-01-02T02:00:00.000Z'])
})

test('a start in the past means now', async () => {
  const { body } = await call('POST', '', { ...wanted, startsAt: '2020-01-02T00:00:00Z' })
  expect(body['startsAt']).toBe('2026-01-01T00:00:00.000Z')
})

describe('refusals', () => {
  const { duration: _, ...endless } = wanted
  it.each([
    ['no end', endless, 'a silence needs an end: give endsAt, or duration such as 2h'],
    [
      'two ends',
      { ...wanted, endsAt: '2027-01-01T00:00:00Z' },
      'give either endsAt or duration, not both',
    ],
    [
      'an end before now',
      { ...endless, endsAt: '2020-01-01T00:00:00Z' },
      'endsAt (2020-01-01T00:00:00Z) must lie in the future',
    ],
    [
      'an end before the start',
      { ...endless, startsAt: '2026-03-01T00:00:00Z', endsAt: '2026-02-01T00:00:00Z' },
      'endsAt must be later than startsAt',
    ],
    ['no comment', { ...wanted, comment: '' }, 'comment must not be empty'],
    ['no matcher', { ...wanted, matchers: [] }, 'matchers must NOT have fewer than 1 items'],
    ['a matcher that is none', { ...wanted, matchers: ['team'] }, 'matchers "team": '],
    [
      'a pattern that does not compile',
      { ...wanted, matchers: ['team=~"("'] },
      'matchers "team=~"("": ',
    ],
    [
      'matchers that everything fulfils',
      { ...wanted, matchers: ['team!="db"', 'x=~".*"'] },
      'the matchers would silence every alert that lacks these labels',
    ],
    [
      'an unknown field',
      { ...wanted, coment: 'x' },
      'unknown field "coment", did you mean "comment"?',
    ],
    ['a field that is missing', { matchers: ['a=b'] }, 'the body needs comment'],
    [
      'matchers in the shape of Alertmanager',
      { ...wanted, matchers: [{ name: 'a' }] },
      'matchers.0 must be string',
    ],
  ])('%s', async (_name, payload, detail) => {
    const { status, body } = await call('POST', '', payload)
    expect(status).toBe(400)
    expect(body['detail']).toContain(detail)
    expect([api.silences, api.history]).toEqual([[], []])
  })
})

describe('a silence that exists', () => {
  beforeEach(async () => {
    await call('POST', '', wanted)
    await api.clock.advance(1_000)
    api.history.length = 0
  })

  test('can be extended in place', async () => {
    const { status, body } = await call('PUT', '/id-1', {
      ...wanted,
      duration: '4h',
      comment: 'longer',
    })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      id: 'id-1',
      startsAt: '2026-01-01T00:00:00.000Z',
      comment: 'longer',
    })
    expect(api.silences[0]?.endsAt).toBe(START + 1_000 + 4 * HOUR)
    expect(api.history.map((entry) => entry.what)).toEqual(['silence changed'])
  })

  test('keeps its matchers', async () => {
    const { status, body } = await call('PUT', '/id-1', { ...wanted, matchers: ['team=x'] })
    expect([status, body['detail']]).toEqual([
      409,
      'the matchers of a silence cannot change: expire it and create a new one',
    ])
  })

  test('is expired once, and twice without harm', async () => {
    expect((await call('DELETE', '/id-1')).body).toMatchObject({
      state: 'expired',
      endsAt: '2026-01-01T00:00:01.000Z',
    })
    await api.clock.advance(1_000)
    expect((await call('DELETE', '/id-1')).body).toMatchObject({
      endsAt: '2026-01-01T00:00:01.000Z',
    })
    expect(api.history.map((entry) => entry.what)).toEqual(['silence expired'])
    expect((await call('PUT', '/id-1', wanted)).status).toBe(409)
  })

  test('one that has not begun ends before it begins', async () => {
    const { body } = await call('POST', '', { ...wanted, startsAt: '2026-01-02T00:00:00Z' })
    const expired = await call('DELETE', `/${String(body['id'])}`)
    expect(expired.body).toMatchObject({
      state: 'expired',
      startsAt: '2026-01-01T00:00:01.000Z',
      endsAt: '2026-01-01T00:00:01.000Z',
    })
  })

  test('is listed by state', async () => {
    await call('POST', '', { ...wanted, startsAt: '2026-01-02T00:00:00Z' })
    await call('DELETE', '/id-1')
    const ids = async (query: string): Promise<unknown> =>
      ((await call('GET', query)).body['silences'] as { id: string }[]).map((s) => s.id)
    expect(await ids('')).toEqual(['id-2', 'id-1'])
    expect(await ids('?state=expired')).toEqual(['id-1'])
    expect(await ids('?state=active&state=pending')).toEqual(['id-2'])
  })

  it.each(['GET', 'PUT', 'DELETE'] as const)(
    '%s of an unknown one is not found',
    async (method) => {
      const { status, body } = await call(method, '/nope', method === 'PUT' ? wanted : undefined)
      expect([status, body['detail']]).toEqual([404, 'there is no silence nope'])
    },
  )
})
