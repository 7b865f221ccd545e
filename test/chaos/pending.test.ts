import { afterEach, expect, it } from 'vitest'
import { makeBed, ruleFile } from '../support/bed.ts'
import type { Bed } from '../support/bed.ts'
import { alertsOf } from '../support/serviceApi.ts'
import { until } from '../support/until.ts'

let bed: Bed
afterEach(() => bed.close())

const FOR_MS = 6_000

it('goes on with `for` where it was when the service is killed while an alert is pending', async () => {
  bed = await makeBed({
    rules: { 'disk.yml': ruleFile('disk', { alert: 'DiskFull', expr: 'disk > 0.9', for: '6s' }) },
  })
  bed.query.set('disk > 0.9', [{ labels: { host: 'a' } }])
  const first = await bed.start()
  const [pending] = await until('it is pending', async () => {
    const alerts = await alertsOf(first, 'pending')
    return alerts.length === 1 ? alerts : null
  })
  await first.signal('SIGKILL')
  const second = await bed.start()
  const [again] = await alertsOf(second)
  expect(again).toMatchObject({ state: 'pending', activeAt: pending?.activeAt })

  const [hook] = await until('it was told', () => bed.sink.accepted().length > 0 && bed.sink.hooks)
  const dueAt = Date.parse(pending?.activeAt ?? '') + FOR_MS
  expect(Date.parse(hook?.alerts[0]?.startsAt ?? '')).toBe(dueAt)
  const [firing] = await alertsOf(second, 'firing')
  expect(firing?.activeAt).toBe(pending?.activeAt)
})
