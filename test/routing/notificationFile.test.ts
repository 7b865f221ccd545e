import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { formatProblem } from '../../src/core/problem.ts'
import type { NotificationConfig, Route } from '../../src/routing/notificationConfig.ts'
import { loadNotificationFile } from '../../src/routing/notificationFile.ts'
import { groupId, walkRoutes } from '../../src/routing/route.ts'

const FILE = '/etc/am.yml'
const RECEIVERS = `
receivers:
  - name: default
  - name: db
`

/** The problems of a text, as a compiler prints them, without the file. */
function problemsOf(text: string): string[] {
  return loadNotificationFile(FILE, text).problems.map((p) =>
    formatProblem(p).replace(`${FILE}:`, ''),
  )
}

function configOf(text: string): NotificationConfig {
  const { config, problems } = loadNotificationFile(FILE, text)
  if (config === null) throw new Error(problems.map(formatProblem).join('\n'))
  return config
}

/** A file whose root route has the given body below it, indented as written. */
function withRoute(body: string): string {
  return `route:\n  receiver: default\n${body}${RECEIVERS}`
}

function routesOf(body: string): Route[] {
  return [...walkRoutes(configOf(withRoute(body)).route)]
}

describe('a small file', () => {
  test('has the defaults', () => {
    const config = configOf(withRoute(''))
    expect(config).toMatchObject({
      resolveTimeoutMs: 300_000,
      inhibitRules: [],
      templates: [],
      route: {
        id: '{}',
        key: '{}',
        ordinal: 0,
        matchers: [],
        receiver: 'default',
        groupBy: [],
        groupWaitMs: 30_000,
        groupIntervalMs: 300_000,
        repeatIntervalMs: 14_400_000,
      },
    })
    expect([...config.receivers.keys()]).toEqual(['default', 'db'])
  })
  test('cannot be changed afterwards', () => {
    const { route, inhibitRules } = configOf(withRoute('  routes: [{ receiver: db }]\n'))
    expect([route, route.routes, route.routes[0], inhibitRules].every(Object.isFrozen)).toBe(true)
  })
  test('is known by the hash of its text', () => {
    const [a, b] = [configOf(withRoute('')), configOf(withRoute('  # other\n'))]
    expect(a.hash).toMatch(/^[0-9a-f]{64}$/)
    expect(a.hash).not.toBe(b.hash)
  })
  test('may lack receivers of integrations, and have globals without content', () => {
    expect(problemsOf(`global:\n${withRoute('')}`)).toEqual([])
  })
})

describe('inheritance', () => {
  const body = `
  group_by: [a]
  group_wait: 1s
  repeat_interval: 1d12h
  routes:
    - matchers: [x=1]
      receiver: db
      continue: true
      mute_time_intervals: [night]
      routes:
        - matchers: [y=1]
    - matchers: [x=2]
      group_by: []
      group_wait: 0s
      routes:
        - group_by: ['...']
          routes:
            - group_by: [b, c]
time_intervals: [{ name: night }]
`
  const routes = routesOf(body)
  it.each([
    ['receiver', 'receiver', ['default', 'db', 'db', 'default', 'default', 'default']],
    ['group_by', 'groupBy', [['a'], ['a'], ['a'], [], 'all', ['b', 'c']]],
    ['group_wait, also 0', 'groupWaitMs', [1_000, 1_000, 1_000, 0, 0, 0]],
    ['repeat_interval', 'repeatIntervalMs', Array.from({ length: 6 }, () => 129_600_000)],
    ['continue stays where it is', 'continue', [false, true, false, false, false, false]],
    ['mute intervals stay where they are', 'muteTimeIntervals', [[], ['night'], [], [], [], []]],
    ['lines', 'line', [2, 8, 13, 14, 18, 20]],
  ] as const)('%s', (_name, key, want) => expect(routes.map((route) => route[key])).toEqual(want))

  test('ids and keys', () => {
    expect(routes.map(({ id, key }) => `${id} ${key}`)).toEqual([
      '{} {}',
      '{}/{x="1"}/0 {}/{x="1"}',
      '{}/{x="1"}/0/{y="1"}/0 {}/{x="1"}/{y="1"}',
      '{}/{x="2"}/1 {}/{x="2"}',
      '{}/{x="2"}/1/{}/0 {}/{x="2"}/{}',
      '{}/{x="2"}/1/{}/0/{}/0 {}/{x="2"}/{}/{}',
    ])
  })

  test('routes with equal key and receiver are counted, so that their groups stay apart', () => {
    const twins = routesOf(
      '  routes: [{ matchers: [a=1] }, { receiver: db, matchers: [a=1] }, { matchers: [a=1] }]\n',
    )
    expect(twins.map((route) => route.ordinal)).toEqual([0, 0, 0, 1])
    expect(new Set(twins.map((route) => groupId(route, {}))).size).toBe(4)
  })

  test('a route in between does not move the groups of others', () => {
    const [, before] = routesOf('  routes: [{ matchers: [a=1] }]\n')
    const [, , after] = routesOf('  routes: [{ matchers: [b=1] }, { matchers: [a=1] }]\n')
    expect(groupId(after as Route, { x: 'y' })).toBe(groupId(before as Route, { x: 'y' }))
  })
})

describe('texts', () => {
  test('are kept as written', () => {
    const [, route] = routesOf(
      '  routes: [{ match: {a: yes, b: 0500, c: 1.10, f: 2020-01-01, g: 0x1F, k: 1e3, n: ~, o: } }]\n',
    )
    const values = route?.matchers.map((matcher) => matcher.value)
    expect(values).toEqual(['yes', '0500', '1.10', '2020-01-01', '0x1F', '1e3', '', ''])
  })
  test('booleans may be YAML 1.1 words', () => {
    expect(
      routesOf(
        '  routes: [{ continue: yes }, { continue: off }, { continue: "on" }]\n'.replace(
          '"on"',
          'on',
        ),
      ).map((r) => r.continue),
    ).toEqual([false, true, false, true])
  })
  test('anchors and merges are resolved', () => {
    const body =
      '  routes:\n    - &db { receiver: db, matchers: [a=1] }\n    - { <<: *db, continue: true }\n'
    expect(routesOf(body)[2]).toMatchObject({ receiver: 'db', continue: true, key: '{}/{a="1"}' })
  })
})

describe('matchers', () => {
  test('of all forms are combined and sorted; deprecated patterns carry anchors', () => {
    const body = `
  routes:
    - matchers: ['b=~"x|y"', '{z="1", a!=""}']
      match: { m: '1' }
      match_re: { owner: team-(B|C) }
`
    expect(routesOf(body)[1]?.key).toBe('{}/{a!="",b=~"x|y",m="1",owner=~"^(?:team-(B|C))$",z="1"}')
  })
  test('of inhibit rules too', () => {
    const rules = `inhibit_rules:
  -
  - name: n
    source_match: { sev: crit }
    source_match_re: { a: b.* }
    target_matchers: [sev=warn, "x=y"]
    equal: [cluster, cluster]
`
    expect(configOf(withRoute('') + rules).inhibitRules).toEqual([
      { name: '', sourceMatchers: [], targetMatchers: [], equal: [] },
      {
        name: 'n',
        sourceMatchers: [
          { name: 'a', op: '=~', value: '^(?:b.*)$' },
          { name: 'sev', op: '=', value: 'crit' },
        ],
        targetMatchers: [
          { name: 'sev', op: '=', value: 'warn' },
          { name: 'x', op: '=', value: 'y' },
        ],
        equal: ['cluster'],
      },
    ])
  })
})

test('time intervals of both lists share their names', () => {
  const lists = `
time_intervals:
  - name: office
    time_intervals:
      - times: [{ start_time: 09:00, end_time: 17:00 }]
        weekdays: [monday:friday, Saturday]
        days_of_month: [1:5, -1]
        months: [1:3, december]
        years: [2026]
        location: Europe/Berlin
      - {}
mute_time_intervals:
  - name: never
    time_intervals: [{ times: [] }]
`
  const every = {
    times: null,
    weekdays: null,
    daysOfMonth: null,
    months: null,
    years: null,
    location: 'UTC',
  }
  expect(Object.fromEntries(configOf(withRoute('') + lists).timeIntervals)).toEqual({
    office: [
      {
        times: [{ begin: 540, end: 1_020 }],
        weekdays: [
          { begin: 1, end: 5 },
          { begin: 6, end: 6 },
        ],
        daysOfMonth: [
          { begin: 1, end: 5 },
          { begin: -1, end: -1 },
        ],
        months: [
          { begin: 1, end: 3 },
          { begin: 12, end: 12 },
        ],
        years: [{ begin: 2026, end: 2026 }],
        location: 'Europe/Berlin',
      },
      every,
    ],
    never: [{ ...every, times: [] }],
  })
})

describe('receivers', () => {
  const head = 'route: { receiver: a }\n'
  test('have integrations with globals filled in, and a fallback', () => {
    const config = configOf(`
global: { smtp_smarthost: 'mail.example:25', smtp_from: tocsin@example.org }
${head}
receivers:
  - name: a
    fallback: b
    webhook_configs: [{ url: 'http://one.example/' }, { url: 'http://two.example/', send_resolved: no }]
    email_configs: [{ to: db@example.org }]
  - name: b
`)
    expect(config.receivers.get('b')).toMatchObject({ name: 'b', integrations: [], fallback: null })
    const { integrations, fallback } = config.receivers.get('a') ?? {}
    expect(fallback).toBe('b')
    expect(integrations).toMatchObject([
      {
        key: 'a/email/0',
        kind: 'email',
        index: 0,
        sendResolved: false,
        settings: { from: 'tocsin@example.org' },
      },
      { key: 'a/webhook/0', kind: 'webhook', index: 0, sendResolved: true },
      { key: 'a/webhook/1', kind: 'webhook', index: 1, sendResolved: false },
    ])
  })
  test('of kinds that are not supported are fine while nothing uses them', () => {
    expect(
      problemsOf(
        `${head}receivers: [{ name: a }, { name: b, opsgenie_configs: [{ api_key: k }] }]\n`,
      ),
    ).toEqual([])
  })
  test('may have labels, but name is their own', () => {
    expect(problemsOf(`${head}receivers: [{ name: a, labels: { name: a, team: x } }]\n`)).toEqual(
      [],
    )
  })
})

test('globs of templates begin at the folder of the file', () => {
  expect(configOf(`${withRoute('')}templates: [t/*.tmpl, /abs/*.tmpl]\n`).templates).toEqual([
    '/etc/t/*.tmpl',
    '/abs/*.tmpl',
  ])
})

// Each with line and column; RECEIVERS stand behind everything that withRoute makes.
describe('problems', () => {
  it.each([
    ['an empty file', '', ['1:1: no route provided: the file needs a route with a receiver']],
    [
      'no map',
      '- a',
      ['1:1: the file must be a map with keys such as route and receivers, not a list'],
    ],
    [
      'an unknown key',
      withRoute('  group_wiat: 5s\n'),
      ['3:3: unknown key "group_wiat"; did you mean "group_wait"?'],
    ],
    ['a scratch key', `${withRoute('')}x-foo: 1\n`, [/^7:1: unknown key "x-foo"/]],
    ['a key twice', withRoute('  receiver: db\n'), [/^3:3: .*receiver/]],
    ['broken YAML', 'route: [', [/^1:\d+: /]],
    ['no receiver at the root', `route: {}${RECEIVERS}`, [/^1:1: the root route needs a receiver/]],
    [
      'matchers at the root',
      withRoute('  matchers: [a=b]\n'),
      [/^3:3: the root route takes every alert: matchers/],
    ],
    [
      'match at the root',
      withRoute('  match: { a: b }\n'),
      [/^3:3: the root route takes every alert: match/],
    ],
    [
      'continue at the root',
      withRoute('  continue: true\n'),
      [/^3:3: the root route has no siblings/],
    ],
    [
      'a mute interval at the root',
      withRoute('  mute_time_intervals: [n]\ntime_intervals: [{ name: n }]\n'),
      [/^3:3: the root route takes every alert: mute_time_intervals/],
    ],
    [
      'an unknown receiver',
      withRoute('  routes: [{ receiver: dbb }]\n'),
      ['3:14: receiver "dbb" does not exist; did you mean "db"?'],
    ],
    [
      'an unknown interval',
      withRoute('  routes: [{ active_time_intervals: [x] }]\n'),
      ['3:38: time interval "x" does not exist'],
    ],
    [
      'an empty label in group_by',
      withRoute("  group_by: ['']\n"),
      ['3:14: a label name must not be empty'],
    ],
    [
      'a label twice in group_by',
      withRoute('  group_by: [a, a]\n'),
      ['3:17: label "a" is there twice'],
    ],
    [
      'all labels and one more',
      withRoute("  group_by: ['...', a]\n"),
      ['3:3: "..." means all labels: no others beside it'],
    ],
    [
      'no group interval',
      withRoute('  group_interval: 0s\n'),
      ['3:3: group_interval must be longer than 0'],
    ],
    [
      'no repeat interval',
      withRoute('  repeat_interval: 0\n'),
      [/repeat_interval must be longer than 0/],
    ],
    ['a number for a duration', withRoute('  group_wait: 30\n'), [/^3:3: "30" is not a duration/]],
    [
      'a bad label name in match',
      withRoute('  routes: [{ match: { a-b: c } }]\n'),
      [/^3:23: "a-b" is no label name here/],
    ],
    [
      'match_re without a pattern',
      withRoute('  routes: [{ match_re: { a: } }]\n'),
      ['3:26: a needs a pattern'],
    ],
    [
      'match_re with a bad one',
      withRoute('  routes: [{ match_re: { a: ( } }]\n'),
      [/^3:26: a=~"\(": .*missing closing/],
    ],
    [
      'a bad matcher',
      withRoute('  routes: [{ matchers: [foo] }]\n'),
      [/^3:25: bad matcher format: foo/],
    ],
    [
      'matchers that are no list',
      withRoute('  routes: [{ matchers: a=b }]\n'),
      ['3:14: matchers must be a list, not text'],
    ],
    [
      'a route without content',
      withRoute('  routes:\n    -\n'),
      [/^4:\d+: an item of routes must be a map, not nothing/],
    ],
    [
      'a receiver without a name',
      withRoute('').replace('name: db', 'labels: {}'),
      ['6:5: a receiver needs a name'],
    ],
    [
      'a receiver without content',
      `${withRoute('')}  -\n`,
      [/an item of receivers must be a map, not nothing/],
    ],
    [
      'a receiver twice',
      withRoute('').replace('db', 'default'),
      ['6:5: receiver "default" is there twice: names are unique'],
    ],
    [
      'another name label',
      `${withRoute('')}    labels: { name: x }\n`,
      ['7:15: the label name is always the receiver\'s name, "db"'],
    ],
    [
      'an interval without a name',
      `${withRoute('')}time_intervals: [{}]\n`,
      ['7:18: a time interval needs a name'],
    ],
    [
      'an interval in both lists',
      `${withRoute('')}time_intervals: [{ name: n }]\nmute_time_intervals: [{ name: n }]\n`,
      ['8:25: time interval "n" is there twice: names are unique'],
    ],
    [
      'an empty label in equal',
      `${withRoute('')}inhibit_rules: [{ equal: [''] }]\n`,
      ['7:27: a label name must not be empty'],
    ],
    [
      'a receiver without fallback',
      `${withRoute('')}    fallback: nobody\n`,
      ['7:5: receiver "nobody" does not exist'],
    ],
    [
      'itself as fallback',
      `${withRoute('')}    fallback: db\n`,
      ['7:5: the fallback leads back: db -> db'],
    ],
    [
      'fallbacks in a circle',
      `${withRoute('')}    fallback: default\n`.replace(
        'name: default',
        'name: default\n    fallback: db',
      ),
      [
        '6:5: the fallback leads back: default -> db -> default',
        '8:5: the fallback leads back: db -> default -> db',
      ],
    ],
    [
      'a kind that is not supported, in a route',
      withRoute('  routes: [{ receiver: db }]\n') + '    opsgenie_configs: [{}]\n',
      [
        '3:14: receiver "db" has opsgenie_configs, which is not supported yet; ' +
          'supported are email_configs, pagerduty_configs, slack_configs, sms_configs, webhook_configs',
      ],
    ],
    [
      'a bad integration',
      `${withRoute('')}    webhook_configs: [{ url: ftp://x }]\n`,
      [/^7:25: url must start with http/],
    ],
    [
      'an integration without content',
      `${withRoute('')}    webhook_configs: [null]\n`,
      [/^7:23: an item of webhook_configs must be a map/],
    ],
    [
      'a secret and its file',
      `global: { slack_api_url: a, slack_api_url_file: b }\n${withRoute('')}`,
      [/^1:29: slack_api_url and slack_api_url_file exclude/],
    ],
    [
      'two ways to Slack',
      `global: { slack_api_url: 'http://a.example', slack_app_token: b }\n${withRoute('')}`,
      [/^1:46: slack_app_token and slack_api_url exclude/],
    ],
    [
      'an unknown global',
      `global: { smtp_form: a }\n${withRoute('')}`,
      ['1:11: unknown key "smtp_form"; did you mean "smtp_from"?'],
    ],
  ])('%s', (_name, text, want) => {
    const { config } = loadNotificationFile(FILE, text)
    expect(config).toBe(null)
    const problems = problemsOf(text)
    expect(problems).toHaveLength(want.length)
    want.forEach((one, i) => {
      if (typeof one === 'string') expect(problems[i]).toBe(one)
      else expect(problems[i]).toMatch(one)
    })
  })

  it.each([
    [
      'overnight',
      'times: [{ start_time: 22:00, end_time: 06:00 }]',
      /end_time must be after start_time/,
    ],
    ['no end', 'times: [{ start_time: 22:00 }]', /needs both start_time and end_time/],
    ['no time', 'times: [{ start_time: 9, end_time: 10:00 }]', /"9" is no time/],
    [
      'over the week',
      'weekdays: [friday:sunday]',
      /ends before it begins; a week begins on sunday/,
    ],
    ['no list', 'weekdays: monday', /weekdays must be a list, not text/],
    ['no day', 'days_of_month: [0]', /0 is no day of the month/],
    ['no month', 'months: [jan]', /"jan" is no month/],
    ['no year', 'years: [x]', /"x" is no year/],
    ['no zone', 'location: Mars', /unknown time zone "Mars"/],
    ['an unknown key', 'weekday: [monday]', /did you mean "weekdays"/],
  ])('of an interval: %s', (_name, spec, want) => {
    const problems = problemsOf(
      `${withRoute('')}time_intervals: [{ name: n, time_intervals: [{ ${spec} }] }]\n`,
    )
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(want)
  })

  test('are all reported, in the order of the file', () => {
    const text =
      withRoute('  group_wait: x\n  routes: [{ receiver: no }, { matchers: [b] }]\n') +
      'templates: 1\n'
    expect(problemsOf(text).map((problem) => problem.split(' ')[0])).toEqual([
      '3:3:',
      '4:14:',
      '4:43:',
      '9:1:',
    ])
  })
})

describe('warnings leave the file in use', () => {
  it.each([
    [
      'a matcher that two grammars read differently',
      withRoute("  routes: [{ matchers: ['foo=~a{2}'] }]\n"),
      /^3:25: warning: .*foo=~"a\{2"/,
    ],
    [
      'repeats faster than groups',
      withRoute('  repeat_interval: 1m\n'),
      /^3:3: warning: repeat_interval is shorter/,
    ],
    ['labels of routes', withRoute('  labels: { a: b }\n'), /^3:3: warning: labels of routes/],
    ['tracing', `${withRoute('')}tracing: { endpoint: x }\n`, /^7:1: warning: tracing is ignored/],
    [
      'event_recorder',
      `${withRoute('')}event_recorder: { stdout_outputs: [] }\n`,
      /^7:1: warning: event_recorder is ignored/,
    ],
  ])('%s', (_name, text, want) => {
    expect(configOf(text)).not.toBe(null)
    const problems = problemsOf(text)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(want)
  })
})

test('no text makes it throw', () => {
  const piece = fc.constantFrom(
    'route:',
    'receivers:',
    '  - ',
    'name: a',
    '{',
    '}',
    '[',
    ']',
    '\n',
    'receiver: a',
    ' ',
    'matchers',
    ': ',
    'null',
    '&a ',
    '*a',
    '<<: ',
    'time_intervals:',
    'times: ',
    '5',
    "'",
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
      const { config, problems } = loadNotificationFile(FILE, pieces.join(''))
      expect(config === null).toBe(problems.some((p) => p.severity === 'error'))
    }),
    { numRuns: 500 },
  )
})
