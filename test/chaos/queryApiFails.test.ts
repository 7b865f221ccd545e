import { describe, it } from 'vitest'
import { makeBed, ruleFile } from '../support/bed.ts'
import type { QueryMode } from '../support/queryApi.ts'
import { alertsOf, rulesOf } from '../support/serviceApi.ts'
import { until } from '../support/until.ts'

const FAILURES: ReadonlyArray<readonly [QueryMode, RegExp]> = [
  ['down', /datasource scripted \(http:.*\) refused the connection/],
  ['hanging', /did not answer/],
  ['html', /HTML/],
  ['error 500', /answered 500 Internal Server Error: out of memory/],
  ['truncated', /datasource scripted/],
  ['partial', /answered partially/],
]

describe.concurrent('while the query API', () => {
  it('is down, hangs, shows a login page, fails, breaks off or answers partially, firing alerts stay firing and the rule says why', async ({
    expect,
    onTestFinished,
  }) => {
    const bed = await makeBed({
      rules: { 'a.yml': ruleFile('a', { alert: 'Failing', expr: 'errors > 0' }) },
    })
    onTestFinished(() => bed.close())
    bed.query.set('errors > 0', [{ labels: { n: '1' } }, { labels: { n: '2' } }])
    const service = await bed.start()
    await until('both are told', () => bed.sink.accepted().length === 2)

    for (const [mode, message] of FAILURES) {
      await bed.query.mode(mode)
      const failing = await until(`the rule fails because the API is ${mode}`, async () => {
        const [rule] = await rulesOf(service)
        return rule?.health === 'err' ? rule : null
      })
      expect(failing.lastError).toMatch(message)
      expect((await alertsOf(service, 'firing')).length).toBe(2)
      await bed.query.mode('ok')
      await until('the rule is evaluated again', async () => {
        return (await rulesOf(service))[0]?.health === 'ok'
      })
    }
    expect((await alertsOf(service, 'firing')).length).toBe(2)
    expect(bed.sink.hooks.map(({ status }) => status)).toEqual(['firing', 'firing'])

    bed.query.set('errors > 0', [])
    await until('the real end is told', () => bed.sink.accepted().length === 4)
    expect(bed.sink.hooks.slice(2).map(({ status }) => status)).toEqual(['resolved', 'resolved'])
  }, 60_000)

  it('fails for longer than evaluator.failure_alert_after, an alert says so once, and resolves after the recovery', async ({
    expect,
    onTestFinished,
  }) => {
    const bed = await makeBed({
      rules: { 'a.yml': ruleFile('a', { alert: 'Failing', expr: 'errors > 0' }) },
      settings: { evaluator: { lease: '3s', failure_alert_after: '2s' } },
    })
    onTestFinished(() => bed.close())
    bed.query.set('errors > 0', [{ labels: { n: '1' } }])
    const service = await bed.start()
    await until('the alert is told', () => bed.sink.accepted().length === 1)
    await bed.query.mode('error 500')
    await until('the failure is told', () => bed.sink.accepted().length === 2)
    await bed.query.mode('ok')
    await until('the recovery is told', () => bed.sink.accepted().length === 3)
    const [, failing, recovered] = bed.sink.accepted()
    expect(failing).toMatchObject({ status: 'firing' })
    expect(failing?.alerts[0]?.labels).toMatchObject({
      alertname: 'TocsinEvaluationFailing',
      severity: 'critical',
    })
    expect(failing?.alerts[0]?.annotations['description']).toContain(
      'answered 500 Internal Server Error: out of memory',
    )
    expect(recovered).toMatchObject({ status: 'resolved', groupKey: failing?.groupKey })
    expect((await alertsOf(service, 'firing')).map(({ labels }) => labels['alertname'])).toEqual([
      'Failing',
    ])
  }, 60_000)
})
