import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { createServiceServer } from '../../src/api/serviceServer.ts'
import type { AlertRecord } from '../../src/core/alert.ts'
import { buildAlert, START } from '../support/alertBuilder.ts'
import { RULES } from '../support/ruleSet.ts'
import { buildDelivery, fakeApi } from '../support/fakeApiDeps.ts'
import type { FakeApi } from '../support/fakeApiDeps.ts'

const HOUR = 3_600_000
let api: FakeApi
let server: FastifyInstance
beforeEach(() => {
  api = fakeApi({ ruleSet: async () => RULES })
  server = createServiceServer(api.deps)
})
afterEach(() => server.close())

function add(name: string, other: Partial<AlertRecord> = {}, labels = {}): AlertRecord {
  const alert = buildAlert({ alertname: name, ...labels }, other)
  api.alerts.set(alert.fingerprint, alert)
  return alert
}

async function get<T = Record<string, unknown>>(url: string): Promise<T> {
  const response = await server.inject({ url })
  expect([url, response.statusCode, response.statusCode === 200 || response.body]).toEqual([
    url,
    200,
    true,
  ])
  return response.json<T>()
}

async function send(method: 'POST' | 'DELETE' | 'PUT', url: string, payload?: object) {
  const response = await server.inject({ method, url, ...(payload && { payload }) })
  return { status: response.statusCode, body: response.json<Record<string, unknown>>() }
}

type Page = {
  alerts: { labels: Record<string, string>; state: string }[]
  total: number
  next: string | null
}
const names = (page: Page): string[] => page.alerts.map((a) => a.labels['alertname'] ?? '')

const ack = { by: 'bob', at: START, note: 'on it', until: null, occurrence: START }

describe('the list', () => {
  beforeEach(() => {
    add('Pending', { status: 'pending' })
    add('Firing', { startsAt: START + 5 })
    add('Acked', { ack })
    add('AckedBefore', { ack: { ...ack, occurrence: START - 1 } })
    add('AckRanOut', { ack: { ...ack, until: START } })
    add('Ended', { status: 'resolved', endsAt: START })
    add('TimedOut', { endsAt: START, timeout: true })
    add('Silenced', {}, { team: 'db' })
    api.silences.push({
      id: 's1',
      matchers: [{ name: 'team', op: '=', value: 'db' }],
      startsAt: 0,
      endsAt: START + HOUR,
      updatedAt: 0,
      createdBy: 'x',
      comment: 'c',
      annotations: {},
    })
  })

  it.each([
    [
      'nothing ended without a filter',
      '',
      ['Firing', 'AckRanOut', 'Acked', 'AckedBefore', 'Pending', 'Silenced'],
    ],
    ['those that page', '?state=firing', ['Firing', 'AckRanOut', 'AckedBefore']],
    ['acknowledged ones', '?state=acknowledged', ['Acked']],
    ['suppressed ones', '?state=suppressed', ['Silenced']],
    ['resolved ones', '?state=resolved', ['Ended', 'TimedOut']],
    ['two states', '?state=pending&state=suppressed', ['Pending', 'Silenced']],
    ['a matcher', '?match=alertname=~"Ack.*"', ['AckRanOut', 'Acked', 'AckedBefore']],
    [
      'two matchers',
      '?match=alertname=~"Ack.*"&match=alertname!=Acked',
      ['AckRanOut', 'AckedBefore'],
    ],
    ['nothing that matches', '?match=alertname=None', []],
  ])('%s', async (_name, query, want) => {
    const page = await get<Page>(`/v1/alerts${query}`)
    expect(names(page).sort()).toEqual([...want].sort())
    expect(page.total).toBe(want.length)
  })

  test('pages neither overlap nor skip, newest first', async () => {
    const all = names(await get<Page>('/v1/alerts'))
    expect(all[0]).toBe('Firing')
    const seen: string[] = []
    let next: string | null = ''
    while (next !== null) {
      const after: string = next === '' ? '' : `&after=${next}`
      const page: Page = await get<Page>(`/v1/alerts?limit=2${after}`)
      expect(page.alerts.length).toBe(2)
      seen.push(...names(page))
      next = page.next
    }
    expect(seen).toEqual(all)
  })

  it.each([
    [
      'an unknown state',
      '?state=active',
      'state.0 must be one of pending, firing, resolved, suppressed, acknowledged',
    ],
    ['an unknown parameter', '?stat=firing', 'unknown parameter "stat", did you mean "state"?'],
    ['a matcher that is none', '?match=nothing', 'match "nothing": '],
    ['a limit of 0', '?limit=0', 'limit must be >= 1'],
    ['a limit that is no number', '?limit=x', 'limit must be integer'],
    ['a page that is none', '?after=x', 'after is not the `next` of an answer'],
  ])('%s is a problem document', async (_name, query, detail) => {
    const response = await server.inject({ url: `/v1/alerts${query}` })
    expect(response.headers['content-type']).toContain('application/problem+json')
    expect(response.json()).toMatchObject({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      code: 'INVALID_INPUT',
    })
    expect(response.json<{ detail: string }>().detail).toContain(detail)
  })
})

describe('one alert', () => {
  test('is shown with its groups and the notifications that told of it', async () => {
    const alert = add('Disk', {}, { __proto__x: 'y' })
    const meta = {
      id: 'g1',
      groupKey: '{}:{}',
      routeId: '{}',
      receiver: 'team',
      labels: {},
      createdAt: START,
    }
    api.groups.push({ meta, nextDueAt: START + 5_000, members: [alert.fingerprint] })
    api.groups.push({ meta: { ...meta, id: 'g2' }, nextDueAt: null, members: ['other'] })
    api.rows.set('d1', buildDelivery({ id: 'd1', groupId: 'g1', firing: [alert.fingerprint] }))
    api.rows.set('d2', buildDelivery({ id: 'd2', groupId: 'g1', firing: ['other'] }))
    const shown = await get(`/v1/alerts/${alert.fingerprint}`)
    expect(shown).toMatchObject({
      state: 'firing',
      startsAt: '2026-01-01T00:00:00.000Z',
      endsAt: null,
      receivers: ['team'],
      source: { kind: 'rule', file: 'a.yml', group: 'a', rule: 'A', line: 1, version: 'v1' },
      groups: [{ id: 'g1', receiver: 'team', nextFlushAt: '2026-01-01T00:00:05.000Z' }],
      deliveries: [{ id: 'd1', status: 'waiting' }],
    })
  })

  test('an unknown one is not found, a text that is no fingerprint is refused', async () => {
    const unknown = await server.inject({ url: '/v1/alerts/0123456789abcdef' })
    expect(unknown.json()).toMatchObject({ status: 404, code: 'NOT_FOUND' })
    expect((await server.inject({ url: '/v1/alerts/..%2f..%2fetc' })).statusCode).toBe(400)
  })
})

describe('acknowledging', () => {
  const url = (alert: AlertRecord): string => `/v1/alerts/${alert.fingerprint}/ack`

  test('holds for this occurrence, says who, and is in the history', async () => {
    const alert = add('Disk')
    const { status, body } = await send('POST', url(alert), {
      note: 'on it',
      duration: '2h',
      by: 'ann',
    })
    expect([status, body['state']]).toEqual([200, 'acknowledged'])
    expect(api.alerts.get(alert.fingerprint)?.ack).toEqual({
      by: 'ann',
      at: START,
      note: 'on it',
      until: START + 2 * HOUR,
      occurrence: START,
    })
    expect(api.history).toEqual([
      {
        at: START,
        kind: 'action',
        what: 'acknowledged',
        by: 'ann',
        fingerprint: alert.fingerprint,
        alertname: 'Disk',
        detail: { note: 'on it', until: '2026-01-01T02:00:00.000Z' },
      },
    ])
  })

  test('needs no body, and the same again changes nothing', async () => {
    const alert = add('Disk')
    expect((await send('POST', url(alert))).status).toBe(200)
    await api.clock.advance(1_000)
    expect((await send('POST', url(alert))).status).toBe(200)
    expect(api.alerts.get(alert.fingerprint)?.ack?.at).toBe(START)
    expect(api.history).toHaveLength(1)
  })

  test('an acknowledgement that ran out can be given again', async () => {
    const alert = add('Disk')
    await send('POST', url(alert), { duration: '1s' })
    await api.clock.advance(2_000)
    expect((await send('POST', url(alert), { duration: '1s' })).body['state']).toBe('acknowledged')
    expect(api.history).toHaveLength(2)
  })

  it.each([
    ['a pending alert', { status: 'pending' }, 'this one is pending'],
    ['a resolved alert', { status: 'resolved', endsAt: START }, 'this one is resolved'],
    ['an alert whose end has passed', { endsAt: START }, 'this one is resolved'],
  ] as const)('%s cannot be acknowledged', async (_name, other, reason) => {
    const alert = add('Disk', other)
    const { status, body } = await send('POST', url(alert), {})
    expect([status, body['detail']]).toEqual([
      409,
      `only firing alerts can be acknowledged: ${reason}`,
    ])
    expect(api.history).toEqual([])
  })

  it.each([
    [
      'an end in the past',
      { until: '2025-01-01T00:00:00Z' },
      'until (2025-01-01T00:00:00Z) must lie in the future',
    ],
    [
      'both ends',
      { until: '2027-01-01T00:00:00Z', duration: '1h' },
      'give either until or duration, not both',
    ],
    ['a duration that is none', { duration: 'soon' }, 'duration: "soon" is not a duration'],
    ['no time at all', { duration: '0s' }, 'duration must be longer than 0'],
    [
      'a time that is none',
      { until: 'tomorrow' },
      'until must be a time such as 2026-01-31T12:00:00Z',
    ],
    ['an unknown key', { notes: 'x' }, 'unknown field "notes", did you mean "note"?'],
    ['a number is not made a text', { note: 1 }, 'note must be string'],
  ])('%s is refused', async (_name, payload, detail) => {
    const alert = add('Disk')
    const { status, body } = await send('POST', url(alert), payload)
    expect(status).toBe(400)
    expect(body['detail']).toContain(detail)
    expect(api.alerts.get(alert.fingerprint)?.ack).toBeNull()
  })

  test('an alert that begins anew while it is acknowledged still pages', async () => {
    const alert = add('Disk')
    const update = api.deps.alerts.update.bind(api.deps.alerts)
    api.deps.alerts.update = (changes) => {
      api.alerts.set(alert.fingerprint, { ...alert, startsAt: START + 1 })
      return update(changes)
    }
    expect((await send('POST', url(alert), {})).status).toBe(409)
    expect(api.alerts.get(alert.fingerprint)?.ack).toBeNull()
  })

  test('is taken back, twice without harm', async () => {
    const alert = add('Disk', { ack })
    expect((await send('DELETE', url(alert))).body['state']).toBe('firing')
    expect((await send('DELETE', url(alert))).status).toBe(200)
    expect(api.history.map((entry) => entry.what)).toEqual(['unacknowledged'])
  })
})

describe("Alertmanager's list", () => {
  type Listed = { labels: Record<string, string>; status: { state: string }; endsAt: string }[]
  const list = (query = ''): Promise<Listed> => get<Listed>(`/api/v2/alerts${query}`)

  beforeEach(() => {
    add('Active', { generatorURL: 'http://p/g' })
    add('Pending', { status: 'pending' })
    add('Ended', { endsAt: START })
    add('Silenced', { endsAt: START + 1 }, { team: 'db' })
    api.silences.push({
      id: 's1',
      matchers: [{ name: 'team', op: '=', value: 'db' }],
      startsAt: 0,
      endsAt: START + HOUR,
      updatedAt: 0,
      createdBy: 'x',
      comment: 'c',
      annotations: {},
    })
  })

  test('has the exact shape', async () => {
    const [alert] = await list('?filter=alertname="Active"')
    expect(alert).toEqual({
      labels: { alertname: 'Active' },
      annotations: {},
      startsAt: '2026-01-01T00:00:00.000Z',
      endsAt: '2026-01-01T00:05:00.000Z',
      updatedAt: '2026-01-01T00:00:00.000Z',
      generatorURL: 'http://p/g',
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      receivers: [{ name: 'team' }],
      status: { state: 'active', silencedBy: [], inhibitedBy: [], mutedBy: [] },
    })
  })

  it.each([
    ['everything that has not ended', '', ['Active', 'Silenced']],
    ['active only', '?silenced=false&inhibited=false&active=true&unprocessed=true', ['Active']],
    ['not the active ones', '?active=false', ['Silenced']],
    ['any other word is a no', '?active=maybe', ['Silenced']],
    ['an empty value is the default', '?active=', ['Active', 'Silenced']],
    ['by label', '?filter=team="db"', ['Silenced']],
    ['by two labels', '?filter=team="db"&filter=alertname!="Silenced"', []],
    ['by receiver, anchored', '?receiver=tea', []],
    ['by receiver pattern', '?receiver=te.*', ['Active', 'Silenced']],
    ['by receiver matcher', '?receiver_matchers=name="team"', ['Active', 'Silenced']],
    ['unknown parameters are ignored', '?foo=bar', ['Active', 'Silenced']],
  ])('%s', async (_name, query, want) => {
    expect((await list(query)).map((a) => a.labels['alertname'] ?? '').sort()).toEqual(want)
  })

  it.each(['filter=', 'filter={a=b}', 'filter=a=~"("', 'receiver=('])(
    '%s is refused',
    async (query) => {
      const response = await server.inject({ url: `/api/v2/alerts?${query}` })
      expect(response.statusCode).toBe(400)
      expect(typeof response.json()).toBe('string')
    },
  )
})
