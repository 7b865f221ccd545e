import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { startInbox } from '../../src/demo/inbox/inbox.ts'
import type { Inbox } from '../../src/demo/inbox/inbox.ts'
import { createPagerduty, pagerdutyV1 } from '../../src/demo/inbox/pagerduty.ts'
import type { Provider } from '../../src/demo/inbox/provider.ts'
import { createSlack } from '../../src/demo/inbox/slack.ts'
import { createTwilio } from '../../src/demo/inbox/twilio.ts'
import { webhook } from '../../src/demo/inbox/webhook.ts'
import type { MessageAlert, MessageData, Outgoing } from '../../src/notifiers/notifier.ts'
import { renderPagerduty } from '../../src/notifiers/pagerduty/render.ts'
import { renderSlack } from '../../src/notifiers/slack/render.ts'
import { renderSms } from '../../src/notifiers/sms/render.ts'
import { renderWebhook } from '../../src/notifiers/webhook/render.ts'
import { cut, cutBytes, formatCount } from '../../src/notifiers/message/cut.ts'
import {
  alert,
  manyAlerts,
  messageData,
  NO_SIGNAL,
  NOW,
  openNotifier,
  outgoing,
  settingsOf,
  TEMPLATES,
} from './support/harness.ts'

const SID = `AC${'0'.repeat(32)}`
const KEY = 'k'.repeat(32)
/** Fields that take whatever the alerts say, and lists without a limit of their own. */
const WILD = {
  webhook: 'url: http://h/',
  pagerduty: `routing_key: ${KEY}
severity: "{{ .CommonLabels.x }}"
class: "{{ .CommonLabels.x }}"
source: "{{ .CommonLabels.x }}"
client_url: "{{ .CommonLabels.x }}"
details: {mine: '{{ range .Alerts }}{{ .Labels }}{{ end }}', "{{ .CommonLabels.x }}": [x, {"{{ .CommonLabels.x }}": '{{ .Alerts | toJson }}'}]}
images: [{src: "{{ .CommonLabels.x }}", alt: "{{ .CommonLabels.x }}"}]
links: [{href: "{{ .CommonLabels.x }}", text: "{{ .CommonLabels.x }}"}]`,
  slack: `api_url: http://s/
text: '{{ range .Alerts }}{{ .Labels }} {{ .Annotations }}{{ end }}'
message_text: '{{ .CommonLabels.x }}'
pretext: '{{ .CommonLabels.x }}'
footer: '{{ .CommonLabels.x }}'
image_url: '{{ .CommonLabels.x }}'
fields: [${Array(60).fill("{title: '{{ .CommonLabels.x }}', value: '{{ .CommonLabels.x }}'}").join(', ')}]
actions: [${Array(9).fill("{type: button, text: '{{ .CommonLabels.x }}', url: '{{ .CommonLabels.x }}'}").join(', ')}]`,
  sms: `account_sid: ${SID}
auth_token: t
from: "+15550100"
to: "+15550101"
text: '{{ range .Alerts }}{{ .Labels }}{{ end }}'`,
}

const templates = TEMPLATES

function form(text: string): string {
  return new URLSearchParams({ To: '+15550101', From: '+15550100', Body: text }).toString()
}

/** Renders a message of a kind with these settings and shows it to the strict provider; resolves to its answer. */
function accepted(kind: keyof typeof WILD, item: string, message: Outgoing): string {
  const ask = (
    provider: Provider,
    path: string,
    body: string,
    type = 'application/json',
  ): string => {
    const authorization = `Basic ${btoa(`${SID}:t`)}`
    const answer = provider({ path, headers: { 'content-type': type, authorization }, body })
    return `${answer.status} ${answer.arrival === null ? answer.body : 'accepted'}`
  }
  switch (kind) {
    case 'webhook': {
      const { body } = renderWebhook(settingsOf(kind, item), 'http://h/', message, templates)
      return ask(webhook, '/webhook', Buffer.concat(body).toString())
    }
    case 'pagerduty': {
      const { body } = renderPagerduty(settingsOf(kind, item), KEY, message, templates)
      return ask(createPagerduty(), '/v2/enqueue', body.toString())
    }
    case 'slack': {
      const { body } = renderSlack(settingsOf(kind, item), message, templates)
      return ask(
        createSlack(() => NOW),
        '/services/T0/B0/x',
        body.toString(),
      )
    }
    case 'sms': {
      const { text } = renderSms(settingsOf(kind, item), message, templates)
      const path = `/2010-04-01/Accounts/${SID}/Messages.json`
      return ask(createTwilio(), path, form(text), 'application/x-www-form-urlencoded')
    }
  }
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 50 }),
  fc.constantFrom(
    '',
    ' ',
    '\n',
    '\u0000',
    '\ud800',
    '<script>',
    '{{',
    '"',
    '\\',
    '\u2028',
    '__proto__',
    'v:',
    '- a: [',
    '{"a":',
  ),
  fc
    .tuple(
      fc.constantFrom('x', '<', '😀', '\\', '\u0001', 'ж'),
      fc.integer({ min: 500, max: 60_000 }),
    )
    .map(([c, n]) => c.repeat(n)),
)
const anyLabels = fc.dictionary(
  fc.oneof(fc.constantFrom('alertname', 'x', 'summary'), anyText),
  anyText,
  { maxKeys: 6 },
)
const anyAlert: fc.Arbitrary<MessageAlert> = fc
  .record({ labels: anyLabels, annotations: anyLabels, isOver: fc.boolean(), url: anyText })
  .map(({ labels, annotations, isOver, url }) =>
    alert(labels, {
      annotations,
      status: isOver ? 'resolved' : 'firing',
      endsAt: isOver ? NOW : null,
      generatorURL: url,
    }),
  )
const anyMessage: fc.Arbitrary<Outgoing> = fc
  .record({
    few: fc.array(anyAlert, { minLength: 1, maxLength: 4 }),
    times: fc.constantFrom(1, 1, 40, 700),
    labels: anyLabels,
    notice: anyText,
    receiver: anyText,
    groupKey: anyText,
  })
  .map(({ few, times, labels, ...rest }) => {
    // Many alerts of absurd length would measure the machine, not the limits.
    const isHuge = JSON.stringify(few).length > 20_000
    const alerts = Array.from({ length: isHuge ? 1 : times }, () => few).flat()
    const data: MessageData = messageData({
      ...rest,
      alerts,
      groupLabels: labels,
      commonLabels: labels,
    })
    return { data, idempotencyKey: 'n-1', memo: {} }
  })

describe.each(['webhook', 'pagerduty', 'slack', 'sms'] as const)('%s', (kind) => {
  test('whatever the alerts say, the provider accepts the message', () => {
    const answer =
      kind === 'webhook' ? 200 : kind === 'pagerduty' ? 202 : kind === 'slack' ? 200 : 201
    fc.assert(
      fc.property(anyMessage, (message) => {
        expect(accepted(kind, WILD[kind], message)).toBe(`${answer} accepted`)
      }),
      { numRuns: 40 },
    )
  })

  test('so it does when every template fails', () => {
    const failing = WILD[kind]
      .replaceAll(/\{\{ (?:range|\.C).*?\}\}/g, '{{ .Nope }}')
      .replaceAll('{{ end }}', '')
      .replaceAll(/\{\{ \.(?:Labels|Annotations) \}\}/g, '')
    expect(accepted(kind, failing, outgoing())).toMatch(/^20\d accepted$/)
  })
})

test('the older PagerDuty API accepts a summary of any length', () => {
  const settings = settingsOf('pagerduty', "service_key: s\ndescription: '{{ .CommonLabels.x }}'")
  fc.assert(
    fc.property(anyMessage, (message) => {
      const { body } = renderPagerduty(settings, 's', message, templates)
      const answer = pagerdutyV1({ path: '/', headers: {}, body: body.toString() })
      expect(answer.status).toBe(200)
    }),
    { numRuns: 30 },
  )
})

describe('all kinds together, with the built-in templates', () => {
  let inbox: Inbox
  beforeAll(async () => {
    inbox = await startInbox({ host: '127.0.0.1', port: 0, smtpPort: 0, onMessage: () => {} })
  })
  afterAll(() => inbox.close())

  const items = () => ({
    email: `to: a@b.example\nfrom: t@b.example\nsmarthost: 127.0.0.1:${inbox.smtpPort}\nrequire_tls: false`,
    pagerduty: `routing_key: ${KEY}\nurl: ${inbox.url}/v2/enqueue`,
    slack: `api_url: ${inbox.url}/services/T0/B0/x`,
    sms: `account_sid: ${SID}\nauth_token: t\nfrom: "+15550100"\nto: "+15550101"\napi_url: ${inbox.url}`,
    webhook: `url: ${inbox.url}/webhook`,
  })

  it.each(['email', 'pagerduty', 'slack', 'sms', 'webhook'] as const)(
    '%s is sent without a warning, with a notice that can be seen',
    async (kind) => {
      inbox.clear()
      const notifier = openNotifier(kind, items()[kind], { templates })
      const receipt = await notifier.send(
        outgoing({ notice: 'ended before it could be delivered' }),
        NO_SIGNAL,
      )
      await notifier.close()
      expect(receipt.answer).not.toContain('warning')
      const [message] = inbox.messages()
      expect(message?.kind).toBe(kind)
      expect(message?.headline).toMatch(/Disk/)
      expect(JSON.stringify(message)).toContain('ended before it could be delivered')
    },
  )

  it.each(['email', 'pagerduty', 'slack', 'sms', 'webhook'] as const)(
    '%s of 20,000 alerts is made quickly',
    async (kind) => {
      inbox.clear()
      const notifier = openNotifier(kind, items()[kind], { templates })
      const start = process.cpuUsage()
      await notifier.send(outgoing({ alerts: manyAlerts(20_000) }), NO_SIGNAL)
      const { user, system } = process.cpuUsage(start)
      await notifier.close()
      expect(inbox.messages()).toHaveLength(1)
      expect((user + system) / 1e6).toBeLessThan(4)
      if (kind === 'email' || kind === 'sms') {
        expect(JSON.stringify(inbox.messages())).toMatch(/and 1\d,\d\d\d more/)
      }
    },
  )

  test('an e-mail about anything is accepted', async () => {
    const notifier = openNotifier(
      'email',
      `${items().email}\ntext: '{{ range .Alerts }}{{ .Labels }}{{ end }}'\nheaders: {X-Label: '{{ .CommonLabels.x }}'}`,
      { templates },
    )
    await fc.assert(
      fc.asyncProperty(anyMessage, async (message) => {
        expect((await notifier.send(message, NO_SIGNAL)).answer).toMatch(/^250 /)
      }),
      { numRuns: 20 },
    )
    await notifier.close()
  })
})

test('a cut text keeps whole characters and its length', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.nat(60), (text, max) => {
      const short = cut(text, max)
      expect(short.length).toBeLessThanOrEqual(max)
      expect(short).toBe(Buffer.from(short).toString())
      if (text.length <= max) expect(short).toBe(text)
      const bytes = cutBytes(text, max + 3)
      expect(Buffer.byteLength(bytes)).toBeLessThanOrEqual(max + 3)
      expect(bytes).not.toContain('\ufffd')
    }),
  )
})

it.each([
  [0, '0'],
  [999, '999'],
  [4812, '4,812'],
  [1_234_567, '1,234,567'],
])('%d is written %s', (count, want) => expect(formatCount(count)).toBe(want))
