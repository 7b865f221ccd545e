import { expect, it, test } from 'vitest'
import { createLog } from '../../src/telemetry/log.ts'
import { formatLogLine } from '../../src/telemetry/logText.ts'

function logger(env: Record<string, string> = {}, isTty = false) {
  const lines: string[] = []
  return { lines, log: createLog({ env, isTty, write: (line) => void lines.push(line) }) }
}

test('lines are JSON with a time and a level in words', () => {
  const { log, lines } = logger()
  log.info({ group: 'g' }, 'evaluated')
  log.debug('not shown')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      group: 'g',
      msg: 'evaluated',
    },
  ])
})

test('secrets never reach a line', () => {
  const { log, lines } = logger()
  log.info(
    { password: 'hunter2', config: { token: 'hunter2', deep: { bearerToken: 'hunter2' } } },
    'x',
  )
  log.info({ req: { headers: { authorization: 'hunter2' } } }, 'x')
  expect(lines.join('')).not.toContain('hunter2')
  expect(lines.join('')).toContain('[secret]')
})

it.each([
  ['a terminal gets text', {}, true, false],
  ['a pipe gets JSON', {}, false, true],
  ['text can be asked for', { TOCSIN_LOG: 'text' }, false, false],
  ['JSON can be asked for', { TOCSIN_LOG: 'json' }, true, true],
])('%s', (_name, env, isTty, isJson) => {
  const { log, lines } = logger(env, isTty)
  log.warn('careful')
  expect(lines[0]?.startsWith('{')).toBe(isJson)
})

test('the level is chosen by the environment, and an unknown one is said', () => {
  const quiet = logger({ TOCSIN_LOG_LEVEL: 'error' })
  quiet.log.warn('no')
  quiet.log.error('yes')
  expect(quiet.lines).toHaveLength(1)
  const unknown = logger({ TOCSIN_LOG_LEVEL: 'loud' })
  expect(unknown.lines.join('')).toContain('ignored an unknown log level')
})

it.each([
  [
    'fields follow the message',
    { level: 'info', msg: 'sent', integration: 'email', ms: 3 },
    'INFO  sent integration=email ms=3\n',
  ],
  [
    'texts with spaces are quoted',
    { level: 'warn', msg: 'm', reason: 'a b' },
    'WARN  m reason="a b"\n',
  ],
  [
    'errors show their message',
    { level: 'error', msg: 'm', err: { type: 'Error', message: 'no route', stack: 'x\ny' } },
    'ERROR m err="no route"\n',
  ],
  [
    'line breaks do not break the line',
    { level: 'info', msg: 'm', x: 'a\nb' },
    'INFO  m x="a\\nb"\n',
  ],
  ['nothing but a level', { level: 'info' }, 'INFO \n'],
])('%s', (_name, entry, text) => {
  expect(formatLogLine(JSON.stringify(entry))).toBe(text)
})

test('the time of day stands first, and foreign text stays as it is', () => {
  expect(formatLogLine('{"level":"info","time":"2026-01-01T08:00:01.250Z","msg":"m"}')).toBe(
    '08:00:01.250 INFO  m\n',
  )
  expect(formatLogLine('not json\n')).toBe('not json\n')
})
