import { describe, it } from 'vitest'
import { makeBed, ruleFile } from '../support/bed.ts'
import type { Bed } from '../support/bed.ts'
import { until } from '../support/until.ts'

const AWAY: ReadonlyArray<readonly [string, (bed: Bed) => Promise<void>]> = [
  ['does not run', ({ redis }) => redis.kill('SIGKILL')],
  ['hangs', ({ redis }) => redis.kill('SIGSTOP')],
]
/** Several calls in a row find out that nobody answers; without a limit it would be for ever. */
const STOPS_WITHIN_MS = 20_000

describe.concurrent('the service stops in reasonable time although Redis', () => {
  for (const [what, takeAway] of AWAY) {
    it(what, { timeout: 60_000 }, async ({ expect, onTestFinished }) => {
      const bed = await makeBed(({ redis }) => ({
        rules: { 'a.yml': ruleFile('a', { alert: 'Failing', expr: 'errors > 0' }) },
        settings: { redis: { url: redis.url, connect_timeout: '1s', command_timeout: '1s' } },
      }))
      onTestFinished(() => bed.close())
      bed.query.set('errors > 0', [{ labels: { n: '1' } }])
      const service = await bed.start()
      await until('the alert is told', () => bed.sink.accepted().length === 1)
      await takeAway(bed)
      const from = performance.now()
      expect(await service.signal('SIGTERM')).toBe(0)
      expect(performance.now() - from).toBeLessThan(STOPS_WITHIN_MS)
    })
  }
})
