import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { createServiceServer } from '../../src/api/serviceServer.ts'
import type { AlertRecord } from '../../src/core/alert.ts'
import { buildAlert, START } from '../support/alertBuilder.ts'
import { cli } from '../support/cli.ts'
import type { CliRun } from '../support/cli.ts'
import { fakeApi, testConfig } from '../support/fakeApiDeps.ts'
import type { FakeApi } from '../support/fakeApiDeps.ts'

const HOUR = 3_600_000
let api: FakeApi
let server: FastifyInstance
let url = ''
beforeEach(() => listen(fakeApi()))
afterEach(() => server.close())

async function listen(fake: FakeApi): Promise<void> {
  api = fake
  server = createServiceServer(api.deps)
  url = await server.listen({ host: '127.0.0.1', port: 0 })
}

function add(name: string, labels = {}, other: Partial<AlertRecord> = {}): AlertRecord {
  const alert = buildAlert({ alertname: name, ...labels }, other)
  api.alerts.set(alert.fingerprint, alert)
  return alert
}

const run = (...args: string[]): Promise<CliRun> =>
  cli([...args, '--url', url], { env: { USER: 'ann' } })

describe('alerts', () => {
  test('are a table that fits 100 columns', async () => {
    const disk = add(
      'DiskFull',
      { host: 'db1', path: '/very/long'.repeat(12) },
      { startsAt: START - 11_520_000 },
    )
    add('Down', {}, { status: 'pending' })
    const { code, out, err } = await run('alerts')
    const lines = out.split('\n')
    expect([code, err]).toEqual([0, ''])
    expect(lines[0]).toMatch(/^STATE +ALERT +SINCE +FINGERPRINT +LABELS$/)
    expect(Math.max(...lines.map((line) => line.length))).toBe(100)
    expect(out).toContain(
      `firing   DiskFull  3h12m  ${disk.fingerprint}  host="db1" path="/very/long`,
    )
    expect(out).toMatch(/pending  Down +0s /)
  })

  test('are JSON when asked for', async () => {
    add('Disk')
    const { out } = await run('alerts', '--json')
    expect(JSON.parse(out)).toMatchObject([{ labels: { alertname: 'Disk' }, state: 'firing' }])
  })

  it.each([
    ['by name', ['Disk']],
    ['by matcher', ['alertname=~Di.*', 'host=db1']],
    ['by state', ['--state', 'firing']],
  ])('are chosen %s', async (_name, args) => {
    add('Disk', { host: 'db1' })
    add('Other', { host: 'db2' }, { status: 'pending' })
    const { out } = await run('alerts', ...args)
    expect([out.includes('Disk'), out.includes('Other')]).toEqual([true, false])
  })

  test('none is said, and data stays clean', async () => {
    expect(await run('alerts')).toEqual({ code: 0, out: '', err: 'no alerts\n' })
    expect((await run('alerts', '--json')).out).toBe('[]\n')
  })

  test('control characters of labels do not reach the terminal', async () => {
    add('Evil\u001b[2J', { x: 'a\nb' })
    const { out } = await run('alerts')
    expect(out).toContain('Evil·[2J')
    expect(out.includes('\u001b')).toBe(false)
  })

  test('the rest beyond the limit is counted', async () => {
    for (let i = 0; i < 5; i++) add(`A${i}`)
    const { out, err } = await run('alerts', '--limit', '2')
    expect([out.trim().split('\n').length, err]).toEqual([3, '2 of 5: see more with --limit\n'])
  })
})

describe('ack', () => {
  it.each([
    ['its fingerprint', (a: AlertRecord) => [a.fingerprint]],
    ['the beginning of its fingerprint', (a: AlertRecord) => [a.fingerprint.slice(0, 6)]],
    ['its name', () => ['Disk']],
    ['a matcher', () => ['host=db1']],
    ['several matchers', () => ['host=db1', 'alertname=~"D.*"']],
  ])('takes %s', async (_name, target) => {
    const disk = add('Disk', { host: 'db1' })
    add('Other', { host: 'db2' })
    const { code, out } = await run('ack', ...target(disk), '--note', 'on it', '--for', '2h')
    expect([code, out]).toEqual([
      0,
      `Disk (${disk.fingerprint}) acknowledged by ann until 2026-01-01T02:00:00.000Z\n`,
    ])
    expect(api.alerts.get(disk.fingerprint)?.ack).toMatchObject({
      by: 'ann',
      note: 'on it',
      until: START + 2 * HOUR,
    })
  })

  test('lists what matches when it is more than one, and changes nothing', async () => {
    add('Disk', { host: 'db1' })
    add('Disk', { host: 'db2' })
    const { code, out, err } = await run('ack', 'Disk')
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain('host="db1"')
    expect(err).toContain(
      'tocsin: 2 alerts match: name one by its fingerprint, or take them all with --all\n',
    )
    expect([...api.alerts.values()].every((alert) => alert.ack === null)).toBe(true)
    expect((await run('ack', 'Disk', '--all')).out.trim().split('\n')).toHaveLength(2)
    expect([...api.alerts.values()].every((alert) => alert.ack?.by === 'ann')).toBe(true)
  })

  test('says when nothing matches, or what matches does not fire', async () => {
    add('Quiet', {}, { status: 'pending' })
    const { code, err } = await run('ack', 'Quiet')
    expect([code, err]).toEqual([1, 'tocsin: no firing alert matches Quiet: see `tocsin alerts`\n'])
  })

  test('is taken back with --undo', async () => {
    const disk = add('Disk')
    await run('ack', 'Disk')
    expect((await run('ack', 'Disk', '--undo')).out).toBe(
      `Disk (${disk.fingerprint}) pages again\n`,
    )
    expect(api.alerts.get(disk.fingerprint)?.ack).toBeNull()
  })

  test('passes on what the service says about a bad duration', async () => {
    add('Disk')
    const { code, err } = await run('ack', 'Disk', '--for', 'soon')
    expect([code, err]).toEqual([
      1,
      expect.stringContaining('tocsin: duration: "soon" is not a duration'),
    ])
  })
})

describe('silence', () => {
  test('add prints the id alone, list shows it, expire ends it by the beginning of its id', async () => {
    const added = await run('silence', 'add', 'host=db1', '--for', '2h', '--comment', 'disk swap')
    expect(added).toEqual({
      code: 0,
      out: 'id-1\n',
      err: 'silenced host="db1" until 2026-01-01T02:00:00.000Z\n',
    })
    expect(api.silences[0]).toMatchObject({ createdBy: 'ann', comment: 'disk swap' })
    expect((await run('silence', 'list')).out).toMatch(
      /^ID +STATE.*\nid-1  active  in 2h  ann  host="db1"  disk swap\n$/,
    )
    expect((await run('silence', 'expire', 'id')).out).toBe('id-1 expired: host="db1"\n')
    expect((await run('silence', 'list')).err).toBe('no silences\n')
    expect((await run('silence', 'list', '--all')).out).toContain('expired')
  })

  test('a name is a matcher of the name', async () => {
    await run('silence', 'add', 'Disk Full', '--until', '2026-02-01T00:00:00Z', '--comment', 'c')
    expect(api.silences[0]?.matchers).toEqual([{ name: 'alertname', op: '=', value: 'Disk Full' }])
  })

  it.each([
    [
      'no end',
      ['host=db1', '--comment', 'c'],
      'say how long: either --for such as 2h, or --until with a time',
    ],
    ['no comment', ['host=db1', '--for', '2h'], "required option '--comment <text>' not specified"],
    ['a matcher that is none', ['host=~(', '--for', '2h', '--comment', 'c'], 'matchers "host=~("'],
  ])('%s is refused', async (_name, args, message) => {
    const { code, err } = await run('silence', 'add', ...args)
    expect([code, err]).toEqual([1, expect.stringContaining(message)])
    expect(api.silences).toEqual([])
  })

  test('a typing error among several ids ends none', async () => {
    await run('silence', 'add', 'a=b', '--for', '2h', '--comment', 'c')
    const { code, err } = await run('silence', 'expire', 'id-1', 'nope')
    expect([code, err]).toEqual([
      1,
      expect.stringContaining('no silence that could be ended begins with nope'),
    ])
    expect(api.silences[0]?.endsAt).toBe(START + 2 * HOUR)
  })
})

describe('status', () => {
  test('is aligned lines, and exit code 1 when not ready', async () => {
    await server.close()
    await listen(
      fakeApi({
        readiness: async () => ({
          ready: false,
          checks: [{ name: 'store', ok: false, message: 'does not answer' }],
        }),
        datasources: async () => [
          { name: 'default', reachable: false, lastError: 'refused', failingSince: START },
        ],
      }),
    )
    const { code, out, err } = await run('status')
    expect([code, err]).toEqual([1, ''])
    expect(out).toBe(
      [
        'Tocsin             1.2.3, up 0s, NOT READY',
        '  store            does not answer',
        'members            none',
        'datasource         default: NOT REACHABLE: refused',
        'alerts             none',
        'notifications      none',
        'rules              0 groups',
        'notification file  none: nobody is notified',
        '',
      ].join('\n'),
    )
  })

  test('ready is exit code 0', async () => {
    expect((await run('status', '--json')).code).toBe(0)
  })
})

describe('reaching the service', () => {
  test('nothing listens there: the address, the reason, and what to do', async () => {
    await server.close()
    const { code, err } = await run('alerts')
    expect(code).toBe(1)
    expect(err).toMatch(
      new RegExp(
        `^tocsin: no Tocsin answers at ${url} \\(connect ECONNREFUSED .*\\)\nIs it running\\? Start it with \`tocsin run\``,
      ),
    )
  })

  test('it does not answer in time', async () => {
    const silent = createServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    const { err } = await cli(['alerts', '--url', `http://127.0.0.1:${port}`, '--timeout', '100ms'])
    silent.closeAllConnections()
    silent.close()
    expect(err).toContain('(no answer within 100ms)')
  })

  test('something else answers there', async () => {
    const other = createServer((_request, response) => void response.end('<html>'))
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const { err } = await cli(['alerts'], { env: { TOCSIN_URL: `http://127.0.0.1:${port}/` } })
    other.closeAllConnections()
    other.close()
    expect(err).toContain('but not like Tocsin: check the address')
  })

  it.each([
    ['an address that is none', ['--url', 'tocsin:8093'], '"tocsin:8093" is not an address'],
    ['a timeout that is none', ['--timeout', '10'], '--timeout: "10" is not a duration'],
  ])('%s is refused', async (_name, args, message) => {
    const { code, err } = await cli(['alerts', ...args])
    expect([code, err]).toEqual([1, expect.stringContaining(message)])
  })

  test('tokens come from the option or the environment', async () => {
    await server.close()
    const sha256 = createHash('sha256').update('t1').digest('hex')
    await listen(fakeApi({ config: testConfig([{ name: 'ann', role: 'viewer', sha256 }]) }))
    expect((await run('alerts')).err).toContain('Give the token with --token or in TOCSIN_TOKEN')
    expect((await run('alerts', '--token', 't1')).code).toBe(0)
    expect((await cli(['alerts'], { env: { TOCSIN_URL: url, TOCSIN_TOKEN: 't1' } })).code).toBe(0)
    const { err } = await run(
      'silence',
      'add',
      'a=b',
      '--for',
      '1h',
      '--comment',
      'c',
      '--token',
      't1',
    )
    expect(err).toBe('tocsin: this needs the role responder; the token "ann" has the role viewer\n')
  })
})

test('a new token is printed once, and its hash lets it in', async () => {
  const { code, out, err } = await cli(['token', 'create', 'alice', '--role', 'admin'])
  const token = out.trim()
  const hash = `sha256:${createHash('sha256').update(token).digest('hex')}`
  expect(code).toBe(0)
  expect(token).toMatch(/^tocsin_[\w-]{43}$/)
  expect(err).toContain(`- { name: "alice", role: admin, hash: "${hash}" }`)
  expect(err).not.toContain(token)
  const json = await cli(['token', 'create', 'bob', '--json'])
  expect(JSON.parse(json.out)).toMatchObject({ name: 'bob', role: 'responder', token })
})

describe('the command line itself', () => {
  it.each([
    ['an unknown command', ['alrts'], '(Did you mean alerts?)'],
    ['an unknown option', ['alerts', '--jsn'], '(Did you mean --json?)'],
    ['a state that is none', ['alerts', '--state', 'x'], 'Allowed choices are pending, firing'],
  ])('%s is refused with a hint', async (_name, args, hint) => {
    const { code, out, err } = await cli(args)
    expect([code, out, err]).toEqual([1, '', expect.stringContaining(hint)])
  })

  test('help is on standard output', async () => {
    const { code, out, err } = await cli(['--help'])
    expect([code, err]).toEqual([0, ''])
    for (const command of ['run', 'demo', 'check', 'alerts', 'ack', 'silence', 'status', 'token']) {
      expect(out).toMatch(new RegExp(`^  ${command} `, 'm'))
    }
  })
})
