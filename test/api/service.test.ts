import { connect } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { afterEach, describe, expect, it, test } from 'vitest'
import { createManagementServer } from '../../src/api/managementServer.ts'
import { createServiceServer } from '../../src/api/serviceServer.ts'
import type { ApiDeps } from '../../src/api/deps.ts'
import { AppError } from '../../src/core/errors.ts'
import { buildAlert, START } from '../support/alertBuilder.ts'
import { RULES } from '../support/ruleSet.ts'
import { buildDelivery, fakeApi, testConfig } from '../support/fakeApiDeps.ts'

const open: FastifyInstance[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

function start(over: Partial<ApiDeps> = {}) {
  const api = fakeApi(over)
  const service = createServiceServer(api.deps)
  const management = createManagementServer(api.deps)
  open.push(service, management)
  return { ...api, service, management }
}

describe('the ledger', () => {
  function ledger() {
    const api = start()
    for (let i = 1; i <= 5; i++) {
      const status = i === 3 ? 'dead' : 'delivered'
      api.rows.set(`d${i}`, buildDelivery({ id: `d${i}`, createdAt: START + i, status }))
    }
    return api
  }

  test('is listed newest first, in pages', async () => {
    const { service } = ledger()
    const first = await service.inject({ url: '/v1/notifications?limit=3' })
    expect(
      first.json<{ notifications: { id: string }[] }>().notifications.map((n) => n.id),
    ).toEqual(['d5', 'd4', 'd3'])
    const second = await service.inject({
      url: `/v1/notifications?limit=3&after=${first.json<{ next: string }>().next}`,
    })
    expect(second.json()).toMatchObject({ notifications: [{ id: 'd2' }, { id: 'd1' }], next: null })
  })

  test('is filtered by status, and refuses one that is none', async () => {
    const { service } = ledger()
    const dead = await service.inject({ url: '/v1/notifications?status=dead' })
    expect(dead.json()).toMatchObject({ notifications: [{ id: 'd3', status: 'dead' }] })
    const bad = await service.inject({ url: '/v1/notifications?status=lost' })
    expect(bad.json<{ detail: string }>().detail).toBe(
      'status must be one of waiting, sending, delivered, dead, superseded, suppressed',
    )
  })

  test('a dead row is sent again: new deadline, a hint to the workers, a line in the history', async () => {
    const { service, rows, hints, history } = ledger()
    const replay = await service.inject({ method: 'POST', url: '/v1/notifications/d3/replay' })
    expect(replay.json()).toMatchObject({ id: 'd3', status: 'waiting', firing: [], resolved: [] })
    expect(rows.get('d3')?.deadlineAt).toBe(START + 86_400_000)
    expect(hints).toEqual(['webhook'])
    expect(history).toMatchObject([
      { what: 'replayed', by: 'anonymous', detail: { notification: 'd3' } },
    ])
  })

  it.each([
    ['d1', 409, 'only dead notifications can be replayed: this one is delivered'],
    ['nope', 404, 'there is no notification nope'],
  ])('%s cannot be sent again', async (id, status, detail) => {
    const { service, hints } = ledger()
    const replay = await service.inject({ method: 'POST', url: `/v1/notifications/${id}/replay` })
    expect(replay.json()).toMatchObject({ status, detail })
    expect(hints).toEqual([])
  })
})

test('the history is filtered by alert, kind and time', async () => {
  const { service, history } = start()
  const fingerprint = '0123456789abcdef'
  history.push(
    {
      at: START + 2,
      kind: 'delivery',
      what: 'delivered',
      fingerprint,
      detail: { ms: 3, ok: true, by: null },
    },
    { at: START + 1, kind: 'transition', what: 'firing', fingerprint },
    { at: START, kind: 'reload', what: 'reloaded' },
  )
  const whats = async (query: string): Promise<string[]> =>
    (await service.inject({ url: `/v1/history${query}` }))
      .json<{ entries: { what: string }[] }>()
      .entries.map((e) => e.what)
  expect(await whats('')).toEqual(['delivered', 'firing', 'reloaded'])
  expect(await whats(`?fingerprint=${fingerprint}&kind=delivery`)).toEqual(['delivered'])
  expect(await whats('?from=2026-01-01T00:00:00.001Z&to=2026-01-01T00:00:00.001Z')).toEqual([
    'firing',
  ])
  const full = await service.inject({ url: '/v1/history?limit=1' })
  expect(full.json()).toMatchObject({
    entries: [{ at: '2026-01-01T00:00:00.002Z', detail: { ms: 3, ok: true, by: null } }],
  })
})

test('rules show their health, their alerts, and what is wrong with the files', async () => {
  const health = {
    key: 'r1',
    health: 'err' as const,
    lastError: 'timeout',
    lastEvaluationAt: START,
    durationMs: 5,
    samples: 2,
    failingSince: START,
    templateError: '',
    overLimit: 0,
  }
  const { service, alerts } = start({
    ruleSet: async () => RULES,
    evaluations: {
      health: async () => [{ lastEvaluationAt: START, durationMs: 7, missed: 1, rules: [health] }],
    },
  })
  for (const [i, status] of (['firing', 'firing', 'pending', 'resolved'] as const).entries()) {
    const alert = buildAlert({ alertname: 'A', i: String(i) }, { status })
    alerts.set(alert.fingerprint, alert)
  }
  const body = (await service.inject({ url: '/v1/rules' })).json<Record<string, unknown>>()
  expect(body).toMatchObject({
    version: 'v1',
    files: [{ file: 'a.yml', stale: true, problems: [{ line: 3, column: 5, message: 'bad' }] }],
    groups: [
      {
        missed: 1,
        rules: [
          {
            name: 'A',
            evaluated: true,
            health: 'err',
            lastError: 'timeout',
            failingSince: '2026-01-01T00:00:00.000Z',
            alerts: { firing: 2, pending: 1 },
            annotations: { summary: '{{ $value }}' },
          },
          {
            name: 'a:b',
            kind: 'recording',
            evaluated: false,
            health: 'unknown',
            lastEvaluationAt: null,
            alerts: { firing: 0, pending: 0 },
          },
        ],
      },
    ],
  })
})

describe('the status', () => {
  test('sums everything up, without secrets', async () => {
    const config = testConfig()
    const { service } = start({
      config: { ...config, redis: { ...config.redis, url: 'redis://:secret@host' } },
      ruleSet: async () => RULES,
      members: async () => [
        { node: 'n1', roles: ['api'], version: '1.2.3', startedAt: START, seenAt: START },
      ],
      datasources: async () => [
        { name: 'default', reachable: false, lastError: 'ECONNREFUSED', failingSince: START },
      ],
    })
    const response = await service.inject({ url: '/v1/status' })
    expect(response.json()).toMatchObject({
      version: '1.2.3',
      ready: true,
      members: [{ node: 'n1' }],
      datasources: [
        { name: 'default', reachable: false, failingSince: '2026-01-01T00:00:00.000Z' },
      ],
      alerts: { firing: 0 },
      notifications: { dead: 0 },
      rules: { version: 'v1', groups: 1, staleFiles: ['a.yml'] },
      config: { redis: 'external' },
    })
    expect(response.body).not.toContain('secret')
  })

  test('is shown with the store down', async () => {
    const down = (): Promise<never> => Promise.reject(new AppError('STORE_FAILED', 'gone'))
    const { service } = start({
      readiness: async () => ({
        ready: false,
        checks: [{ name: 'store', ok: false, message: 'does not answer' }],
      }),
      members: down,
      ruleSet: down,
    })
    const response = await service.inject({ url: '/v1/status' })
    expect(response.json()).toMatchObject({
      ready: false,
      members: [],
      checks: [{ name: 'store', ok: false }],
    })
  })
})

describe('management', () => {
  test('ready says what is missing', async () => {
    const checks = [
      { name: 'store', ok: true, message: '' },
      { name: 'rules', ok: false, message: 'not loaded yet' },
    ]
    const { service, management } = start({ readiness: async () => ({ ready: false, checks }) })
    for (const server of [service, management]) {
      const ready = await server.inject({ url: '/-/ready' })
      expect([ready.statusCode, ready.body]).toEqual([503, 'not ready\nrules: not loaded yet\n'])
      const healthy = await server.inject({ url: '/-/healthy' })
      expect([healthy.statusCode, healthy.body]).toEqual([200, 'OK'])
    }
  })

  test('reload tells of bad files by place, and is in the history', async () => {
    const problems = [
      { file: 'a.yml', line: 3, column: 5, severity: 'error' as const, message: 'bad' },
    ]
    const bad = start({ reload: async () => ({ ok: false, problems }) })
    const failed = await bad.management.inject({ method: 'POST', url: '/-/reload' })
    expect([failed.statusCode, failed.body]).toEqual([
      500,
      'failed to reload config; bad files keep their last good version:\na.yml:3:5: bad\n',
    ])
    expect(bad.history).toMatchObject([
      { kind: 'reload', what: 'reloaded with bad files', by: 'anonymous' },
    ])
    const good = start()
    const done = await good.management.inject({ method: 'POST', url: '/-/reload' })
    expect([done.statusCode, done.body]).toEqual([200, ''])
    expect((await good.service.inject({ method: 'POST', url: '/-/reload' })).statusCode).toBe(404)
  })

  test('metrics count requests by route, never by path', async () => {
    const { service } = start()
    await service.inject({ url: '/v1/alerts/0123456789abcdef' })
    await service.inject({ url: '/nothing/here' })
    const { body, headers } = await service.inject({ url: '/metrics' })
    expect(headers['content-type']).toContain('version=0.0.4')
    expect(body).toContain(
      'tocsin_http_requests_total{listener="service",method="GET",route="/v1/alerts/:fingerprint",status="404"} 1',
    )
    expect(body).toContain('route="unknown",status="404"} 1')
    expect(body).not.toContain('0123456789abcdef')
  })
})

describe('failures', () => {
  test('a server error hides its detail and is logged once', async () => {
    const { service, logLines } = start({
      ruleSet: () => Promise.reject(new Error('password=hunter2')),
    })
    const response = await service.inject({ url: '/v1/rules' })
    expect(response.json()).toEqual({
      type: 'about:blank',
      title: 'Internal Server Error',
      status: 500,
      code: 'INTERNAL',
    })
    expect(logLines.filter((line) => line.includes('hunter2'))).toHaveLength(1)
  })

  it.each([
    ['broken JSON', '{', 'application/json', 400],
    [
      '__proto__',
      '{"__proto__":{"x":1},"matchers":["a=b"],"comment":"c","duration":"1h"}',
      'application/json',
      400,
    ],
    ['deep nesting', '['.repeat(100_000), 'application/json', 400],
    ['another media type', 'a=b', 'application/x-www-form-urlencoded', 415],
    ['a body of 2 MB', `"${'x'.repeat(2_000_000)}"`, 'application/json', 413],
    ['no body', '', 'application/json', 400],
  ])('%s is a problem document', async (_name, payload, type, status) => {
    const { service } = start()
    const response = await service.inject({
      method: 'POST',
      url: '/v1/silences',
      payload,
      headers: { 'content-type': type },
    })
    expect(response.statusCode).toBe(status)
    expect(response.headers['content-type']).toContain('application/problem+json')
    expect(response.json()).toMatchObject({ status, code: 'INVALID_INPUT' })
  })

  test('an unknown path is a problem document without its query', async () => {
    const { service } = start()
    const response = await service.inject({ url: '/v1/nope?token=x' })
    expect(response.json()).toMatchObject({ status: 404, detail: 'there is no GET /v1/nope' })
  })
})

test('every operation is described, with answers', async () => {
  const { service } = start()
  const { paths, openapi } = (await service.inject({ url: '/openapi.json' })).json<{
    openapi: string
    paths: Record<string, Record<string, { responses: Record<string, { content?: unknown }> }>>
  }>()
  expect(openapi).toBe('3.1.0')
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, { responses }] of Object.entries(operations)) {
      const good = Object.keys(responses).find((status) => status.startsWith('2'))
      expect(good, `${method} ${path}`).toBeDefined()
      expect(responses[good ?? '']?.content, `${method} ${path}`).toBeDefined()
    }
  }
})

describe('limits of connections', () => {
  test('a server takes no more connections than it is configured for', async () => {
    const config = testConfig()
    const { service } = start({
      config: { ...config, network: { ...config.network, maxServerConnections: 1 } },
    })
    await service.listen({ host: '127.0.0.1', port: 0 })
    const { port } = service.server.address() as AddressInfo
    const first = connect(port, '127.0.0.1')
    await once(first, 'connect')
    first.write('GET /-/healthy HTTP/1.1\r\nhost: x\r\n\r\n')
    await once(first, 'data')
    const second = connect(port, '127.0.0.1')
    second.on('error', () => {})
    await once(second, 'close')
    first.destroy()
  })

  test('timeouts come from the configuration', () => {
    const config = testConfig()
    const { service, management } = start({
      config: {
        ...config,
        network: { ...config.network, serverRequestTimeoutMs: 1_234, keepAliveTimeoutMs: 777 },
      },
    })
    for (const { server } of [service, management]) {
      expect([server.requestTimeout, server.keepAliveTimeout]).toEqual([1_234, 777])
      expect(server.timeout).toBeGreaterThan(0)
    }
  })
})
