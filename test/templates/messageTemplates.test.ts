import { describe, expect, it } from 'vitest'
import {
  checkMessageTemplate,
  createMessageTemplates,
  TemplateError,
} from '../../src/templates/messageTemplates.ts'
import { alert, message, renderHtml, renderText, resolved } from './support.ts'

const now = () => Date.UTC(2026, 10, 20, 8)
const mixed = message({ alerts: [alert('h1'), alert('h2'), resolved('h3')] })

it.each([
  [
    'the fields',
    '{{ .Receiver }} {{ .Status }} {{ .ExternalURL }} {{ .NotificationReason }}',
    'wh\\.dot firing http://am.example first notification',
  ],
  ['a label set', '{{ .CommonLabels }}', 'alertname=Disk, instance=h1, severity=critical'],
  [
    'sorted pairs',
    '{{ range .CommonLabels.SortedPairs }}{{ .Name }}:{{ .Value }};{{ end }}',
    'alertname:Disk;instance:h1;severity:critical;',
  ],
  [
    'names and values',
    '{{ .CommonLabels.Names | join "," }} {{ .CommonLabels.Values.Join "," }}',
    'alertname,instance,severity Disk,h1,critical',
  ],
  [
    'removed names',
    '{{ .CommonLabels.Remove .GroupLabels.Names }}',
    'instance=h1, severity=critical',
  ],
  [
    'removed words',
    '{{ (.CommonLabels.Remove (stringSlice "severity")).Names }}',
    '[alertname instance]',
  ],
  ['counts', '{{ len .Alerts }} {{ len .Alerts.Firing }} {{ .Alerts.Resolved | len }}', '3 2 1'],
  ['a missing label', '[{{ .CommonLabels.nope }}]', '[]'],
  ['route labels', '[{{ .RouteLabels.x }}{{ routeLabels "x" }}]', '[]'],
  [
    'times',
    '{{ range .Alerts }}{{ .StartsAt.Format "15:04:05.000" }} {{ .EndsAt.Year }} {{ end }}',
    '06:41:34.663 1 06:41:34.663 1 06:41:34.663 2026 ',
  ],
  [
    'JSON',
    '{{ (index .Alerts 2) | toJson }}',
    '{"status":"resolved","labels":{"alertname":"Disk","instance":"h3","severity":"critical"},"annotations":{"summary":"disk of h3 is full"},"startsAt":"2026-11-20T06:41:34.663Z","endsAt":"2026-11-20T06:42:34.663Z","generatorURL":"http://prom.example/graph?g0.expr=x","fingerprint":"ad51d62913d5fd05"}',
  ],
  [
    'escaped JSON',
    '{{ dict "b" "<&>" "a" (list 1 1.5 nil true) | toJson }}',
    '{"a":[1,1.5,null,true],"b":"\\u003c\\u0026\\u003e"}',
  ],
  ['a title', '{{ "hello WORLD foo-bar it\'s" | title }}', "Hello World Foo-Bar It's"],
  ['trimmed space', '[{{ trimSpace " a\\n" }}]', '[a]'],
  [
    'a zone',
    '{{ (index .Alerts 0).StartsAt | tz "America/New_York" | date "2006-01-02 15:04:05 MST -07:00" }}',
    '2026-11-20 01:41:34 EST -05:00',
  ],
  [
    'a summer zone',
    '{{ toDate "2006-01-02" "2026-07-01" | tz "Europe/Berlin" | date "15:04 MST" }}',
    '02:00 CEST',
  ],
  ['elapsed time', '{{ since (index .Alerts 0).StartsAt | printf "%s" }}', '2m0s'],
  ['a date that is none', '{{ (toDate "2006-01-02" "2026-02-30").IsZero }}', 'true'],
  [
    'durations',
    '{{ humanizeDuration 93784 }} {{ humanizeDuration "59.5" }} {{ humanizeDuration -0.5 }}',
    '1d 2h 3m 4s 59.5s -500ms',
  ],
  ['base64', '{{ base64encode "hi?>" }} {{ base64decode "aGk_Pg==" }}', 'aGk_Pg== hi?>'],
  ['unescaped URLs', '{{ urlUnescape "a+b%20%C3%A9" }}', 'a b é'],
  ['collections', '{{ append (list 1 2) 3 }} {{ (dict "a" "b").a }}', '[1 2 3] b'],
  ['the notice', '{{ .Notice }}', ''],
])('renders %s', (_name, source, want) => expect(renderText(source, mixed)).toBe(want))

it.each([
  ['an unknown field', 'a\n{{ .Nope }}', "can't evaluate field Nope in type *template.Data", 2, 4],
  ['an unknown template', '{{ template "nope" . }}', 'template "nope" not defined', 1, 13],
  ['an unknown zone', '{{ now | tz "Mars" }}', 'error calling tz: unknown time zone Mars', 1, 10],
  [
    'odd dict arguments',
    '{{ dict "a" }}',
    'error calling dict: dict expects an even number of arguments: key value key value',
    1,
    4,
  ],
  [
    'a bad escape',
    '{{ urlUnescape "%zz" }}',
    'error calling urlUnescape: invalid URL escape "%zz"',
    1,
    4,
  ],
  ['a syntax error', '{{ if }}', 'missing value for if', 1, 7],
])('fails with the place of %s', (_name, source, detail, line, column) => {
  const failure = failureOf(() => renderText(source, mixed))
  expect(failure).toMatchObject({ detail, line, column, code: 'INVALID_INPUT' })
})

function failureOf(action: () => unknown): TemplateError {
  try {
    action()
  } catch (error) {
    if (error instanceof TemplateError) return error
  }
  throw new Error('no TemplateError was thrown')
}

it('checks the syntax without data', () => {
  expect(checkMessageTemplate('{{ .Anything | toUpper }}')).toBeNull()
  expect(checkMessageTemplate('a\n {{ nope }}')).toEqual({
    message: 'function "nope" not defined',
    line: 2,
    column: 5,
  })
})

describe('files', () => {
  it('override the built-in definitions and each other', () => {
    const { templates, problems } = createMessageTemplates(
      [
        { name: '/etc/a.tmpl', text: '{{ define "__subject" }}first{{ end }}own {{ .Status }}' },
        { name: '/etc/b.tmpl', text: '{{ define "__subject" }}second{{ end }}' },
        { name: '/etc/c.tmpl', text: '{{ define "__subject" }} {{ end }}' },
      ],
      { now },
    )
    expect(problems).toEqual([])
    expect(templates.text('{{ template "slack.default.title" . }}', message())).toBe('second')
    expect(templates.text('{{ template "a.tmpl" . }}', message())).toBe('own firing')
  })

  it('that do not parse are reported, and the others count', () => {
    const { templates, problems } = createMessageTemplates(
      [
        { name: '/etc/bad.tmpl', text: 'x\n  {{ define "a" }}{{ nope }}{{ end }}' },
        { name: '/etc/good.tmpl', text: '{{ define "a" }}good{{ end }}' },
      ],
      { now },
    )
    expect(problems).toEqual([
      {
        file: '/etc/bad.tmpl',
        line: 2,
        column: 22,
        severity: 'error',
        message: 'function "nope" not defined',
      },
    ])
    expect(templates.text('{{ template "a" }}', message())).toBe('good')
  })

  it('do not see what one field defines for itself', () => {
    const own = '{{ define "__subject" }}mine{{ end }}{{ template "slack.default.title" . }}'
    expect(renderText(own)).toBe('mine')
    expect(renderText('{{ template "slack.default.title" . }}')).toBe(
      '[FIRING:1] Disk (h1 critical)',
    )
  })
})

it.each([
  ['firing', message(), '[FIRING:1] Disk (h1 critical)'],
  [
    'resolved',
    message({ status: 'resolved', alerts: [resolved('h1')] }),
    '[RESOLVED] Disk (h1 critical)',
  ],
  [
    'without more common labels',
    message({ commonLabels: { alertname: 'Disk' } }),
    '[FIRING:1] Disk ',
  ],
  ['without a group', message({ groupLabels: {}, commonLabels: {} }), '[FIRING:1]  '],
])('has the subject of a group %s', (_name, data, want) => {
  expect(renderText('{{ template "__subject" . }}', data)).toBe(want)
})

it.each([
  ['__alertmanager', 'Tocsin'],
  ['__alertmanagerURL', 'http://am.example/#/alerts?receiver=wh%5C.dot'],
  ['slack.default.username', 'Tocsin'],
  [
    'slack.default.fallback',
    '[FIRING:2] Disk (h1 critical) | http://am.example/#/alerts?receiver=wh%5C.dot',
  ],
  ['slack.default.text', ''],
  ['pagerduty.default.description', '[FIRING:2] Disk (h1 critical)'],
  ['email.default.subject', '[FIRING:2] Disk (h1 critical)'],
  ['sms.default.text', '[FIRING:2] Disk (h1 critical): disk of h1 is full; disk of h2 is full'],
  ['jira.default.priority', 'High'],
])('defines %s', (name, want) => {
  expect(renderText(`{{ template "${name}" . }}`, mixed)).toBe(want)
})

it('lists alerts as plain text', () => {
  expect(renderText('{{ template "__text_alert_list" .Alerts }}')).toBe(
    `Labels:
 - alertname = Disk
 - instance = h1
 - severity = critical
Annotations:
 - summary = disk of h1 is full
Source: http://prom.example/graph?g0.expr=x
`,
  )
})

it('keeps the text message on one line, whatever the annotations hold', () => {
  const annotations = { summary: 'one\n two' }
  const alerts = ['a', 'b', 'c'].map((name) => alert(name, { annotations }))
  expect(renderText('{{ template "sms.default.text" . }}', message({ alerts }))).toBe(
    '[FIRING:3] Disk (h1 critical): one two; one two; and more',
  )
})

it('names another product', () => {
  const { templates } = createMessageTemplates([], { now, productName: 'A "B" {{ C }}' })
  expect(templates.text('{{ template "__alertmanager" }}', message())).toBe('A "B" {{ C }}')
})

it('renders every built-in definition of alerts with nothing in them', () => {
  const bare = alert('', { labels: {}, annotations: {}, generatorURL: '' })
  const data = message({ alerts: [bare], groupLabels: {}, commonLabels: {}, commonAnnotations: {} })
  for (const kind of [
    'opsgenie.default.description',
    'telegram.default.message',
    'email.default.text',
    'msteams.default.text',
  ]) {
    expect(renderText(`{{ template "${kind}" . }}`, data)).toContain('Firing')
  }
})

describe('the HTML of e-mails', () => {
  const html = (data = mixed) => renderHtml('{{ template "email.default.html" . }}', data)

  it('tells both sections and links back', () => {
    const page = html()
    expect(page).toContain('3 alerts for alertname=Disk')
    expect(page).toContain('[2] Firing')
    expect(page).toContain('[1] Resolved')
    expect(page).toContain('href="http://am.example/#/alerts?receiver=wh%5C.dot"')
    expect(page).toContain('View in Tocsin')
  })

  it('shows only what there is', () => {
    expect(html(message())).not.toContain('Resolved')
    expect(html(message())).toContain('1 alert for')
    expect(html(message({ status: 'resolved', alerts: [resolved('h1')] }))).not.toContain('Firing')
  })

  it('escapes labels, annotations and links', () => {
    const evil = alert('<script>', {
      annotations: { x: '"><img>' },
      generatorURL: 'javascript:x()',
    })
    const page = html(message({ alerts: [evil] }))
    expect(page).not.toMatch(/<script|<img|javascript:/)
    expect(page).toContain('&lt;script&gt;')
  })

  it('shows who acknowledged', () => {
    const acked = alert('h1', { ack: { by: 'ann', note: 'on <it>' } })
    expect(html(message({ alerts: [acked] }))).toContain('acknowledged by ann (on &lt;it&gt;)')
  })
})

it('renders thousands of alerts', () => {
  const alerts = Array.from({ length: 5_000 }, (_, i) => alert(`h${i}`))
  expect(renderText('{{ template "email.default.text" . }}', message({ alerts }))).toContain(
    'h4999',
  )
})

it.each([
  [
    'lists that hold each other',
    '{{ $x := list 1 }}{{ range 45 }}{{ $x = list $x $x }}{{ end }}{{ toJson $x }}',
  ],
  [
    'deep recursion',
    '{{ define "r" }}{{ template "r" . }}{{ template "r" . }}{{ end }}{{ template "r" . }}',
  ],
  ['growing lists', '{{ $x := list 1 }}{{ range 9999999 }}{{ $x = append $x 1 }}{{ end }}'],
])('ends %s with an error', (_name, source) => {
  expect(() => renderText(source)).toThrow(TemplateError)
})
