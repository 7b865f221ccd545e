import { describe, it } from 'vitest'
import { makeBed, ruleFile, toSink } from '../support/bed.ts'
import type { Bed } from '../support/bed.ts'
import { alertsOf, rulesOf } from '../support/serviceApi.ts'
import { pause, until } from '../support/until.ts'

/** So long that only what the test does loads anything. */
const NEVER = { watch_interval: '1h' }
const RULE_A = { alert: 'A', expr: 'a > 0' }
const BROKEN_RULES = 'groups:\n  - name: a\n    rules:\n      - alert: A\n        expr: "a >"\n'
const BROKEN_ROUTES = 'route:\n  receiver: nobody\nreceivers: []\n'

async function post(bed: Bed, n: string): Promise<void> {
  const endsAt = new Date(Date.now() + 3_600_000).toISOString()
  const alerts = [{ labels: { alertname: 'Posted', n }, endsAt }]
  const { status } = await bed.service.post('/api/v2/alerts', alerts)
  if (status !== 200) throw new Error(`the post was answered ${status}`)
}

const toldOf = ({ sink }: Bed): Array<string | undefined> =>
  sink.accepted().flatMap((hook) => hook.alerts.map(({ labels }) => labels['n']))

describe.concurrent('a reload', () => {
  it('keeps the last good version of a broken rule file, and takes what is good in the others', async ({
    expect,
    onTestFinished,
  }) => {
    const bed = await makeBed({
      rules: { 'a.yml': ruleFile('a', RULE_A), 'b.yml': ruleFile('b') },
      settings: NEVER,
    })
    onTestFinished(() => bed.close())
    bed.query.set('a > 0', [{ labels: { n: 'a' } }])
    bed.query.set('b > 0', [{ labels: { n: 'b' } }])
    const service = await bed.start()
    await until('A is told', () => toldOf(bed).includes('a'))

    bed.write('rules/a.yml', BROKEN_RULES)
    bed.write('rules/b.yml', ruleFile('b', { alert: 'B', expr: 'b > 0' }))
    await service.signal('SIGHUP')
    await until('B is told', () => toldOf(bed).includes('b'))
    const refused = await service.manage('POST', '/-/reload')
    expect(refused.status).toBe(500)
    expect(refused.text).toMatch(/a\.yml:5:\d+: /)
    expect((await rulesOf(service)).map(({ name, health }) => [name, health])).toEqual([
      ['A', 'ok'],
      ['B', 'ok'],
    ])
    expect(await alertsOf(service, 'firing')).toHaveLength(2)

    bed.write('rules/a.yml', ruleFile('a', RULE_A))
    expect(await service.manage('POST', '/-/reload')).toMatchObject({ status: 200 })
    expect(bed.sink.hooks.map(({ status }) => status)).toEqual(['firing', 'firing'])
  }, 60_000)

  it('keeps the routes of before when the alertmanager.yml is broken, over a restart too', async ({
    expect,
    onTestFinished,
  }) => {
    const bed = await makeBed({ settings: NEVER })
    onTestFinished(() => bed.close())
    const first = await bed.start()
    bed.write('alertmanager.yml', BROKEN_ROUTES)
    const refused = await first.manage('POST', '/-/reload')
    expect(refused.status).toBe(500)
    expect(refused.text).toMatch(/alertmanager\.yml:2:\d+: .*nobody/)
    await post(bed, 'before the restart')
    await until('it is told', () => toldOf(bed).includes('before the restart'))
    expect(await first.signal('SIGTERM')).toBe(0)

    const second = await bed.start()
    await post(bed, 'after the restart')
    await until('it is told', () => toldOf(bed).includes('after the restart'))
    expect((await second.get('/v1/status')).json).toMatchObject({
      ready: true,
      notificationFile: { stale: true, problems: [{ line: 2 }] },
    })
    expect(toldOf(bed)).toHaveLength(2)
  }, 60_000)

  it('takes over what changed in a template file only', async ({ expect, onTestFinished }) => {
    const bed = await makeBed((b) => ({
      notifications: {
        templates: ['*.tmpl'],
        route: { receiver: 'chat', group_by: ['...'], group_wait: '0s' },
        receivers: [
          {
            name: 'chat',
            slack_configs: [
              {
                api_url: `${b.inbox.url}/slack`,
                channel: '#on-call',
                title: '{{ template "mine" . }}',
              },
            ],
          },
        ],
      },
      settings: NEVER,
    }))
    onTestFinished(() => bed.close())
    const headlines = (): string[] => bed.inbox.messages().map(({ headline }) => headline)
    bed.write('mine.tmpl', '{{ define "mine" }}the old text{{ end }}')
    await bed.start()
    await post(bed, '1')
    await until('it is told', () => headlines().includes('the old text'))
    bed.write('mine.tmpl', '{{ define "mine" }}the new text{{ end }}')
    expect(await bed.service.manage('POST', '/-/reload')).toMatchObject({ status: 200 })
    await post(bed, '2')
    await until('it is told', () => headlines().includes('the new text'))
  }, 60_000)

  it('every 100 ms neither delays a group that fires nor makes it tell anything twice', async ({
    expect,
    onTestFinished,
  }) => {
    const routes = (b: Bed, text: string): object => ({
      ...toSink(b, { group_by: ['alertname'], group_wait: '1s', group_interval: '2s' }),
      templates: [`${text}.tmpl`],
    })
    const rules = (text: string): object =>
      ruleFile('a', { ...RULE_A, annotations: { summary: text } })
    const bed = await makeBed((b) => ({
      rules: { 'a.yml': rules('0') },
      notifications: routes(b, '0'),
      settings: NEVER,
    }))
    onTestFinished(() => bed.close())
    const service = await bed.start()
    let count = 0
    const reloading = setInterval(() => {
      bed.write('alertmanager.yml', routes(bed, String(count)))
      bed.write('rules/a.yml', rules(String(count++)))
      void service.signal('SIGHUP')
    }, 100)
    onTestFinished(() => clearInterval(reloading))
    bed.query.set('a > 0', [{ labels: { n: '1' } }])
    await until('the first is told', () => bed.sink.accepted().length === 1)
    const [firing] = await alertsOf(service, 'firing')
    const waitedMs = (bed.sink.hooks[0]?.at ?? 0) - Date.parse(firing?.startsAt ?? '')
    expect(waitedMs).toBeGreaterThan(900)
    expect(waitedMs).toBeLessThan(2_500)

    bed.query.set('a > 0', [{ labels: { n: '1' } }, { labels: { n: '2' } }])
    await until('the second is told', () => bed.sink.accepted().length === 2)
    await pause(2_500) // another tick of the group
    clearInterval(reloading)
    expect(count).toBeGreaterThan(20)
    await until('the last change is in use', async () => {
      const { json } = await service.get('/v1/rules')
      return JSON.stringify(json).includes(`"summary":"${count - 1}"`)
    })
    expect(toldOf(bed).map(String).toSorted()).toEqual(['1', '1', '2'])
    expect(bed.sink.hooks.map(({ reason }) => reason)).toEqual([
      'first notification',
      'new alerts added',
    ])
  }, 60_000)
})
