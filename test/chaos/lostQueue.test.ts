import { Redis } from 'ioredis'
import { afterEach, expect, it } from 'vitest'
import { makeBed } from '../support/bed.ts'
import type { Bed } from '../support/bed.ts'
import { isDelivered, statusOf } from '../support/serviceApi.ts'
import { until } from '../support/until.ts'

let bed: Bed
let client: Redis
afterEach(async () => {
  client.disconnect()
  await bed.close()
})

const ALERTS = 50

it('delivers everything although all keys of the queue are deleted, again and again', async () => {
  bed = await makeBed()
  client = new Redis(bed.redis.socketPath)
  const service = await bed.start()
  let deleted = 0
  const loseQueue = async (): Promise<void> => {
    const keys = await client.keys('tocsin:{q:*')
    if (keys.length > 0) deleted += await client.del(...keys)
  }
  bed.sink.behave('ops', { status: 503 })
  const endsAt = new Date(Date.now() + 3_600_000).toISOString()
  for (let n = 0; n < ALERTS; n++) {
    const alerts = [{ labels: { alertname: 'Down', n: String(n) }, endsAt }]
    expect((await service.post('/api/v2/alerts', alerts)).status).toBe(200)
    if (n % 10 === 0) await loseQueue()
  }
  await until('all wait for their receiver', async () => {
    return (await statusOf(service)).notifications['waiting'] === ALERTS
  })
  await loseQueue()
  bed.sink.behave('ops', 'ok')
  await loseQueue()
  await until('everything is delivered', () => isDelivered(service))
  expect(deleted).toBeGreaterThan(0)
  const told = bed.sink.accepted().map((hook) => hook.alerts[0]?.labels['n'])
  expect(told).toHaveLength(ALERTS)
  expect(new Set(told).size).toBe(ALERTS)
})
