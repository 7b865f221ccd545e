import { createHash } from 'node:crypto'
import { afterAll, describe, expect, it, test } from 'vitest'
import { createManagementServer } from '../../src/api/managementServer.ts'
import { createServiceServer } from '../../src/api/serviceServer.ts'
import type { TokenConfig } from '../../src/config/config.ts'
import { buildAlert } from '../support/alertBuilder.ts'
import { fakeApi, testConfig } from '../support/fakeApiDeps.ts'

const TOKENS: TokenConfig[] = (['viewer', 'responder', 'admin'] as const).map((role) => ({
  name: `${role}-name`,
  role,
  sha256: createHash('sha256').update(`${role}-token`).digest('hex'),
}))
const ALERT = buildAlert({ alertname: 'Disk' })
const SILENCE = { matchers: ['a=b'], duration: '1h', comment: 'c' }
const all = startServers()
afterAll(async () => {
  await all.service.close()
  await all.management.close()
})

function startServers() {
  const api = fakeApi({ config: testConfig(TOKENS) })
  api.alerts.set(ALERT.fingerprint, ALERT)
  return {
    ...api,
    service: createServiceServer(api.deps),
    management: createManagementServer(api.deps),
  }
}

function as(role: string): Record<string, string> {
  return role === 'public' ? {} : { authorization: `Bearer ${role}-token` }
}

const ROUTES: ReadonlyArray<readonly ['service' | 'management', string, string, string, object?]> =
  [
    ['service', 'GET', '/-/healthy', 'public'],
    ['service', 'GET', '/-/ready', 'public'],
    ['service', 'GET', '/metrics', 'viewer'],
    ['service', 'GET', '/openapi.json', 'viewer'],
    ['service', 'GET', '/v1/alerts', 'viewer'],
    ['service', 'GET', `/v1/alerts/${ALERT.fingerprint}`, 'viewer'],
    ['service', 'POST', `/v1/alerts/${ALERT.fingerprint}/ack`, 'responder', {}],
    ['service', 'DELETE', `/v1/alerts/${ALERT.fingerprint}/ack`, 'responder'],
    ['service', 'GET', '/v1/silences', 'viewer'],
    ['service', 'GET', '/v1/silences/x', 'viewer'],
    ['service', 'POST', '/v1/silences', 'responder', SILENCE],
    ['service', 'PUT', '/v1/silences/x', 'responder', SILENCE],
    ['service', 'DELETE', '/v1/silences/x', 'responder'],
    ['service', 'GET', '/v1/rules', 'viewer'],
    ['service', 'GET', '/v1/notifications', 'viewer'],
    ['service', 'GET', '/v1/notifications/x', 'viewer'],
    ['service', 'POST', '/v1/notifications/x/replay', 'admin'],
    ['service', 'GET', '/v1/history', 'viewer'],
    ['service', 'GET', '/v1/status', 'viewer'],
    ['service', 'GET', '/api/v2/alerts', 'viewer'],
    ['service', 'POST', '/api/v2/alerts', 'responder', []],
    ['management', 'GET', '/-/healthy', 'public'],
    ['management', 'GET', '/-/ready', 'public'],
    ['management', 'GET', '/metrics', 'viewer'],
    ['management', 'POST', '/-/reload', 'admin'],
  ]
const RANK = ['public', 'viewer', 'responder', 'admin']

const CASES = ROUTES.flatMap((route) =>
  RANK.map((role) => [`${role} asks ${route[0]} ${route[1]} ${route[2]}`, role, route] as const),
)

describe('access by role and route', () => {
  it.each(CASES)('%s', async (_name, role, [listener, method, url, needed, payload]) => {
    const headers = as(role)
    const inject = { method: method as 'GET', url, headers, ...(payload ? { payload } : {}) }

    const response = await all[listener].inject(inject)

    if (RANK.indexOf(role) >= RANK.indexOf(needed))
      expect([200, 201, 404]).toContain(response.statusCode)
    else if (role === 'public') {
      expect(response.statusCode).toBe(401)
      expect(response.headers['www-authenticate']).toEqual([
        'Bearer realm="tocsin"',
        'Basic realm="tocsin"',
      ])
    } else {
      expect(response.statusCode).toBe(403)
      expect(response.body).toContain(`needs the role ${needed}`)
    }
  })

  test('no route of the service is missing from the table', async () => {
    const response = await all.service.inject({ url: '/openapi.json', headers: as('viewer') })
    const { paths } = response.json<{ paths: Record<string, Record<string, unknown>> }>()
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(
        (method) => `${method.toUpperCase()} ${path.replace(/\{\w+\}/, 'x')}`,
      ),
    )
    const listed = ROUTES.filter(([listener]) => listener === 'service').map(
      ([, method, url]) => `${method} ${url.replace(ALERT.fingerprint, 'x')}`,
    )
    expect(described.sort()).toEqual(listed.sort())
  })
})

describe('credentials', () => {
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
  it.each([
    ['a bearer token', 'Bearer viewer-token', 200],
    ['a bearer token with a lower-case scheme', 'bearer viewer-token', 200],
    ['the token as password of basic auth', basic('prometheus:viewer-token'), 200],
    ['basic auth without a user', basic(':viewer-token'), 200],
    ['the token as user of basic auth', basic('viewer-token:'), 401],
    ['basic auth that is not base64 of a pair', 'Basic ????', 401],
    ['an unknown token', 'Bearer viewer-tokenx', 401],
    ['an empty token', 'Bearer ', 401],
    ['the hash instead of the token', `Bearer ${TOKENS[0]?.sha256}`, 401],
    ['another scheme', 'Digest viewer-token', 401],
  ])('%s', async (_name, authorization, status) => {
    const { service } = all
    const response = await service.inject({ url: '/v1/alerts', headers: { authorization } })
    expect(response.statusCode).toBe(status)
  })

  test('a refused token says so, and the alertmanager paths answer a JSON string', async () => {
    const { service } = all
    const headers = { authorization: 'Bearer wrong' }
    const ours = await service.inject({ url: '/v1/alerts', headers })
    expect(ours.headers['www-authenticate']).toEqual([
      'Bearer realm="tocsin", error="invalid_token"',
      'Basic realm="tocsin"',
    ])
    expect(ours.json()).toMatchObject({
      status: 401,
      code: 'UNAUTHENTICATED',
      detail: 'the token is not known',
    })
    const theirs = await service.inject({ url: '/api/v2/alerts', headers })
    expect([theirs.statusCode, theirs.body]).toEqual([401, '"the token is not known"\n'])
  })

  test('the body of a request without a token is never read', async () => {
    const { service, accepted } = all
    const payload = 'x'.repeat(2_000_000)
    const response = await service.inject({
      method: 'POST',
      url: '/v1/silences',
      payload,
      headers: { 'content-type': 'application/json' },
    })
    expect(response.statusCode).toBe(401)
    expect(accepted).toEqual([])
  })
})
