import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, test } from 'vitest'
import { startInbox } from '../../src/demo/inbox/inbox.ts'
import type { Fault } from '../../src/demo/inbox/faults.ts'
import type { Inbox } from '../../src/demo/inbox/inbox.ts'
import { createRedactor } from '../../src/notifiers/http/redact.ts'
import { retryAfterMs } from '../../src/notifiers/http/httpAnswer.ts'
import type { OpenNotifier } from '../../src/notifiers/registry.ts'
import {
  failureOf,
  manyAlerts,
  NETWORK,
  NO_SIGNAL,
  NOW,
  openNotifier,
  outgoing,
  NOPE,
} from './support/harness.ts'

const SID = `AC${'0'.repeat(32)}`
const KEY = 'k'.repeat(32)
const closers: Array<() => Promise<unknown>> = []
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()))
})

async function openInbox(): Promise<Inbox> {
  const inbox = await startInbox({ host: '127.0.0.1', port: 0, smtpPort: 0, onMessage: () => {} })
  closers.push(() => inbox.close())
  return inbox
}

function open(...args: Parameters<typeof openNotifier>): OpenNotifier {
  const notifier = openNotifier(...args)
  closers.push(() => notifier.close())
  return notifier
}

/** A plain server; resolves to its base URL. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      }),
  )
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

type HttpKind = 'webhook' | 'slack' | 'pagerduty' | 'sms'
const ITEMS: Readonly<Record<HttpKind, (base: string) => string>> = {
  webhook: (base) => `url: ${base}/webhook`,
  slack: (base) => `api_url: ${base}/services/T0/B0/secrettoken`,
  pagerduty: (base) => `routing_key: ${KEY}\nurl: ${base}/v2/enqueue`,
  sms: (base) =>
    `account_sid: ${SID}\nauth_token: secret-token\nfrom: "+15005550006"\nto: "+15550101"\napi_url: ${base}`,
}
const itemOf = (kind: HttpKind, base: string): string => ITEMS[kind](base)

describe('a message that is accepted', () => {
  test('by a webhook carries the idempotency key', async () => {
    const inbox = await openInbox()
    const receipt = await open('webhook', itemOf('webhook', inbox.url)).send(outgoing(), NO_SIGNAL)
    expect(receipt).toEqual({ providerId: '', answer: '200 {}' })
    expect(inbox.messages()).toMatchObject([
      { kind: 'webhook', headline: 'firing: alertname=Disk (1 alerts)', idempotencyKey: 'n-1' },
    ])
  })

  test('by PagerDuty opens an incident once, and resolves it', async () => {
    const inbox = await openInbox()
    const notifier = open('pagerduty', itemOf('pagerduty', inbox.url))
    const receipt = await notifier.send(outgoing(), NO_SIGNAL)
    expect(receipt.answer).toBe('202 Event processed')
    await notifier.send(outgoing(), NO_SIGNAL)
    const over = outgoing().data.alerts.map((a) => ({
      ...a,
      status: 'resolved' as const,
      endsAt: NOW,
    }))
    await notifier.send(outgoing({ alerts: over, status: 'resolved' }), NO_SIGNAL)
    expect(inbox.messages().map((m) => m['incident'])).toEqual(['resolved', 'updated', 'opened'])
    expect(inbox.messages().map((m) => m['dedupKey'])).toEqual(Array(3).fill(receipt.providerId))
  })

  test('by a Slack webhook', async () => {
    const inbox = await openInbox()
    const receipt = await open('slack', itemOf('slack', inbox.url)).send(outgoing(), NO_SIGNAL)
    expect(receipt).toEqual({ providerId: '', answer: '200 ok' })
    expect(inbox.messages()[0]).toMatchObject({
      kind: 'slack',
      headline: '[FIRING:1] Disk (h1 critical)',
    })
  })

  test('by the Slack API is edited by the next one, until that is lost', async () => {
    const inbox = await openInbox()
    const item = `app_token: xoxb-1\napp_url: ${inbox.url}/api/chat.postMessage\nchannel: "#ops"\nupdate_message: true`
    const notifier = open('slack', item)
    const first = await notifier.send(outgoing(), NO_SIGNAL)
    const memo = first.memo ?? {}
    expect(memo).toEqual({ ts: first.providerId, channel: 'COPS' })
    const later = { reason: 'new-alerts' as const }
    expect((await notifier.send(outgoing(later, { memo }), NO_SIGNAL)).memo).toEqual(memo)
    const lost = { memo: { ts: '1.1', channel: 'COPS' } }
    const again = await notifier.send(outgoing(later, lost), NO_SIGNAL)
    await notifier.send(outgoing({ reason: 'first' }, { memo }), NO_SIGNAL)
    expect(inbox.messages().map((m) => m['what'])).toEqual([
      expect.stringMatching(/^posted /),
      `posted ${again.providerId}`,
      `edited ${first.providerId}`,
      `posted ${first.providerId}`,
    ])
  })

  test('by Twilio, for each number once', async () => {
    const inbox = await openInbox()
    const item = itemOf('sms', inbox.url).replace(
      'to: "+15550101"',
      'to: ["+15550101", "+15550102"]',
    )
    const receipt = await open('sms', item).send(outgoing(), NO_SIGNAL)
    const sent = inbox.messages()
    expect(sent.map((m) => [m['to'], m['idempotencyToken'], m['from']])).toEqual([
      ['+15550102', 'n-1-15550102', '+15005550006'],
      ['+15550101', 'n-1-15550101', '+15005550006'],
    ])
    expect(receipt).toEqual({
      providerId: sent
        .map((m) => m['sid'])
        .reverse()
        .join(' '),
      answer: '201 Created, 2 numbers',
    })
  })

  test('says in the ledger what went wrong while it was made', async () => {
    const inbox = await openInbox()
    const item = `${itemOf('slack', inbox.url)}\ntitle: "{{ .Nope }}"`
    const { answer } = await open('slack', item).send(outgoing(), NO_SIGNAL)
    expect(answer).toBe(`200 ok (warning: template of title failed: ${NOPE})`)
  })

  test('with a hundred thousand alerts arrives whole', async () => {
    const inbox = await openInbox()
    await open('webhook', itemOf('webhook', inbox.url)).send(
      outgoing({ alerts: manyAlerts(100_000) }),
      NO_SIGNAL,
    )
    expect(inbox.messages()[0]).toMatchObject({ alertCount: 100_000 })
  })
})

describe.each(['webhook', 'slack', 'pagerduty', 'sms'] as const)(
  '%s: a provider that fails',
  (kind) => {
    it.each([
      ['500', { status: 500 }, 'unavailable', null],
      ['503 with seconds', { status: 503, headers: { 'retry-after': '7' } }, 'unavailable', 7000],
      [
        '429 with a date',
        {
          status: 429,
          headers: { 'retry-after': new Date(NOW - (NOW % 1000) + 9000).toUTCString() },
        },
        'rate-limited',
        8340,
      ],
      ['400', { status: 400 }, 'rejected', null],
      ['401', { status: 401 }, 'unauthorized', null],
      ['403', { status: 403 }, 'unauthorized', null],
      ['404', { status: 404 }, 'rejected', null],
      ['408', { status: 408 }, 'timeout', null],
      [
        'a redirect',
        { status: 302, headers: { location: 'http://127.0.0.1:1/' } },
        'rejected',
        null,
      ],
      ['a lost answer', { loseAnswer: true }, 'unavailable', null],
    ])('%s', async (_name, fault, reason, retryAfterMs) => {
      const inbox = await openInbox()
      inbox.fail(kind, fault)
      const notifier = open(kind, itemOf(kind, inbox.url))
      const error = await failureOf(notifier)
      expect({ reason: error.reason, retryAfterMs: error.retryAfterMs }).toEqual({
        reason,
        retryAfterMs,
      })
      expect(error.message).not.toMatch(/secret|kkkk/)
      // The next attempt is not spoilt by the former.
      await notifier.send(outgoing(), NO_SIGNAL)
      expect(inbox.messages().length).toBe('loseAnswer' in fault ? 2 : 1)
    })

    test('that hangs costs no more than its timeout', async () => {
      const inbox = await openInbox()
      inbox.fail(kind, { hang: true })
      const notifier = open(kind, `${itemOf(kind, inbox.url)}\ntimeout: 200ms`)
      const start = performance.now()
      expect((await failureOf(notifier)).reason).toBe('timeout')
      expect(performance.now() - start).toBeLessThan(2000)
    })

    test('that hangs costs no more than the time of an attempt', async () => {
      const inbox = await openInbox()
      inbox.fail(kind, { hang: true })
      const network = { ...NETWORK, requestTimeoutMs: 300 }
      const notifier = open(kind, itemOf(kind, inbox.url), { network })
      expect((await failureOf(notifier)).reason).toBe('timeout')
    })

    test('is not waited for when the sender stops', async () => {
      const inbox = await openInbox()
      inbox.fail(kind, { hang: true })
      const stop = new AbortController()
      const sending = failureOf(open(kind, itemOf(kind, inbox.url)), outgoing(), stop.signal)
      setTimeout(() => stop.abort(), 50)
      const error = await sending
      expect(error.reason).toBe('unavailable')
      expect(error.message).toMatch(/was stopped$/)
    })

    test('to listen is named with its address', async () => {
      const error = await failureOf(open(kind, itemOf(kind, 'http://127.0.0.1:9')))
      expect(error.reason).toBe('unavailable')
      expect(error.message).toMatch(/127\.0\.0\.1:9 could not be reached: .*ECONNREFUSED/)
    })
  },
)

describe('what providers say with their own words', () => {
  it.each<readonly [string, HttpKind, Fault, string, string]>([
    [
      'Slack refuses with 200',
      'slack',
      { status: 200, body: 'channel_is_archived' },
      'rejected',
      'Slack answered 200 channel_is_archived',
    ],
    [
      'Slack asks to wait with 200',
      'slack',
      {
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: '{"ok":false,"error":"ratelimited"}',
      },
      'rate-limited',
      'Slack answered 200 ratelimited',
    ],
    [
      'Slack does not know the token',
      'slack',
      {
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: '{"ok":false,"error":"token_revoked"}',
      },
      'unauthorized',
      'Slack answered 200 token_revoked',
    ],
    [
      'Slack answers nonsense',
      'slack',
      { status: 200, headers: { 'content-type': 'application/json' }, body: '{' },
      'unavailable',
      'Slack answered 200 an unreadable answer',
    ],
    [
      'Twilio has too many',
      'sms',
      { status: 400, body: '{"code":21611,"message":"queue full","status":400}' },
      'rate-limited',
      'Twilio answered 400 queue full (error 21611)',
    ],
    [
      'Twilio suspended the account',
      'sms',
      { status: 400, body: '{"code":20005,"message":"Account not active"}' },
      'unauthorized',
      'Twilio answered 400 Account not active (error 20005)',
    ],
    [
      'PagerDuty explains',
      'pagerduty',
      {
        status: 400,
        body: '{"status":"invalid event","message":"Event object is invalid","errors":["a","b"]}',
      },
      'rejected',
      'PagerDuty answered 400 Event object is invalid: a, b',
    ],
    [
      'a receiver echoes the URL',
      'slack',
      { status: 500, body: 'no route for /services/T0/B0/secrettoken' },
      'unavailable',
      'Slack answered 500 no route for <secret>',
    ],
    [
      'a receiver echoes control characters',
      'slack',
      { status: 500, body: 'a\u001b[31m\nb' },
      'unavailable',
      'Slack answered 500 a [31m b',
    ],
  ])('%s', async (_name, kind, fault, reason, message) => {
    const inbox = await openInbox()
    inbox.fail(kind, fault)
    const error = await failureOf(open(kind, itemOf(kind, inbox.url)))
    expect([error.reason, error.message]).toEqual([reason, message])
  })

  test('Twilio refuses one number of three: the others are served, once', async () => {
    const inbox = await openInbox()
    const to = 'to: ["+15550101", "+15005550001", "+15550102"]'
    const notifier = open('sms', itemOf('sms', inbox.url).replace('to: "+15550101"', to))
    for (let attempt = 0; attempt < 2; attempt++) {
      const error = await failureOf(notifier)
      expect([error.reason, error.message]).toEqual([
        'rejected',
        "2 of 3 recipients accepted; +15005550001: Twilio answered 400 Invalid 'To' Phone Number: +15005550001 (error 21211)",
      ])
    }
    expect(inbox.messages()).toHaveLength(2)
  })

  test('Twilio goes away between two numbers: the retry serves only the second', async () => {
    const inbox = await openInbox()
    const to = 'to: ["+15550101", "+15550102"]'
    const notifier = open('sms', itemOf('sms', inbox.url).replace('to: "+15550101"', to))
    inbox.fail('sms', { delayMs: 1 })
    inbox.fail('sms', { status: 503 })
    expect((await failureOf(notifier)).reason).toBe('unavailable')
    await notifier.send(outgoing(), NO_SIGNAL)
    expect(inbox.messages().map((m) => m['to'])).toEqual(['+15550102', '+15550101'])
  })

  it.each<readonly [string, HttpKind, string, string]>([
    [
      'an empty URL',
      'webhook',
      'url: "{{ .CommonLabels.nothing }}"',
      'webhook has nowhere to send to: its URL is empty',
    ],
    [
      'a broken URL',
      'webhook',
      'url: "http://{{ .CommonLabels.nothing }}"',
      'webhook: the URL is empty or not an http(s) URL',
    ],
    [
      'a failed URL',
      'webhook',
      'url: "{{ .Nope }}"',
      `webhook has nowhere to send to: template of url failed: ${NOPE}`,
    ],
    [
      'an empty key',
      'pagerduty',
      'routing_key: "{{ .CommonLabels.nothing }}"',
      'PagerDuty has no key to send with: the key is empty',
    ],
    [
      'no number',
      'sms',
      itemOf('sms', 'http://h').replace('"+15550101"', '"{{ .CommonLabels.nothing }}"'),
      'SMS has no number to send to: to is empty',
    ],
  ])('%s is final', async (_name, kind, item, message) => {
    const error = await failureOf(open(kind, item))
    expect([error.reason, error.message]).toEqual(['rejected', message])
  })
})

describe('http_config', () => {
  const seen: IncomingMessage[] = []
  const echo = (): Promise<string> => {
    seen.length = 0
    return serve((request, response) => {
      seen.push(request)
      request.resume().on('end', () => response.end('{}'))
    })
  }

  it.each([
    [
      'basic_auth',
      'basic_auth: {username: u, password: p}',
      { authorization: `Basic ${btoa('u:p')}` },
    ],
    ['a bearer token', 'bearer_token: abc', { authorization: 'Bearer abc' }],
    [
      'another scheme',
      'authorization: {type: GenieKey, credentials: abc}',
      { authorization: 'GenieKey abc' },
    ],
    ['headers', 'http_headers: {X-Team: {values: [db], secrets: [two]}}', { 'x-team': 'db, two' }],
  ])('%s is sent', async (_name, config, want) => {
    const base = await echo()
    await open('webhook', `url: ${base}/\nhttp_config: {${config}}`).send(outgoing(), NO_SIGNAL)
    expect(seen[0]?.headers).toMatchObject(want)
  })

  test('connections are used again', async () => {
    const ports = new Set<number | undefined>()
    const base = await serve((request, response) => {
      ports.add(request.socket.remotePort)
      request.resume().on('end', () => response.end('x'.repeat(5000)))
    })
    const notifier = open('webhook', `url: ${base}/`)
    for (let i = 0; i < 5; i++) await notifier.send(outgoing(), NO_SIGNAL)
    // The first answer may still be being read when the second message leaves.
    expect(ports.size).toBeLessThan(3)
  })

  test('an endless answer is not read to its end', async () => {
    const base = await serve((request, response) => {
      request.resume()
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
        response.once('drain', more)
      }
      more()
    })
    const { answer } = await open('webhook', `url: ${base}/`).send(outgoing(), NO_SIGNAL)
    expect(answer).toBe(`200 ${'x'.repeat(199)}…`)
  })

  test('a secret file that is missing can be retried', async () => {
    const item = 'url: http://127.0.0.1:9/\nhttp_config: {bearer_token_file: nowhere}'
    const error = await failureOf(open('webhook', item))
    expect([error.reason, error.message]).toEqual([
      'unavailable',
      'cannot read the secret file /etc/tocsin/nowhere',
    ])
  })

  test('a TLS file that is missing can be retried', async () => {
    const item = 'url: https://127.0.0.1:9/\nhttp_config: {tls_config: {ca_file: nowhere}}'
    const error = await failureOf(open('webhook', item))
    expect(error.reason).toBe('unavailable')
    expect(error.message).toMatch(/ENOENT.*\/etc\/tocsin\/nowhere/)
  })

  test('a proxy is asked for http URLs', async () => {
    const base = await echo()
    const item = `url: http://far.example/hook?x=1\nhttp_config: {proxy_url: "${base}"}`
    await open('webhook', item).send(outgoing(), NO_SIGNAL)
    expect(seen[0]?.url).toBe('http://far.example/hook?x=1')
  })

  test('hosts in no_proxy are reached without it', async () => {
    const base = await echo()
    const item = `url: ${base}/hook\nhttp_config: {proxy_url: "http://127.0.0.1:9", no_proxy: "127.0.0.1"}`
    await open('webhook', item).send(outgoing(), NO_SIGNAL)
    expect(seen[0]?.url).toBe('/hook')
  })

  test('an OAuth2 token is fetched once, and again when it is refused', async () => {
    let tokens = 0
    const used: Array<string | undefined> = []
    const base = await serve((request, response) => {
      request.resume().on('end', () => {
        if (request.url === '/token') {
          tokens++
          expect(request.headers.authorization).toBe(`Basic ${btoa('id:se%20cret')}`)
          return response.end(`{"access_token":"t${tokens}","expires_in":3600}`)
        }
        used.push(request.headers.authorization)
        response.statusCode = used.length === 2 ? 401 : 200
        return response.end()
      })
    })
    const item = `url: ${base}/\nhttp_config: {oauth2: {client_id: id, client_secret: "se cret", token_url: "${base}/token"}}`
    const notifier = open('webhook', item)
    await notifier.send(outgoing(), NO_SIGNAL)
    await notifier.send(outgoing(), NO_SIGNAL)
    expect(used).toEqual(['Bearer t1', 'Bearer t1', 'Bearer t2'])
  })
})

it.each([
  ['seconds', '120', 120_000],
  ['a date', new Date(NOW - 660 + 5000).toUTCString(), 4340],
  ['a date in the past', new Date(NOW - 5000).toUTCString(), 0],
  ['far too long', '99999999', 86_400_000],
  ['nonsense', 'soon', null],
  ['nothing', undefined, null],
])('Retry-After: %s', (_name, header, want) => expect(retryAfterMs(header, NOW)).toEqual(want))

test('secrets are removed in every form they are echoed in', () => {
  const redact = createRedactor([
    'https://user:hunter22@h.example/hook/abcd?k=v',
    'tok',
    'longtoken',
  ])
  expect(redact('at https://user:hunter22@h.example/hook/abcd?k=v')).toBe('at <secret>')
  expect(redact('no /hook/abcd for hunter22, longtoken, tok')).toBe(
    'no <secret> for <secret>, <secret>, tok',
  )
})
