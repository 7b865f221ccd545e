import { describe, it } from 'vitest'
import { isLong, makeBed, ruleFile } from '../support/bed.ts'
import type { Bed } from '../support/bed.ts'
import { alertsOf, isDelivered, statusOf } from '../support/serviceApi.ts'
import { pause, until } from '../support/until.ts'

const OUTAGE_MS = isLong ? 30_000 : 6_000

interface Outage {
  readonly begin: (bed: Bed) => Promise<void>
  readonly end: (bed: Bed) => Promise<void>
}

const OUTAGES: ReadonlyArray<readonly [string, Outage]> = [
  [
    'is killed and started again',
    { begin: ({ redis }) => redis.kill('SIGKILL'), end: ({ redis }) => redis.restart() },
  ],
  [
    'hangs and goes on',
    { begin: ({ redis }) => redis.kill('SIGSTOP'), end: ({ redis }) => redis.kill('SIGCONT') },
  ],
]

const posted = (n: string): unknown => [
  { labels: { alertname: 'Posted', n }, endsAt: new Date(Date.now() + 3_600_000).toISOString() },
]

describe.concurrent('when Redis', () => {
  for (const [what, outage] of OUTAGES) {
    const name = `${what}, the service says so, loses nothing, resolves nothing, tells nothing twice and recovers by itself`
    it(name, { timeout: 60_000 + OUTAGE_MS }, async ({ expect, onTestFinished }) => {
      const bed = await makeBed({
        rules: { 'a.yml': ruleFile('a', { alert: 'Failing', expr: 'errors > 0' }) },
      })
      onTestFinished(() => bed.close())
      bed.query.set('errors > 0', [{ labels: { n: 'before' } }])
      const service = await bed.start()
      await until('the first is told', () => bed.sink.accepted().length === 1)
      // This one is on its way to its receiver when Redis goes away.
      bed.sink.behave('ops', { afterMs: 1_000 })
      expect((await service.post('/api/v2/alerts', posted('in flight'))).status).toBe(200)
      await pause(500)

      await outage.begin(bed)
      const beganAt = performance.now()
      bed.query.set('errors > 0', [{ labels: { n: 'before' } }, { labels: { n: 'meanwhile' } }])
      const ready = await until('it is not ready', async () => {
        const answer = await service.manage('GET', '/-/ready')
        return answer.status === 503 ? answer : null
      })
      expect(ready.text).toMatch(/^not ready\n(.*\n)*redis: Redis failed: .+/)
      expect(await service.manage('GET', '/-/healthy')).toMatchObject({ status: 200 })
      const refused = await service.get('/v1/alerts')
      expect(refused).toMatchObject({ status: 503, type: 'application/problem+json' })
      expect(refused.json).toMatchObject({ status: 503, code: 'STORE_FAILED' })
      expect(await service.post('/api/v2/alerts', posted('refused'))).toMatchObject({ status: 503 })
      expect(await statusOf(service)).toMatchObject({ ready: false })
      await pause(OUTAGE_MS - (performance.now() - beganAt))
      await outage.end(bed)

      await until('it is ready again', async () => {
        return (await service.manage('GET', '/-/ready')).status === 200
      })
      await until('posts are taken again', async () => {
        return (await service.post('/api/v2/alerts', posted('after'))).status === 200
      })
      const names = (): string[] =>
        bed.sink.accepted().flatMap((hook) => hook.alerts.map(({ labels }) => labels['n'] ?? ''))
      await until('everything was told', () => {
        return ['before', 'in flight', 'meanwhile', 'after'].every((n) => names().includes(n))
      })
      await until('nothing waits', () => isDelivered(service))
      const firing = (await alertsOf(service, 'firing')).map(({ labels }) => labels['n'])
      expect(firing).toEqual(expect.arrayContaining(['before', 'in flight', 'meanwhile', 'after']))
      expect(bed.sink.hooks.filter(({ status }) => status !== 'firing')).toEqual([])
      expect(
        names()
          .filter((n) => n !== 'refused')
          .toSorted(),
      ).toEqual(['after', 'before', 'in flight', 'meanwhile'])
    })
  }
})
