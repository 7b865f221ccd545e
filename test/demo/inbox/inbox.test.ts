import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { startInbox } from '../../../src/demo/inbox/inbox.ts'
import type { Inbox } from '../../../src/demo/inbox/inbox.ts'
import { createMessageList } from '../../../src/demo/inbox/messages.ts'

const SID = `AC${'0'.repeat(32)}`
const MESSAGES = `/2010-04-01/Accounts/${SID}/Messages.json`
const AUTH = `Basic ${btoa(`${SID}:t`)}`
const NOW = Date.UTC(2026, 10, 20, 6, 41, 34)

let inbox: Inbox
let seen: string[]
beforeEach(async () => {
  seen = []
  const onMessage = ({ kind }: { readonly kind: string }): void => void seen.push(kind)
  inbox = await startInbox({ host: '127.0.0.1', port: 0, smtpPort: 0, onMessage, now: () => NOW })
})
afterEach(() => inbox.close())

async function post(path: string, body: string, headers: Record<string, string> = {}) {
  const json = { 'content-type': 'application/json' }
  const response = await fetch(inbox.url + path, {
    method: 'POST',
    body,
    headers: { ...json, ...headers },
  })
  return { status: response.status, text: await response.text() }
}

const sms = (fields: Readonly<Record<string, string>>, authorization = AUTH) =>
  post(MESSAGES, new URLSearchParams(fields).toString(), {
    authorization,
    'content-type': 'application/x-www-form-urlencoded',
  })

const SMS = { To: '+15550101', From: '+15550100', Body: 'hi' }
const EVENT = {
  routing_key: 'k'.repeat(32),
  event_action: 'trigger',
  dedup_key: 'd',
  payload: { summary: 's', source: 'x', severity: 'error' },
}

describe('Twilio', () => {
  it.each([
    ['a message', SMS, AUTH, 201, null],
    ['an API key', SMS, `Basic ${btoa(`SK${'0'.repeat(32)}:s`)}`, 201, null],
    ['no login', SMS, '', 401, 20003],
    ['the login of another account', SMS, `Basic ${btoa('AC1:t')}`, 401, 20003],
    ['an empty password', SMS, `Basic ${btoa(`${SID}:`)}`, 401, 20003],
    ['no recipient', { ...SMS, To: '' }, AUTH, 400, 21604],
    ['a recipient without country', { ...SMS, To: '0171' }, AUTH, 400, 21211],
    ['no sender', { ...SMS, From: '' }, AUTH, 400, 21603],
    ['no text', { ...SMS, Body: '' }, AUTH, 400, 21602],
    ['1600 characters', { ...SMS, Body: 'x'.repeat(1600) }, AUTH, 201, null],
    ['1601 characters', { ...SMS, Body: 'x'.repeat(1601) }, AUTH, 400, 21617],
    ['the number that is invalid for tests', { ...SMS, To: '+15005550001' }, AUTH, 400, 21211],
  ])('%s', async (_name, fields, authorization, status, code) => {
    const answer = await sms(fields, authorization)
    const body = JSON.parse(answer.text) as Record<string, unknown>
    expect(answer.status).toBe(status)
    if (code === null)
      expect(body).toMatchObject({ status: 'queued', sid: inbox.messages()[0]?.['sid'] })
    else
      expect(body).toMatchObject({
        code,
        status,
        more_info: `https://www.twilio.com/docs/errors/${code}`,
      })
    expect(seen).toEqual(code === null ? ['sms'] : [])
  })
})

describe('PagerDuty', () => {
  it.each([
    ['a good event', EVENT, 202, ''],
    ['a short key', { ...EVENT, routing_key: 'k' }, 400, "Length of 'routing_key' is incorrect"],
    ['an unknown action', { ...EVENT, event_action: 'close' }, 400, "'event_action' must be"],
    ['no payload', { ...EVENT, payload: undefined }, 400, "'payload' is missing"],
    [
      'an unknown severity',
      { ...EVENT, payload: { ...EVENT.payload, severity: 'page' } },
      400,
      "'payload.severity' is invalid",
    ],
    [
      'a summary that is too long',
      { ...EVENT, payload: { ...EVENT.payload, summary: 'x'.repeat(1025) } },
      400,
      "'payload.summary' is too long",
    ],
    [
      'a resolve without a key',
      { routing_key: EVENT.routing_key, event_action: 'resolve' },
      400,
      "'dedup_key' is missing",
    ],
    [
      'a link without an address',
      { ...EVENT, links: [{ text: 'x' }] },
      400,
      "'links.href' is missing",
    ],
    [
      'too many bytes',
      { ...EVENT, payload: { ...EVENT.payload, custom_details: { a: 'x'.repeat(512_000) } } },
      413,
      'Too Large',
    ],
  ])('%s', async (_name, event, status, text) => {
    const answer = await post('/v2/enqueue', JSON.stringify(event))
    expect(answer.status).toBe(status)
    expect(answer.text).toContain(text)
    expect(seen).toHaveLength(status === 202 ? 1 : 0)
  })

  test('remembers which incidents are open', async () => {
    for (const action of ['resolve', 'trigger', 'trigger', 'acknowledge', 'resolve']) {
      await post('/v2/enqueue', JSON.stringify({ ...EVENT, event_action: action }))
    }
    expect(
      inbox
        .messages()
        .map((m) => m['incident'])
        .reverse(),
    ).toEqual(['was not open', 'opened', 'updated', 'acknowledged', 'resolved'])
  })
})

describe('Slack', () => {
  it.each([
    ['a message', '/services/T0/B0/x', { text: 'hi' }, 200, 'ok'],
    ['an attachment', '/services/T0/B0/x', { attachments: [{ title: 'hi' }] }, 200, 'ok'],
    ['an unknown webhook', '/services/x', { text: 'hi' }, 404, 'no_service'],
    ['no text', '/services/T0/B0/x', { attachments: [{ color: 'good' }] }, 400, 'no_text'],
    ['a text that is none', '/services/T0/B0/x', { text: 1 }, 400, 'invalid_payload'],
    [
      'too many attachments',
      '/services/T0/B0/x',
      { attachments: Array.from({ length: 101 }, () => ({ text: 'x' })) },
      400,
      'too_many_attachments',
    ],
    ['too many characters', '/services/T0/B0/x', { text: 'x'.repeat(40_001) }, 400, 'msg_too_long'],
    [
      'an API call without token',
      '/api/chat.postMessage',
      { text: 'hi', channel: 'C' },
      200,
      '{"ok":false,"error":"not_authed"}',
    ],
  ])('%s', async (_name, path, body, status, text) => {
    expect(await post(path, JSON.stringify(body))).toEqual({ status, text })
    expect(seen).toHaveLength(text === 'ok' ? 1 : 0)
  })

  test('what is no JSON', async () => {
    expect(await post('/services/T0/B0/x', '{')).toEqual({ status: 400, text: 'invalid_payload' })
  })
})

describe('webhook', () => {
  const body = {
    receiver: 'r',
    status: 'firing',
    alerts: [],
    notification_reason: '',
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    routeLabels: {},
    externalURL: '',
    version: '4',
    groupKey: '',
    truncatedAlerts: 0,
  }
  it.each([
    ['a good body', body, 200, '{}'],
    ['another version', { ...body, version: 4 }, 400, 'version must be "4"'],
    ['a field that is missing', { ...body, groupKey: undefined }, 400, 'groupKey must be a text'],
    [
      'a label that is no text',
      { ...body, groupLabels: { a: 1 } },
      400,
      'groupLabels must be a map of texts',
    ],
    [
      'an alert without times',
      { ...body, alerts: [{ status: 'firing' }] },
      400,
      'alerts[0] is not as it should be',
    ],
  ])('%s', async (_name, value, status, text) => {
    expect(await post('/webhook', JSON.stringify(value))).toEqual({ status, text })
  })
})

describe('the page', () => {
  test('shows what arrived, newest first, with nothing of it as markup', async () => {
    await sms({ ...SMS, Body: '<img src=x onerror=alert(1)>' })
    await sms({ ...SMS, Body: 'second' })
    const response = await fetch(inbox.url)
    const page = await response.text()
    expect(response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'self'; script-src 'self'/,
    )
    expect(page).not.toContain('<img')
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;')
    expect(page.indexOf('second')).toBeLessThan(page.indexOf('onerror'))
    expect(page).not.toMatch(/<script>|style=|onclick/)
    expect(page).toContain('width=device-width')
    const list = await (await fetch(`${inbox.url}/list`)).text()
    expect(page).toContain(list)
    for (const path of ['/inbox.css', '/inbox.js'])
      expect((await fetch(inbox.url + path)).status).toBe(200)
  })

  test('lists the messages as JSON and empties the list', async () => {
    await sms(SMS)
    const list = async () => (await (await fetch(`${inbox.url}/messages`)).json()) as unknown[]
    expect(await list()).toEqual([
      expect.objectContaining({
        kind: 'sms',
        receivedAt: '2026-11-20T06:41:34.000Z',
        headline: 'to +15550101: hi',
        body: 'hi',
      }),
    ])
    expect((await fetch(`${inbox.url}/messages`, { method: 'DELETE' })).status).toBe(204)
    expect(await list()).toEqual([])
  })

  it.each([
    ['an unknown path', 'GET', '/nope', 404],
    ['a POST to nowhere', 'POST', '/nope', 404],
    ['a provider asked with GET', 'GET', '/webhook', 405],
  ])('%s', async (_name, method, path, status) => {
    expect((await fetch(inbox.url + path, { method })).status).toBe(status)
  })
})

test('it misbehaves as often as it was asked to, and no longer', async () => {
  inbox.fail('sms', { status: 503, headers: { 'retry-after': '1' }, body: 'busy', times: 2 })
  const statuses = [await sms(SMS), await sms(SMS), await sms(SMS)].map((answer) => answer.status)
  expect(statuses).toEqual([503, 503, 201])
  inbox.fail('sms', { status: 500 })
  inbox.behave()
  expect((await sms(SMS)).status).toBe(201)
})

test('it closes while a message hangs', async () => {
  inbox.fail('webhook', { hang: true })
  const answer = post('/webhook', '{}').catch(() => 'closed')
  const socket = connect(inbox.smtpPort, '127.0.0.1')
  await once(socket, 'data')
  socket.on('error', () => {})
  await inbox.close()
  expect(await answer).toBe('closed')
})

test('a port that is taken is an error, and leaves nothing open', async () => {
  const smtpPort = inbox.smtpPort
  const again = startInbox({ host: '127.0.0.1', port: 0, smtpPort, onMessage: () => {} })
  await expect(again).rejects.toThrow(/EADDRINUSE/)
})

test('its memory is bounded', () => {
  const list = createMessageList(() => NOW)
  for (let i = 0; i < 1500; i++)
    list.add({ kind: 'sms', headline: String(i), fields: { body: 'x'.repeat(100_000) } })
  const kept = list.all()
  expect(kept[0]).toMatchObject({
    headline: '1499',
    body: expect.stringMatching(/x \(cut: 100000 characters\)$/) as string,
  })
  expect(JSON.stringify(kept).length).toBeLessThan(34_000_000)
  list.clear()
  for (let i = 0; i < 1500; i++) list.add({ kind: 'sms', headline: String(i), fields: {} })
  expect(list.all()).toHaveLength(1000)
})
