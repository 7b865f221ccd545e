import { describe, it } from 'vitest'
import { makeBed } from '../support/bed.ts'
import type { Bed } from '../support/bed.ts'
import { seededRandom } from '../support/random.ts'
import { isDelivered } from '../support/serviceApi.ts'
import { pause, until } from '../support/until.ts'
import type { Hook } from '../support/webhookSink.ts'

/** Which random moments: another number shows other ones. */
const SEED = Number(process.env['TOCSIN_TEST_SEED'] ?? 1)
const ALERTS = 300
const POSTED_AT_ONCE = 5
/** Sends to one integration at once: half of delivery.concurrency. */
const IN_FLIGHT = 8

/** A client that keeps sending until it is told 200, as Prometheus does. */
async function postAll(bed: Bed): Promise<void> {
  const endsAt = new Date(Date.now() + 3_600_000).toISOString()
  for (let from = 0; from < ALERTS; from += POSTED_AT_ONCE) {
    const batch = Array.from({ length: POSTED_AT_ONCE }, (_, i) => ({
      labels: { alertname: 'Down', n: String(from + i) },
      endsAt,
    }))
    await until('alerts are accepted', async () => {
      const { status } = await bed.service.post('/api/v2/alerts', batch)
      return status === 200
    })
    await pause(20)
  }
}

/** Ends the service at random moments, again and again, until the alerts are delivered and it was ended often enough. */
async function runThrough(
  bed: Bed,
  signal: 'SIGKILL' | 'SIGTERM',
  times: number,
  seed: number,
): Promise<readonly Hook[]> {
  const random = seededRandom(seed)
  bed.sink.behave('ops', { afterMs: 15 })
  await bed.start()
  const posting = postAll(bed)
  for (let i = 0; i < times; i++) {
    await pause(random() * 600)
    await bed.service.signal(signal)
    await bed.start()
  }
  await posting
  await until('all are told', () => byAlert(bed.sink.accepted()).size === ALERTS)
  await until('nothing waits', () => isDelivered(bed.service))
  return bed.sink.accepted()
}

function byAlert(hooks: readonly Hook[]): Map<string, readonly Hook[]> {
  const found = new Map<string, Hook[]>()
  for (const hook of hooks) {
    const n = hook.alerts[0]?.labels['n'] ?? ''
    found.set(n, [...(found.get(n) ?? []), hook])
  }
  return found
}

describe.concurrent('300 alerts in groups of their own, posted while the service is', () => {
  it('killed 8 times: none is lost, a duplicate has the key of the first, and only what was in flight is sent twice', async ({
    onTestFinished,
    expect,
  }) => {
    const bed = await makeBed()
    onTestFinished(() => bed.close())
    const hooks = await runThrough(bed, 'SIGKILL', 8, SEED)
    const told = byAlert(hooks)
    expect(told.size).toBe(ALERTS)
    for (const copies of told.values()) {
      expect(new Set(copies.map((copy) => copy.key)).size).toBe(1)
      expect(copies[0]?.key).not.toBe('')
    }
    expect(hooks.length - ALERTS).toBeLessThanOrEqual(8 * IN_FLIGHT)
  }, 120_000)

  it('stopped 5 times: each is told exactly once', async ({ expect, onTestFinished }) => {
    const bed = await makeBed()
    onTestFinished(() => bed.close())
    const hooks = await runThrough(bed, 'SIGTERM', 5, SEED + 1)
    const told = byAlert(hooks)
    expect(told.size).toBe(ALERTS)
    expect(hooks).toHaveLength(ALERTS)
  }, 120_000)
})
