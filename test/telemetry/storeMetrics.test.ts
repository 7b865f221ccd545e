import { expect, test } from 'vitest'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { storeMetricsCollector } from '../../src/telemetry/storeMetrics.ts'
import { buildAlert, START } from '../support/alertBuilder.ts'
import { buildDelivery, fakeApi } from '../support/fakeApiDeps.ts'

function setUp() {
  const api = fakeApi()
  const metrics = createMetrics({ clock: api.clock, processMetrics: false })
  let isDown = false
  const collect = storeMetricsCollector(metrics, {
    clock: api.clock,
    alerts: api.deps.alerts,
    groups: { count: async () => 7 },
    ledger: {
      counts: async () => {
        if (isDown) throw new Error('store down')
        return { ...(await api.deps.ledger.counts()), oldestWaitingAt: START - 90_000 }
      },
    },
    queue: { depth: async () => new Map([['email', 4]]) },
    members: async () => [
      { node: 'n1', roles: ['api', 'notifier'], version: '1', startedAt: 0, seenAt: 0 },
    ],
  })
  metrics.beforeRender(collect)
  return { ...api, metrics, takeDown: () => (isDown = true) }
}

test('gauges mirror the store', async () => {
  const { metrics, alerts, rows } = setUp()
  alerts.set('a', buildAlert({ alertname: 'A' }))
  alerts.set('b', buildAlert({ alertname: 'B' }, { status: 'pending' }))
  rows.set('d1', buildDelivery())
  const text = await metrics.render()
  for (const line of [
    'tocsin_redis_up 1',
    'tocsin_alerts{state="firing"} 1',
    'tocsin_alerts{state="pending"} 1',
    'tocsin_groups 7',
    'tocsin_ledger_rows{status="waiting"} 1',
    'tocsin_ledger_rows{status="dead"} 0',
    'tocsin_ledger_oldest_waiting_seconds 90',
    'tocsin_queue_depth{queue="email"} 4',
    'tocsin_member_info{node="n1",roles="api,notifier",version="1"} 1',
  ]) {
    expect(text).toContain(`\n${line}\n`)
  }
})

test('with the store down the scrape still works, says so, and keeps the last values', async () => {
  const { metrics, takeDown, clock } = setUp()
  await metrics.render()
  takeDown()
  expect(await metrics.render(), 'a second scraper shares the look').toContain(
    '\ntocsin_redis_up 1\n',
  )
  await clock.advance(2_000)
  const text = await metrics.render()
  expect(text).toContain('\ntocsin_redis_up 0\n')
  expect(text).toContain('\ntocsin_groups 7\n')
})
