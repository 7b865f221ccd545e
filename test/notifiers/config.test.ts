import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { integrationConfigs } from '../../src/notifiers/configs.ts'
import { parseGoDuration } from '../../src/notifiers/settings/goDuration.ts'
import { compileItem, settingsOf } from './support/harness.ts'

const SID = `AC${'0a'.repeat(16)}`
const SMTP = 'smtp_smarthost: mail:25\nsmtp_from: a@b'
const GOOD_SMS = `account_sid: ${SID}\nauth_token: t\nfrom: "+15550100"\nto: "+15550101"`

test('the five kinds are there, each with its key', () => {
  expect(integrationConfigs.map(({ kind, key }) => `${kind} ${key}`)).toEqual([
    'email email_configs',
    'pagerduty pagerduty_configs',
    'slack slack_configs',
    'sms sms_configs',
    'webhook webhook_configs',
  ])
})

describe('what is sent when an alert ends', () => {
  it.each([
    ['e-mail keeps quiet, as in Alertmanager', 'email', 'to: a@b', SMTP, false],
    ['Slack keeps quiet, as in Alertmanager', 'slack', 'api_url: http://s/x', '', false],
    ['PagerDuty hears of it', 'pagerduty', 'routing_key: r', '', true],
    ['SMS hears of it', 'sms', GOOD_SMS, '', true],
    ['a webhook hears of it', 'webhook', 'url: http://h/', '', true],
    ['send_resolved turns it on', 'email', 'to: a@b\nsend_resolved: yes', SMTP, true],
    ['send_resolved turns it off', 'webhook', 'url: http://h/\nsend_resolved: off', '', false],
  ])('%s', (_name, kind, item, global, sendResolved) => {
    expect(compileItem(kind, item, global).compiled?.sendResolved).toBe(sendResolved)
  })
})

describe('problems', () => {
  it.each([
    [
      'a misspelt key names its neighbour',
      'webhook',
      'url: http://h/\nmax_alert: 3',
      '',
      ['max_alert: unknown key "max_alert"; did you mean "max_alerts"?'],
    ],
    [
      'a foreign key lists the known ones',
      'webhook',
      'url: http://h/\nzzzzzzzzzz: 3',
      '',
      [
        'zzzzzzzzzz: unknown key "zzzzzzzzzz"; known keys are send_resolved, http_config, url, url_file, max_alerts, timeout, payload',
      ],
    ],
    [
      'a webhook without a URL',
      'webhook',
      'max_alerts: 1',
      '',
      [': a webhook needs url or url_file'],
    ],
    [
      'a webhook with both URLs',
      'webhook',
      'url: http://h/\nurl_file: /f',
      '',
      ['url_file: url and url_file exclude each other: keep one'],
    ],
    [
      'a URL without a scheme',
      'webhook',
      'url: h.example',
      '',
      ['url: url must start with http:// or https:// and name a host'],
    ],
    [
      'a URL that is a list',
      'webhook',
      'url: [a]',
      '',
      ['url: url must be text, not a list', ': a webhook needs url or url_file'],
    ],
    [
      'a broken template in a URL',
      'webhook',
      'url: "http://h/{{ .Status"',
      '',
      [expect.stringMatching(/^url: template, line 1:\d+: /)],
    ],
    [
      'a negative count',
      'webhook',
      'url: http://h/\nmax_alerts: -1',
      '',
      ['max_alerts: max_alerts must be a whole number, 0 or more'],
    ],
    [
      'a duration with days',
      'webhook',
      'url: http://h/\ntimeout: 1d',
      '',
      [
        'timeout: "1d" is not a duration: write units such as 500ms, 10s or 1m30s (days and weeks are not known here)',
      ],
    ],
    [
      'a word that is no boolean',
      'webhook',
      'url: http://h/\nsend_resolved: maybe',
      '',
      ['send_resolved: send_resolved must be true or false, not text'],
    ],
    [
      'http_config that is no map',
      'webhook',
      'url: http://h/\nhttp_config: yes',
      '',
      ['http_config: http_config must be a map of keys and values, not the word true'],
    ],
    [
      'two ways to prove who we are',
      'webhook',
      'url: http://h/\nhttp_config: {bearer_token: a, basic_auth: {username: b}}',
      '',
      ['http_config: use only one of basic_auth, authorization, oauth2 and bearer_token'],
    ],
    [
      'Basic as an authorization type',
      'webhook',
      'url: http://h/\nhttp_config: {authorization: {type: basic, credentials: x}}',
      '',
      ['http_config.authorization.type: authorization type Basic is not allowed: use basic_auth'],
    ],
    [
      'authorization without credentials',
      'webhook',
      'url: http://h/\nhttp_config: {authorization: {}}',
      '',
      ['http_config.authorization: authorization needs credentials or credentials_file'],
    ],
    [
      'a reserved header',
      'webhook',
      'url: http://h/\nhttp_config: {http_headers: {Authorization: {values: [x]}}}',
      '',
      [
        'http_config.http_headers.Authorization: header Authorization is set by the sender and cannot be given here',
      ],
    ],
    [
      'a certificate without its key',
      'webhook',
      'url: http://h/\nhttp_config: {tls_config: {cert_file: c}}',
      '',
      [
        'http_config.tls_config: a client certificate needs both cert (or cert_file) and key (or key_file)',
      ],
    ],
    [
      'an unknown TLS version',
      'webhook',
      'url: http://h/\nhttp_config: {tls_config: {min_version: TLS9}}',
      '',
      ['http_config.tls_config.min_version: min_version must be one of TLS10, TLS11, TLS12, TLS13'],
    ],
    [
      'a proxy twice',
      'webhook',
      'url: http://h/\nhttp_config: {proxy_url: http://p, proxy_from_environment: true}',
      '',
      [
        'http_config.proxy_from_environment: proxy_from_environment excludes proxy_url and no_proxy',
      ],
    ],
    [
      'a problem in the global http_config',
      'webhook',
      'url: http://h/',
      'http_config: {tls: {}}',
      [': global http_config.tls: unknown key "tls"; did you mean "oauth2"?'].map(() =>
        expect.stringMatching(/^: global http_config\.tls: unknown key "tls"/),
      ),
    ],
    [
      'an e-mail to nobody',
      'email',
      '{}',
      SMTP,
      [': an e-mail needs to: one address, or several with commas'],
    ],
    [
      'an e-mail without server and sender',
      'email',
      'to: a@b',
      '',
      [
        ': no mail server: set smarthost here, or smtp_smarthost under global',
        ': no sender: set from here, or smtp_from under global',
      ],
    ],
    [
      'a server without a port',
      'email',
      'to: a@b\nsmarthost: mail',
      'smtp_from: a@b',
      ['smarthost: smarthost "mail" must be host:port, such as mail.example.org:587'],
    ],
    [
      'an address without a host',
      'email',
      'to: nobody',
      SMTP,
      ['to: to "nobody" is no e-mail address: write name@host, or Name <name@host>'],
    ],
    [
      'a header given twice',
      'email',
      'to: a@b\nheaders: {subject: a, Subject: b}',
      SMTP,
      ['headers.Subject: header Subject is given twice'],
    ],
    [
      'a header that threading writes',
      'email',
      'to: a@b\nthreading: {enabled: true}\nheaders: {references: x}',
      SMTP,
      ['headers.references: header References is set by threading: remove one of the two'],
    ],
    [
      'a user without a password',
      'email',
      'to: a@b\nauth_username: u',
      SMTP,
      ['warning : auth_username needs auth_password, auth_password_file or auth_secret'],
    ],
    [
      'PagerDuty without a key',
      'pagerduty',
      '{}',
      '',
      [': PagerDuty needs routing_key or routing_key_file (Events API v2)'],
    ],
    [
      'details that are no map',
      'pagerduty',
      'routing_key: r\ndetails: [a]',
      '',
      ['details: details must be a map, not a list'],
    ],
    [
      'a broken template deep inside details',
      'pagerduty',
      'routing_key: r\ndetails: {a: [{b: "{{"}]}',
      '',
      [expect.stringMatching(/^details\.a\.0\.b: template, line 1:\d+: /)],
    ],
    [
      'Slack without a target',
      'slack',
      'channel: "#x"',
      '',
      [
        ': Slack needs api_url (a webhook) or app_token (a bot) here, or slack_api_url or slack_app_token under global',
      ],
    ],
    [
      'editing through a webhook',
      'slack',
      'api_url: http://s/x\nupdate_message: true',
      '',
      ['update_message: a webhook cannot edit messages: update_message needs app_token'],
    ],
    [
      'a field without a value',
      'slack',
      'api_url: http://s/x\nfields: [{title: a}]',
      '',
      ['fields.0: a field needs value'],
    ],
    [
      'an action without a target',
      'slack',
      'api_url: http://s/x\nactions: [{type: button, text: a}]',
      '',
      ['actions.0: an action needs url or name'],
    ],
    [
      'an SMS without anything',
      'sms',
      '{}',
      '',
      [
        ': an SMS needs account_sid: the AC... of your Twilio account',
        ': an SMS needs auth_token, auth_token_file, or api_key with api_secret',
        ': an SMS needs from (a number or sender id) or messaging_service_sid',
        ': an SMS needs to: a phone number, or a list of them',
      ],
    ],
    [
      'a number without its country',
      'sms',
      GOOD_SMS.replace('"+15550101"', '["+15550101", "0171 1234567"]'),
      '',
      ['to.1: "0171 1234567" must be a phone number with country code, such as "+15550100"'],
    ],
    ['a number that YAML would round', 'sms', GOOD_SMS.replace('"+15550101"', '+15550101'), '', []],
    [
      'an account that is none',
      'sms',
      GOOD_SMS.replace(SID, 'AC1'),
      '',
      ['account_sid: account_sid must be AC and 32 hexadecimal digits'],
    ],
    [
      'two senders',
      'sms',
      `${GOOD_SMS}\nmessaging_service_sid: MG${'0'.repeat(32)}`,
      '',
      ['messaging_service_sid: from and messaging_service_sid exclude each other: keep one'],
    ],
    [
      'half an API key',
      'sms',
      GOOD_SMS.replace('auth_token: t', `api_key: SK${'0'.repeat(32)}`),
      '',
      [': api_key and api_secret (or api_secret_file) belong together: give both'],
    ],
    [
      'a sender id that is too long',
      'sms',
      GOOD_SMS.replace('"+15550100"', 'TocsinAlerting'),
      '',
      [expect.stringMatching(/^from: from "TocsinAlerting" must be a phone number/)],
    ],
  ])('%s', (_name, kind, item, global, want) => {
    const { compiled, problems } = compileItem(kind, item, global)
    expect(problems).toEqual(want)
    const errors = problems.filter((problem) => !problem.startsWith('warning'))
    expect(compiled === null).toBe(errors.length > 0)
  })
})

describe('what settings mean', () => {
  test('an e-mail takes what it lacks from the globals', () => {
    const settings = settingsOf(
      'email',
      'to: a@b',
      `${SMTP}\nsmtp_hello: me\nsmtp_auth_username: u\nsmtp_auth_password_file: /p\nsmtp_require_tls: false`,
    )
    expect(settings).toMatchObject({
      from: 'a@b',
      smarthost: { host: 'mail', port: 25 },
      hello: 'me',
      auth: { username: 'u', password: { file: '/p' }, secret: null },
      requireTls: false,
      implicitTls: false,
      html: '{{ template "email.default.html" . }}',
      headers: { Subject: '{{ template "email.default.subject" . }}' },
    })
  })

  test('a password file here sets aside the global password', () => {
    const global = `${SMTP}\nsmtp_auth_username: u\nsmtp_auth_password: x`
    const settings = settingsOf('email', 'to: a@b\nauth_password_file: /p', global)
    expect(settings.auth?.password).toEqual({ file: '/p' })
  })

  it.each([
    ['port 465 speaks TLS from the start', 'smarthost: m:465', true],
    ['another port does not', 'smarthost: m:587', false],
    ['unless it is told to', 'smarthost: m:25\nforce_implicit_tls: true', true],
    ['and 465 does not when told so', 'smarthost: "[::1]:465"\nforce_implicit_tls: false', false],
  ])('%s', (_name, extra, implicitTls) => {
    const settings = settingsOf('email', `to: a@b\n${extra}`, 'smtp_from: a@b')
    expect(settings.implicitTls).toBe(implicitTls)
  })

  test("an item's http_config replaces the global one as a whole", () => {
    const global = 'http_config: {bearer_token: g, proxy_url: http://p}'
    const settings = settingsOf(
      'webhook',
      'url: http://h/\nhttp_config: {tls_config: {ca_file: ca.pem}}',
      global,
    )
    expect(settings.http).toMatchObject({
      auth: null,
      proxy: { kind: 'none' },
      tls: { caFile: '/etc/tocsin/ca.pem' },
    })
    expect(settingsOf('webhook', 'url: http://h/', global).http).toMatchObject({
      auth: { kind: 'header', type: 'Bearer', credentials: { text: 'g' } },
      proxy: { kind: 'url', url: 'http://p' },
    })
  })

  it.each([
    [
      'an own webhook comes first',
      'api_url: http://own/x',
      'slack_api_url: http://g/x',
      { url: { text: 'http://own/x' }, token: null },
    ],
    [
      'an own token posts to the Web API',
      'app_token: t',
      'slack_api_url: http://g/x',
      { url: { text: 'https://slack.com/api/chat.postMessage' }, token: { text: 't' } },
    ],
    [
      'then the global webhook',
      '{}',
      'slack_api_url_file: /s',
      { url: { file: '/s' }, token: null },
    ],
    [
      'then the global token',
      '{}',
      'slack_app_token: t\nslack_app_url: http://a/',
      { url: { text: 'http://a/' }, token: { text: 't' } },
    ],
  ])('Slack: %s', (_name, item, global, want) => {
    expect(settingsOf('slack', item, global)).toMatchObject(want)
  })

  test('PagerDuty prefers the older key and knows its address', () => {
    const both = settingsOf('pagerduty', 'routing_key: r\nservice_key: s')
    expect(both).toMatchObject({ version: 1, key: { text: 's' } })
    const global = 'pagerduty_url: http://pd/v2'
    const v2 = settingsOf('pagerduty', 'routing_key: r\nseverity: ""', global)
    expect(v2).toMatchObject({ version: 2, url: 'http://pd/v2', severity: 'error' })
  })

  test('an API key logs in instead of the account', () => {
    const key = `SK${'0'.repeat(32)}`
    const item = GOOD_SMS.replace('auth_token: t', `api_key: ${key}\napi_secret_file: /s`)
    const settings = settingsOf('sms', `${item}\napi_url: http://t/`)
    expect(settings).toMatchObject({ username: key, password: { file: '/s' }, apiUrl: 'http://t' })
  })

  test('texts keep what the file says', () => {
    const settings = settingsOf('slack', 'api_url: http://s/x\ntitle: 0x10\ntext:')
    expect(settings.templates).toMatchObject({ title: '0x10', text: '' })
  })
})

test('no input makes a config crash', () => {
  const value = fc.oneof(
    fc.constantFrom('', 'x', '{{', 1, true, null),
    fc.array(fc.string()),
    fc.dictionary(fc.string(), fc.string()),
  )
  const keys =
    'url to from http_config details images fields actions confirm headers threading tls_config account_sid payload mrkdwn_in api_url routing_key'.split(
      ' ',
    )
  const item = fc.dictionary(fc.constantFrom(...keys), value)
  fc.assert(
    fc.property(
      fc.constantFrom(...integrationConfigs.map((c) => c.kind)),
      item,
      item,
      (kind, own, global) => {
        const result = compileItem(kind, JSON.stringify(own), JSON.stringify(global))
        expect(result.compiled === null).toBe(result.problems.some((p) => !p.startsWith('warning')))
      },
    ),
  )
})

it.each([
  ['500ms', 500],
  ['1m30s', 90_000],
  ['1.5h', 5_400_000],
  ['.5s', 500],
  ['2000000', 2],
  ['0', 0],
  ['1d', null],
  ['10', 1e-5],
  ['', null],
  ['-1s', null],
  ['1s ', null],
  ['s', null],
])('Go duration %s is %s ms', (text, ms) => {
  const parsed = parseGoDuration(text)
  if (ms === null) expect(parsed).toBeNull()
  else expect(parsed).toBeCloseTo(ms, 9)
})
