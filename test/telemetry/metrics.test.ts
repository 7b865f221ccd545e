import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import type { ForeignMetrics } from '../../src/telemetry/metrics.ts'
import { createFakeClock } from '../support/fakeClock.ts'

function thread(): Registry {
  const registry = new Registry()
  const registers = [registry]
  new Counter({
    name: 'tocsin_rule_evaluations_total',
    help: 'h',
    labelNames: ['result'],
    registers,
  }).inc({ result: 'ok' }, 5)
  new Gauge({ name: 'tocsin_rule_groups', help: 'h', registers }).set(3)
  new Histogram({
    name: 'tocsin_rule_group_duration_seconds',
    help: 'h',
    buckets: [1, 2],
    registers,
  }).observe(1.5)
  return registry
}

const asJson = async (registry: Registry): Promise<ForeignMetrics> =>
  structuredClone((await registry.getMetricsAsJSON()) as unknown as ForeignMetrics)

test('every metric has our prefix, and lost notifications are a visible 0', async () => {
  const text = await createMetrics({ clock: createFakeClock() }).render()
  const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name)
  expect(names.length).toBeGreaterThan(20)
  expect(names.filter((name) => !name?.startsWith('tocsin_'))).toEqual([])
  expect(text).toContain('\ntocsin_notifications_dropped_total 0\n')
})

test('metrics of threads are summed into ours', async () => {
  const metrics = createMetrics({ clock: createFakeClock(), processMetrics: false })
  metrics.notificationsSent.inc({ integration: 'email' }, 2)
  metrics.addSource(() => asJson(thread()))
  metrics.addSource(() => asJson(thread()))
  const text = await metrics.render()
  expect(text).toContain('tocsin_notifications_sent_total{integration="email"} 2')
  expect(text).toContain('tocsin_rule_evaluations_total{result="ok"} 10')
  expect(text).toContain('tocsin_rule_group_duration_seconds_bucket{le="2"} 2')
  expect(text).toContain('tocsin_rule_group_duration_seconds_sum 3')
  expect(text).toContain('tocsin_rule_group_duration_seconds_count 2')
})

test('a thread that fails or hangs shows its last answer', async () => {
  const clock = createFakeClock()
  const metrics = createMetrics({ clock, processMetrics: false })
  const answers = [
    () => asJson(thread()),
    () => Promise.reject(new Error('gone')),
    () => new Promise<ForeignMetrics>(() => {}),
  ]
  metrics.addSource(() => (answers.shift() ?? answers[0] ?? (() => asJson(thread())))())
  expect(await metrics.render()).toContain('tocsin_rule_groups 3')
  expect(await metrics.render()).toContain('tocsin_rule_groups 3')
  const hanging = metrics.render()
  await clock.advance(2_000)
  expect(await hanging).toContain('tocsin_rule_groups 3')
  expect(clock.sleeping()).toBe(0)
})

test('a collector sets gauges before each rendering, and its failure is harmless', async () => {
  const metrics = createMetrics({ clock: createFakeClock(), processMetrics: false })
  let groups = 0
  metrics.beforeRender(async () => metrics.groups.set(++groups))
  metrics.beforeRender(() => Promise.reject(new Error('store down')))
  expect(await metrics.render()).toContain('\ntocsin_groups 1\n')
  expect(await metrics.render()).toContain('\ntocsin_groups 2\n')
})
