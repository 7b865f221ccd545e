import { afterEach, expect, it } from 'vitest'
import { makeBed, ruleFile } from '../support/bed.ts'
import type { Bed } from '../support/bed.ts'
import { runProgram } from '../support/service.ts'
import { alertsOf, isDelivered } from '../support/serviceApi.ts'
import { pause, until } from '../support/until.ts'
import type { HookAlert } from '../support/webhookSink.ts'

let bed: Bed
afterEach(() => bed.close())

const EXPR = 'queue_depth > 100'
const KINDS = ['email', 'pagerduty', 'slack', 'sms', 'webhook'] as const

function onCall({ inbox }: Bed, sendResolved: readonly string[]): Record<string, unknown> {
  const resolved = (kind: string): object => ({ send_resolved: sendResolved.includes(kind) })
  return {
    route: {
      receiver: 'on-call',
      group_by: ['alertname'],
      group_wait: '1s',
      group_interval: '1s',
      repeat_interval: '2s',
    },
    receivers: [
      {
        name: 'on-call',
        slack_configs: [
          { ...resolved('slack'), api_url: `${inbox.url}/slack`, channel: '#on-call' },
        ],
        email_configs: [
          {
            ...resolved('email'),
            to: 'on-call@example.org',
            from: 'tocsin@example.org',
            smarthost: `127.0.0.1:${inbox.smtpPort}`,
            require_tls: false,
          },
        ],
        pagerduty_configs: [
          {
            ...resolved('pagerduty'),
            url: `${inbox.url}/pagerduty/v2/enqueue`,
            routing_key: 'test'.repeat(8),
          },
        ],
        sms_configs: [
          {
            ...resolved('sms'),
            api_url: `${inbox.url}/twilio`,
            account_sid: `AC${'0'.repeat(32)}`,
            auth_token: 'test',
            from: '+15005550006',
            to: ['+15005550010'],
          },
        ],
        webhook_configs: [{ ...resolved('webhook'), url: `${inbox.url}/webhook` }],
      },
    ],
  }
}

it('takes a rule through pending to one grouped message for each of five kinds, repeats it until somebody acknowledges, and tells the end where it is wanted', async () => {
  bed = await makeBed((b) => ({
    rules: {
      'queues.yml': ruleFile('queues', {
        alert: 'QueueTooLong',
        expr: EXPR,
        for: '2s',
        labels: { severity: 'critical' },
        annotations: { summary: '{{ $value }} wait in {{ $labels.queue }}' },
      }),
    },
    notifications: onCall(b, ['email', 'pagerduty', 'webhook']),
  }))
  bed.query.set(EXPR, [
    { labels: { __name__: 'queue_depth', queue: 'mail' }, value: 120 },
    { labels: { __name__: 'queue_depth', queue: 'video' }, value: 250 },
  ])
  await bed.start()
  const counts = (): Record<string, number> =>
    Object.fromEntries(
      KINDS.map((kind) => [kind, bed.inbox.messages().filter((m) => m.kind === kind).length]),
    )

  await until('both alerts are pending', async () => {
    return (await alertsOf(bed.service, 'pending')).length === 2
  })
  expect(bed.inbox.messages()).toEqual([])

  await until('all five kinds were told once', () => KINDS.every((kind) => counts()[kind] === 1))
  const webhook = bed.inbox.messages().find((m) => m.kind === 'webhook')
  const { alerts } = (webhook?.['body'] ?? {}) as { alerts: readonly HookAlert[] }
  expect(alerts.map(({ annotations }) => annotations['summary'] ?? '').toSorted()).toEqual([
    '120 wait in mail',
    '250 wait in video',
  ])
  expect(alerts[0]?.labels['severity']).toBe('critical')

  await until('all five kinds were told again', () =>
    KINDS.every((kind) => (counts()[kind] ?? 0) >= 2),
  )
  for (const { fingerprint } of await alertsOf(bed.service)) {
    const { code, out, err } = await runProgram(['ack', fingerprint, '--url', bed.service.url])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain(`QueueTooLong (${fingerprint}) acknowledged by tester`)
  }
  await until('nothing is under way', () => isDelivered(bed.service))
  const acknowledged = counts()
  await pause(4_500) // two repeat intervals
  expect(counts()).toEqual(acknowledged)

  bed.inbox.clear()
  bed.query.set(EXPR, [])
  await until('the end was told', () => bed.inbox.messages().length >= 3)
  await pause(1_500)
  expect(counts()).toEqual({ email: 1, pagerduty: 1, slack: 0, sms: 0, webhook: 1 })
  expect(bed.inbox.messages().find((m) => m.kind === 'webhook')?.headline).toMatch(/^resolved: /)
}, 60_000)
