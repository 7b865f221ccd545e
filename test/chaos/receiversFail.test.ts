import { afterAll, beforeAll, describe, it } from 'vitest'
import { makeBed, QUICK_GROUPS } from '../support/bed.ts'
import type { Bed } from '../support/bed.ts'
import { rowsOf } from '../support/serviceApi.ts'
import type { ListedRow } from '../support/serviceApi.ts'
import { until } from '../support/until.ts'

let bed: Bed

/** The longer pauses after more failures would show if a receiver that is back were not told at once. */
const DELIVERY = { retry_min: '500ms', retry_max: '30s', retry_slow: '1m' }

beforeAll(async () => {
  bed = await makeBed((b) => ({
    notifications: notifications(b),
    settings: { delivery: DELIVERY },
  }))
  await bed.start()
}, 60_000)
afterAll(() => bed.close())

function notifications({ inbox, sink }: Bed): Record<string, unknown> {
  const mail = (to: string): object => ({
    to,
    from: 'tocsin@example.org',
    smarthost: `127.0.0.1:${inbox.smtpPort}`,
    require_tls: false,
  })
  const hooks = (...names: readonly string[]): object => ({
    webhook_configs: names.map((name) => ({ url: sink.to(name) })),
  })
  const names = ['mail', 'refused', 'pair', 'stuck', 'flaky']
  return {
    route: {
      receiver: 'ops',
      group_by: ['...'],
      ...QUICK_GROUPS,
      routes: names.map((name) => ({ receiver: name, matchers: [`to="${name}"`] })),
    },
    receivers: [
      { name: 'ops', ...hooks('ops') },
      { name: 'mail', email_configs: [mail('on-call@example.org')] },
      { name: 'refused', email_configs: [mail('refused@example.org')], fallback: 'ops' },
      { name: 'pair', ...hooks('hanging', 'quick') },
      { name: 'stuck', ...hooks('stuck') },
      { name: 'flaky', ...hooks('flaky') },
    ],
  }
}

async function post(to: string, count = 1): Promise<void> {
  const endsAt = new Date(Date.now() + 3_600_000).toISOString()
  const alerts = Array.from({ length: count }, (_, n) => ({
    labels: { alertname: 'Down', to, n: String(n) },
    endsAt,
  }))
  const { status, text } = await bed.service.post('/api/v2/alerts', alerts)
  if (status !== 200) throw new Error(text)
}

/** Rows of one receiver in the ledger, once `isDone` holds for them. */
function rows(
  receiver: string,
  isDone: (rows: readonly ListedRow[]) => boolean,
): Promise<readonly ListedRow[]> {
  return until(`the ledger of ${receiver} is as it should be`, async () => {
    const all = (await rowsOf(bed.service)).filter((row) => row.receiver === receiver)
    return all.length > 0 && isDone(all) ? all : null
  })
}
const hasEnded = (all: readonly ListedRow[]): boolean =>
  all.every(({ status }) => status === 'delivered' || status === 'dead')

describe.concurrent('a receiver that', () => {
  it('is a mail server that says 451 and then accepts gets one mail, by two attempts', async ({
    expect,
  }) => {
    bed.inbox.fail('email', { smtpCode: 451 })
    await post('mail')
    const [row] = await rows('mail', hasEnded)
    expect(row?.attempts.map(({ result }) => result)).toEqual(['retry', 'delivered'])
    expect(row?.attempts[0]?.answer).toContain('451')
    expect(bed.inbox.messages().filter(({ kind }) => kind === 'email')).toHaveLength(1)
  })

  it('is a mail server that says 550 leaves a dead letter with its words, and the fallback hears it', async ({
    expect,
  }) => {
    await post('refused')
    const [row] = await rows('refused', hasEnded)
    expect(row).toMatchObject({ status: 'dead' })
    expect(row?.note).toMatch(/550 5\.1\.1 No such user here/)
    const told = await until('the fallback is told', () => {
      return bed.sink.accepted('ops').find(({ alerts }) => alerts[0]?.labels['to'] === 'refused')
    })
    expect(told.reason).toBe('fallback for another receiver')
  })

  it('hangs does not delay the others, times out, and is asked again', async ({ expect }) => {
    bed.sink.behave('stuck', 'hang')
    bed.sink.behave('hanging', 'hang')
    await post('stuck', 200)
    await until('sends hang', () => bed.sink.hooks.some(({ to }) => to === 'stuck'))
    await post('pair')
    await until('the hanging one is asked', () => bed.sink.hooks.some((h) => h.to === 'hanging'))
    await until('the other one has it', () => bed.sink.accepted('quick').length === 1, {
      withinMs: 1_500, // less than the time an attempt may take
    })
    const waiting = (await rowsOf(bed.service)).filter(({ receiver }) => receiver === 'pair')
    expect(waiting.map(({ status }) => status).toSorted()).toEqual(['delivered', 'sending'])
    bed.sink.behave('hanging', 'ok')
    bed.sink.behave('stuck', 'ok')
    const all = await rows('pair', hasEnded)
    const hung = all.find(({ attempts }) => attempts.length > 1)
    expect(hung?.attempts.map(({ result }) => result)).toEqual(['retry', 'delivered'])
    expect(hung?.attempts[0]?.answer).toMatch(/no answer|time/i)
    const keys = bed.sink.hooks.filter(({ to }) => to === 'hanging').map(({ key }) => key)
    expect(keys).toEqual([hung?.id, hung?.id])
  })

  it('answers 503 for a while gets everything at once when it is back', async ({ expect }) => {
    bed.sink.behave('flaky', { status: 503 })
    await post('flaky', 40)
    const failures = (): number => bed.sink.hooks.filter(({ to }) => to === 'flaky').length
    await until('it failed for a while', () => failures() > 20)
    bed.sink.behave('flaky', 'ok')
    await until('all are told', () => bed.sink.accepted('flaky').length === 40)
    const [first] = bed.sink.accepted('flaky')
    const last = bed.sink.accepted('flaky').at(-1)
    expect((last?.at ?? 0) - (first?.at ?? 0)).toBeLessThan(2_000)
    const all = await rows('flaky', hasEnded)
    expect(all.filter(({ status }) => status === 'delivered')).toHaveLength(40)
  })
})
