import { createHash } from 'node:crypto'
import { describe, expect, it, test } from 'vitest'
import { renderEmail } from '../../src/notifiers/email/render.ts'
import { renderPagerduty } from '../../src/notifiers/pagerduty/render.ts'
import { renderSlack } from '../../src/notifiers/slack/render.ts'
import { renderSms } from '../../src/notifiers/sms/render.ts'
import { renderWebhook } from '../../src/notifiers/webhook/render.ts'
import type { Outgoing } from '../../src/notifiers/notifier.ts'
import {
  alert,
  DISK,
  manyAlerts,
  NOW,
  outgoing,
  settingsOf,
  TEMPLATES,
  NOPE,
} from './support/harness.ts'

const SMS = `account_sid: AC${'0'.repeat(32)}\nauth_token: t\nfrom: "+15550100"\nto: "+15550101"`
const MAIL = 'to: a@b.example\nfrom: Tocsin <t@b.example>\nsmarthost: mail:25'
const LINK = 'http://tocsin.example/#/alerts?receiver=ops'

function webhookText(item: string, message: Outgoing): string {
  const settings = settingsOf('webhook', `url: http://h/\n${item}`)
  return Buffer.concat(renderWebhook(settings, 'http://h/', message, TEMPLATES).body).toString()
}

describe('webhook', () => {
  test('the body is that of version 4, byte for byte', () => {
    const data = {
      alerts: [
        alert(DISK),
        alert({ ...DISK, a: '<&>' }, { status: 'resolved', endsAt: NOW + 1000 }),
      ],
    }
    const text = webhookText('', outgoing({ ...data, receiver: 'ops.eu' }))
    const [first, second] = data.alerts.map((a) => a.fingerprint)
    expect(text).toBe(
      '{"receiver":"ops\\\\.eu","status":"firing","alerts":[' +
        '{"status":"firing","labels":{"alertname":"Disk","instance":"h1","severity":"critical"},' +
        '"annotations":{"summary":"disk is full"},"startsAt":"2026-11-20T06:41:34.66Z",' +
        '"endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://prom.example/graph?g0.expr=a\\u0026b",' +
        `"fingerprint":"${first}"},` +
        '{"status":"resolved","labels":{"a":"\\u003c\\u0026\\u003e","alertname":"Disk","instance":"h1","severity":"critical"},' +
        '"annotations":{"summary":"disk is full"},"startsAt":"2026-11-20T06:41:34.66Z",' +
        '"endsAt":"2026-11-20T06:41:35.66Z","generatorURL":"http://prom.example/graph?g0.expr=a\\u0026b",' +
        `"fingerprint":"${second}"}],` +
        '"notification_reason":"first notification","groupLabels":{"alertname":"Disk"},' +
        '"commonLabels":{"alertname":"Disk","instance":"h1","severity":"critical"},' +
        '"commonAnnotations":{"summary":"disk is full"},"routeLabels":{},' +
        '"externalURL":"http://tocsin.example","version":"4","groupKey":"{}:{alertname=\\"Disk\\"}",' +
        '"truncatedAlerts":0}',
    )
  })

  test('max_alerts keeps the first, counts the rest, and looks only at those kept', () => {
    const alerts = [
      alert(DISK, { status: 'resolved', endsAt: NOW }),
      alert({ ...DISK, instance: 'h2' }),
      alert(DISK),
    ]
    const body = JSON.parse(
      webhookText('max_alerts: 1', outgoing({ alerts, commonLabels: {} })),
    ) as Record<string, unknown>
    expect(body).toMatchObject({ status: 'resolved', truncatedAlerts: 2, commonLabels: DISK })
    expect(body['alerts']).toHaveLength(1)
  })

  test.each([
    ['a notice', '', 'sent late', '"notice":"sent late"'],
    [
      'a failed payload',
      'payload: {a: "{{ .Nope }}"}',
      '',
      '"notice":"template of payload failed: template: :1:3',
    ],
  ])('%s is part of the body', (_name, item, notice, want) => {
    expect(webhookText(item, outgoing({ notice }))).toContain(want)
  })

  test('a payload replaces the body, and its texts become values', () => {
    const item = `payload: {n: "{{ len .Alerts }}", "{{ .Status }}": 'yes', list: ["{{ .Status }}", 7], json: '{"a":[1]}', empty: ""}`
    expect(JSON.parse(webhookText(item, outgoing()))).toEqual({
      n: 1,
      firing: true,
      list: ['firing', 7],
      json: { a: [1] },
      empty: null,
    })
  })

  test('names and texts that JSON makes difficult come through', () => {
    const labels = { alertname: '\ud800x', '10': 'ten', '2': 'two', é: '\u2028', z: '"\\\u0000' }
    const body = JSON.parse(webhookText('', outgoing({ alerts: [alert(labels)] }))) as {
      alerts: Array<{ labels: object }>
    }
    expect(body.alerts[0]?.labels).toEqual({ ...labels, alertname: '\ufffdx' })
  })

  test('a hundred thousand alerts take well under a second', () => {
    const message = outgoing({ alerts: manyAlerts(100_000) })
    const settings = settingsOf('webhook', 'url: http://h/')
    renderWebhook(settings, 'http://h/', outgoing({ alerts: manyAlerts(1000) }), TEMPLATES)
    const start = process.cpuUsage()
    const { body } = renderWebhook(settings, 'http://h/', message, TEMPLATES)
    const { user, system } = process.cpuUsage(start)
    const tookMs = (user + system) / 1000
    expect(
      (JSON.parse(Buffer.concat(body).toString()) as { alerts: unknown[] }).alerts,
    ).toHaveLength(100_000)
    expect(Math.max(...body.map((part) => part.length))).toBeLessThan(200_000)
    expect(tookMs).toBeLessThan(2000) // 450 ms of processor time on a machine with two cores
  })
})

describe('PagerDuty', () => {
  const event = (item: string, message: Outgoing = outgoing()) => {
    const settings = settingsOf('pagerduty', `routing_key: R\n${item}`)
    const request = renderPagerduty(settings, 'R', message, TEMPLATES)
    return {
      ...request,
      size: request.body.length,
      event: JSON.parse(request.body.toString()) as Record<string, unknown>,
    }
  }

  test('the event is that of the Events API v2', () => {
    const item =
      'class: c\nseverity: "{{ .CommonLabels.severity }}"\ndetails: {team: "{{ len .Alerts }}", num_firing: x}\nlinks: [{href: http://l, text: t}, {text: no}]\nimages: [{alt: no}]'
    expect(event(item).event).toEqual({
      routing_key: 'R',
      dedup_key: createHash('sha256').update('{}:{alertname="Disk"}').digest('hex'),
      event_action: 'trigger',
      payload: {
        summary: '[FIRING:1] Disk (h1 critical)',
        source: 'Tocsin',
        severity: 'critical',
        class: 'c',
        custom_details: {
          firing: [expect.objectContaining({ status: 'firing', labels: DISK })],
          resolved: [],
          num_firing: 'x',
          num_resolved: 0,
          team: 1,
        },
      },
      client: 'Tocsin',
      client_url: LINK,
      links: [{ href: 'http://l', text: 't' }],
    })
  })

  test.each([
    ['one alert still fires', ['firing', 'resolved'] as const, 'trigger'],
    ['all are over', ['resolved', 'resolved'] as const, 'resolve'],
  ])('the action when %s', (_name, statuses, action) => {
    const alerts = statuses.map((status) => alert(DISK, { status, endsAt: NOW }))
    expect(event('', outgoing({ alerts })).event['event_action']).toBe(action)
  })

  test('a severity that PagerDuty would refuse is sent as error, and said', () => {
    const { event: sent, warnings } = event('severity: page')
    expect(sent['payload']).toMatchObject({
      severity: 'error',
      custom_details: { notice: warnings[0] },
    })
    expect(warnings).toEqual([
      'severity "page" is none of critical, error, warning, info: sent as error',
    ])
  })

  test('a summary that is too long is cut, but never its notice', () => {
    const { event: sent } = event(
      `description: ${'x'.repeat(2000)}`,
      outgoing({ notice: 'sent late' }),
    )
    const { summary } = sent['payload'] as { summary: string }
    expect(summary).toHaveLength(1024)
    expect(summary).toMatch(/^x+… \(sent late\)$/)
  })

  test('thousands of alerts are cut to fit, with a count and a link', () => {
    const { event: sent, size } = event('', outgoing({ alerts: manyAlerts(5000) }))
    const { custom_details: details } = sent['payload'] as {
      custom_details: { firing: unknown[]; omitted: string; num_firing: number }
    }
    expect(details.num_firing).toBe(5000)
    expect(details.firing.length).toBeGreaterThan(100)
    expect(details.omitted).toBe(
      `and ${(5000 - details.firing.length).toLocaleString('en')} more alerts: ${LINK}`,
    )
    expect(size).toBeLessThan(512_000)
  })

  test('details that cannot be made small enough are left out', () => {
    const alerts = [alert({ ...DISK, big: '<'.repeat(600_000) })]
    const { event: sent, size } = event('', outgoing({ alerts }))
    expect(sent['payload']).toMatchObject({
      custom_details: { error: `details were too large: ${LINK}` },
    })
    expect(size).toBeLessThan(512_000)
  })

  test('the older API has its own names', () => {
    const settings = settingsOf('pagerduty', 'service_key: S')
    const { body } = renderPagerduty(settings, 'S', outgoing(), TEMPLATES)
    const keys = Object.keys(JSON.parse(body.toString()) as object)
    expect(keys).toEqual([
      'service_key',
      'incident_key',
      'event_type',
      'description',
      'details',
      'client',
      'client_url',
    ])
  })
})

describe('Slack', () => {
  const message = (item: string, about: Outgoing = outgoing()) => {
    const settings = settingsOf('slack', `api_url: http://s/x\n${item}`)
    const { body, warnings } = renderSlack(settings, about, TEMPLATES)
    const parsed = JSON.parse(body.toString()) as { attachments: Array<Record<string, unknown>> }
    return { warnings, body: parsed, attachment: parsed.attachments[0] ?? {} }
  }

  test('the message has the shape of Alertmanager', () => {
    const item =
      'channel: "#ops"\ntext: hi\nlink_names: true\nicon_emoji: ""\nicon_url: ""\npretext: ""\nshort_fields: true\nfields: [{title: T, value: "{{ len .Alerts }}"}]\nactions: [{type: button, text: Go, url: http://x, name: n}]'
    expect(message(item).body).toEqual({
      channel: '#ops',
      username: 'Tocsin',
      link_names: true,
      attachments: [
        {
          title: '[FIRING:1] Disk (h1 critical)',
          title_link: LINK,
          text: 'hi',
          fallback: `[FIRING:1] Disk (h1 critical) | ${LINK}`,
          callback_id: '',
          footer: '',
          color: expect.stringContaining('danger') as string,
          fields: [{ title: 'T', value: '1', short: true }],
          actions: [{ type: 'button', text: 'Go', url: 'http://x' }],
          mrkdwn_in: ['fallback', 'pretext', 'text'],
        },
      ],
    })
  })

  test('a failed title and text become our own, and the error is shown', () => {
    const { attachment, warnings } = message(
      'title: "{{ .Nope }}"\ntext: "{{ .Gone }}"\npretext: ""',
    )
    expect(attachment['title']).toBe('[FIRING:1] Disk (h1 critical)')
    expect(attachment['text']).toContain(
      '- firing: instance=h1 severity=critical: disk is full, since 2026-11-20 06:41:34 UTC',
    )
    expect(warnings).toEqual([
      `template of text failed: ${NOPE.replaceAll('Nope', 'Gone')}`,
      `template of title failed: ${NOPE}`,
    ])
    expect(attachment['pretext']).toBe(
      warnings.join('\n').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    )
  })

  test('a notice comes before everything', () => {
    const { attachment } = message('pretext: before', outgoing({ notice: 'sent <late>' }))
    expect(attachment['pretext']).toBe('sent &lt;late&gt;\nbefore')
  })

  test('a long list is cut, with a count and a link', () => {
    const { attachment } = message(
      'text: "{{ range .Alerts }}{{ .Labels | toJson }}\\n{{ end }}"',
      outgoing({ alerts: manyAlerts(4900) }),
    )
    const text = attachment['text'] as string
    const shown = text.split('\n').filter((line) => line.startsWith('{')).length
    expect(text.length).toBeLessThanOrEqual(12_000)
    expect(text).toContain(`\nand ${(4900 - shown).toLocaleString('en')} more alerts: ${LINK}`)
  })

  test('an edit names the message and its channel', () => {
    const settings = settingsOf('slack', 'app_token: t\nchannel: "#ops"\nupdate_message: true')
    const { body } = renderSlack(settings, outgoing(), TEMPLATES, { ts: '1.2', channel: 'C1' })
    expect(JSON.parse(body.toString())).toMatchObject({ ts: '1.2', channel: 'C1' })
  })
})

describe('SMS', () => {
  const sms = (item: string, about: Outgoing = outgoing()) =>
    renderSms(settingsOf('sms', `${SMS}\n${item}`), about, TEMPLATES)

  test.each([
    ['our own text', '', outgoing(), `[FIRING:1] Disk (h1 critical): disk is full ${LINK}`],
    [
      'how many there are',
      '',
      outgoing({ alerts: manyAlerts(4813) }),
      `[FIRING:4813] Disk (h1 critical): disk of host-0 is full and 4,812 more ${LINK}`,
    ],
    ['the configured text', 'text: "{{ .Status }} {{ len .Alerts }}"', outgoing(), 'firing 1'],
    ['a notice first', 'text: hi', outgoing({ notice: 'sent late' }), 'sent late\nhi'],
    [
      'our own text for an empty one',
      'text: " "',
      outgoing(),
      `[FIRING:1] Disk (h1 critical): disk is full ${LINK}`,
    ],
    [
      'our own text for a failed one',
      'text: "{{ .Nope }}"',
      outgoing(),
      `template of text failed: ${NOPE}\n[FIRING:1] Disk (h1 critical): disk is full ${LINK}`,
    ],
  ])('says %s', (_name, item, about, want) => expect(sms(item, about).text).toBe(want))

  test('stays in the cheap alphabet and in three segments by itself', () => {
    const annotations = { summary: 'x'.repeat(3000) }
    const { text } = sms('', outgoing({ alerts: [alert(DISK, { annotations })] }))
    expect(text).toHaveLength(459)
    expect(text).toMatch(new RegExp(`x\\.\\.\\. ${LINK.replace(/[?.]/g, '\\$&')}$`))
  })

  test('never has more than 1600 characters', () => {
    const { text } = sms(
      'text: "{{ range .Alerts }}{{ .Labels | toJson }}\\n{{ end }}"',
      outgoing({ alerts: manyAlerts(5000), notice: 'n'.repeat(500) }),
    )
    expect(text.length).toBeLessThanOrEqual(1600)
    expect(text).toMatch(/more alerts: http/)
  })

  test('takes numbers from a template, and knows those that are none', () => {
    const item = SMS.replace('to: "+15550101"', 'to: "{{ .CommonLabels.phones }}"')
    const data = { commonLabels: { phones: '+15550102, home,+15550102' } }
    const request = renderSms(settingsOf('sms', item), outgoing(data), TEMPLATES)
    expect(request).toMatchObject({ to: ['+15550102'], unusable: ['home'] })
  })
})

describe('e-mail', () => {
  const mail = (item: string, about: Outgoing = outgoing()) =>
    renderEmail(settingsOf('email', `${MAIL}\n${item}`), about, TEMPLATES, {
      now: NOW,
      hostname: 'tocsin.test',
    })

  test('is complete, and its id comes from the idempotency key', () => {
    const request = mail('headers: {reply-to: "{{ .Status }}@b"}')
    expect(request).toMatchObject({
      to: ['a@b.example'],
      from: 't@b.example',
      subject: '[FIRING:1] Disk (h1 critical)',
      html: expect.stringContaining('Disk') as string,
      warnings: [],
      headers: {
        'Auto-Submitted': 'auto-generated',
        From: 'Tocsin <t@b.example>',
        'Reply-To': 'firing@b',
      },
    })
    expect(request.text).toBe(
      `[FIRING:1] Disk (h1 critical)\n\n- firing: instance=h1 severity=critical: disk is full, since 2026-11-20 06:41:34 UTC\n\n${LINK}`,
    )
    expect(request.messageId).toBe(mail('').messageId)
    expect(request.messageId).toMatch(/^<[0-9a-f]{32}@tocsin\.test>$/)
    expect(mail('', outgoing({}, { idempotencyKey: 'other' })).messageId).not.toBe(
      request.messageId,
    )
  })

  test.each([
    [
      'a failed subject',
      'headers: {Subject: "{{ .Nope }}"}',
      { subject: '[FIRING:1] Disk (h1 critical)' },
    ],
    [
      'a failed body',
      'html: "{{ .Nope }}"',
      {
        html: expect.stringContaining(
          '<pre style="white-space:pre-wrap">[FIRING:1] Disk',
        ) as string,
      },
    ],
    [
      'a failed text',
      'text: "{{ .Nope }}"',
      { text: expect.stringContaining('- firing: instance=h1') as string },
    ],
    [
      'a failed header',
      'headers: {X-Team: "{{ .Nope }}"}',
      { headers: expect.not.objectContaining({ 'X-Team': expect.anything() as string }) as object },
    ],
  ])('%s costs only itself, and the error is shown', (_name, item, want) => {
    const request = mail(item)
    expect(request).toMatchObject(want)
    expect(request.warnings).toEqual([
      expect.stringMatching(/^template of .* failed: template: :1:3: executing/),
    ])
    expect(request.text).toContain(request.warnings[0])
    expect(request.html).toContain('&lt;.Nope&gt;')
  })

  test('a notice stands right after the body tag and at the head of the text', () => {
    const request = mail(
      "html: '<html><body class=x><b>hi</b>'\ntext: hello",
      outgoing({ notice: 'sent <late>' }),
    )
    expect(request.html).toMatch(
      /^<html><body class=x><p style="[^"]*">sent &lt;late&gt;<\/p><b>hi<\/b>$/,
    )
    expect(request.text).toBe('sent <late>\n\nhello')
  })

  test('thousands of alerts are cut, with a count and a link in both parts', () => {
    const request = mail(
      'html: "<body>{{ range .Alerts }}{{ .Labels | toJson }}\\n{{ end }}"',
      outgoing({ alerts: manyAlerts(5000) }),
    )
    expect(request.html).toContain(`Only 200 alerts are shown here, and 4,800 more alerts: ${LINK}`)
    expect(request.html.split('\n').length).toBe(201)
    expect(request.text).toContain(`and 4,800 more alerts: ${LINK}`)
  })

  test('a body that is too large even for one alert becomes our text', () => {
    const alerts = [alert({ ...DISK, big: 'x'.repeat(800_000) })]
    const request = mail(
      'html: "{{ range .Alerts }}{{ .Labels | toJson }}\\n{{ end }}"',
      outgoing({ alerts }),
    )
    expect(request.html).toContain('<pre')
    expect(request.html.length).toBeLessThan(120_000)
  })

  test.each([
    ['one thread for a group', 'none', '-@tocsin>'],
    ['one thread for a day', 'daily', '-2026-11-20@tocsin>'],
  ])('%s', (_name, byDate, end) => {
    const { headers } = mail(`threading: {enabled: true, thread_by_date: ${byDate}}`)
    expect(headers['References']).toMatch(/^<alert-[0-9a-f]{16}-/)
    expect(headers['References']?.endsWith(end)).toBe(true)
    expect(headers['In-Reply-To']).toBe(headers['References'])
  })

  test('line breaks cannot add headers or recipients', () => {
    const data = { commonLabels: { to: 'a@b.example\r\nBcc: evil@x.example', s: 'x\r\nBcc: evil' } }
    const request = renderEmail(
      settingsOf(
        'email',
        MAIL.replace('to: a@b.example', 'to: "{{ .CommonLabels.to }}"') +
          '\nheaders: {Subject: "{{ .CommonLabels.s }}"}',
      ),
      outgoing(data),
      TEMPLATES,
      { now: NOW, hostname: 'h' },
    )
    expect(request.subject).toBe('x Bcc: evil')
    expect(request.headers['To']).not.toMatch(/[\r\n]/)
  })
})

it.each([
  [
    'ended before it could be delivered',
    { endsAt: NOW + 60_000 },
    ', ended 2026-11-20 06:42:34 UTC',
  ],
  ['was acknowledged', { ack: { by: 'alice', note: '' } }, ', acknowledged by alice'],
])('our own text tells that an alert %s', (_name, other, want) => {
  const settings = settingsOf('email', MAIL)
  const request = renderEmail(settings, outgoing({ alerts: [alert(DISK, other)] }), TEMPLATES, {
    now: NOW,
    hostname: 'h',
  })
  expect(request.text).toContain(want)
})
