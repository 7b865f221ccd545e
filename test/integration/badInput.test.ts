import { afterAll, beforeAll, describe, it } from 'vitest'
import { makeBed, ruleFile } from '../support/bed.ts'
import type { Bed } from '../support/bed.ts'
import { alertsOf, rulesOf } from '../support/serviceApi.ts'
import { until } from '../support/until.ts'
import type { Hook } from '../support/webhookSink.ts'

let bed: Bed
const HUGE = 'x'.repeat(10 * 1_048_576)
const BOMB = [
  'a: &a [x, x, x, x, x, x, x, x, x, x]',
  ...['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map((name, i) => {
    const before = `*${'abcdefgh'[i]}`
    return `${name}: &${name} [${Array.from({ length: 10 }, () => before).join(', ')}]`
  }),
  'groups: *i',
].join('\n')

beforeAll(async () => {
  bed = await makeBed({ rules: { 'good.yml': ruleFile('good', { alert: 'Good', expr: 'g > 0' }) } })
  await bed.start()
}, 60_000)
afterAll(() => bed.close())

async function post(body: string): Promise<number> {
  const response = await fetch(`${bed.service.url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  return response.status
}

const endsAt = new Date(Date.now() + 3_600_000).toISOString()
const hookOf = (alertname: string): Promise<Hook> =>
  until(`${alertname} is told`, () =>
    bed.sink.accepted().find(({ alerts }) => alerts[0]?.labels['alertname'] === alertname),
  )
/** Problems of one rule file, as the API tells them. */
async function problemsOf(name: string): Promise<string> {
  const { json } = await bed.service.get('/v1/rules')
  const { files } = json as { files: Array<{ file: string; problems: unknown[] }> }
  return JSON.stringify(files.find(({ file }) => file.endsWith(name))?.problems ?? null)
}

describe('the service stays up and says what is wrong when it gets', () => {
  it('an annotation of 10 MB, by the API', async ({ expect }) => {
    const alerts = [{ labels: { alertname: 'Huge' }, annotations: { text: HUGE }, endsAt }]
    expect(await post(JSON.stringify(alerts))).toBe(200)
    const { alerts: told } = await hookOf('Huge')
    expect(told[0]?.annotations['text']?.length).toBeGreaterThan(1_000)
  })

  it('an annotation of 10 MB, in a rule', async ({ expect }) => {
    bed.write(
      'rules/huge.yml',
      ruleFile('huge', { alert: 'HugeRule', expr: 'h > 0', annotations: { text: HUGE } }),
    )
    await until('it was looked at', async () => (await problemsOf('huge.yml')) !== 'null')
    expect(await problemsOf('huge.yml')).toContain(
      'rule 1 \\"HugeRule\\": text is 10 MiB: one text may have 1 MiB',
    )
    bed.write('rules/huge.yml', '')
  })

  it('a label named __proto__, by the API and in a rule', async ({ expect }) => {
    const labels = '{"alertname":"Proto","__proto__":"polluted"}'
    expect(await post(`[{"labels":${labels},"endsAt":"${endsAt}"}]`)).toBe(200)
    const posted = await hookOf('Proto')
    expect(Object.entries(posted.alerts[0]?.labels ?? {})).toContainEqual(['__proto__', 'polluted'])

    bed.query.set('p > 0', [{ labels: {} }])
    bed.write(
      'rules/proto.yml',
      'groups: [{name: p, interval: 1s, rules: [{alert: ProtoRule, expr: p > 0, labels: {__proto__: polluted}}]}]',
    )
    await until('it was looked at', async () => (await problemsOf('proto.yml')) !== 'null')
    const problems = await problemsOf('proto.yml')
    if (problems === '[]') {
      const { alerts } = await hookOf('ProtoRule')
      const entries = Object.entries(alerts[0]?.labels ?? {})
      expect(entries).toContainEqual(['__proto__', 'polluted'])
    } else expect(problems).toContain('__proto__')
    expect(Object.keys(await alertsOf(bed.service, 'firing'))).not.toContain('polluted')
  })

  it('a YAML bomb, an empty file, and a file that is no YAML', async ({ expect }) => {
    bed.write('rules/bomb.yml', BOMB)
    bed.write('rules/empty.yml', '')
    bed.write('rules/binary.yml', '\u0000\u0001: [')
    await until('all were looked at', async () => (await problemsOf('bomb.yml')) !== 'null')
    expect(await problemsOf('bomb.yml')).toMatch(/alias/i)
    expect(await problemsOf('empty.yml')).toMatch(/null|\[\]/)
    expect(await problemsOf('binary.yml')).not.toMatch(/^(null|\[\])$/)
  })

  it('and goes on with what is good', async ({ expect }) => {
    bed.query.set('g > 0', [{ labels: { n: '1' } }])
    await hookOf('Good')
    expect((await rulesOf(bed.service)).find(({ name }) => name === 'Good')?.health).toBe('ok')
    expect(bed.service.ended).toBe(false)
  })
})

it('a folder without rules is said to be one, and the service runs', async ({
  expect,
  onTestFinished,
}) => {
  const empty = await makeBed()
  onTestFinished(() => empty.close())
  const service = await empty.start()
  expect(await service.manage('GET', '/-/ready')).toMatchObject({ status: 200 })
  expect(service.log.map(({ msg }) => msg ?? '').join('\n')).toContain(
    'no rule file matches this path',
  )
})
