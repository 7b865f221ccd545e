import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { fileKind } from '../../src/cli/fileKind.ts'
import { cli } from '../support/cli.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tocsin-check-'))
})
afterEach(() => rmSync(cwd, { recursive: true }))

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(resolve(cwd, name, '..'), { recursive: true })
    writeFileSync(join(cwd, name), text)
  }
}

const check = (...args: string[]) => cli(['check', ...args], { cwd })

const GOOD_RULES = 'groups:\n  - name: a\n    rules:\n      - alert: Down\n        expr: up == 0\n'
const BAD_RULES = GOOD_RULES.replace('up == 0', 'up ==')
const GOOD_ROUTES = 'route: { receiver: team }\nreceivers: [{ name: team }]\n'
const SERVICE =
  'rules: [rules/*.yml]\ndatasources: [{ url: "http://127.0.0.1:9090" }]\nnotifications: am.yml\n'

test('a service file brings in all files it names', async () => {
  write({ 'tocsin.yml': SERVICE, 'am.yml': GOOD_ROUTES, 'rules/a.yml': GOOD_RULES })
  expect(await check()).toEqual({
    code: 0,
    out: '',
    err: 'checked tocsin.yml, am.yml, rules/*.yml: no problems\n',
  })
})

test('every problem of every file is told by place, sorted', async () => {
  write({
    'tocsin.yml': SERVICE,
    'am.yml': 'route: { receiver: nobody }\n',
    'rules/a.yml': BAD_RULES,
  })
  const { code, out, err } = await check('tocsin.yml')
  expect(code).toBe(1)
  expect(out.split('\n').map((line) => line.split(': ')[0])).toEqual([
    'am.yml:1:10',
    'rules/a.yml:5:20',
    '',
  ])
  expect(err).toBe('checked tocsin.yml, am.yml, rules/*.yml: 2 errors, 0 warnings\n')
})

test('problems are JSON when asked for, and an empty list when there is none', async () => {
  write({ 'bad.yml': BAD_RULES, 'good.yml': GOOD_RULES })
  const bad = await check('bad.yml', '--json')
  expect([bad.code, JSON.parse(bad.out)]).toEqual([
    1,
    [
      {
        file: 'bad.yml',
        line: 5,
        column: 20,
        severity: 'error',
        message: expect.any(String) as string,
      },
    ],
  ])
  expect(await check('good.yml', '--json')).toMatchObject({ code: 0, out: '[]\n' })
})

test('a broken service file stops at itself', async () => {
  write({ 'tocsin.yml': 'ruls: [x]\nlisten: {}\n' })
  expect(await check()).toMatchObject({
    code: 1,
    out: 'tocsin.yml:1:1: unknown key "ruls", did you mean "rules"?\n',
  })
})

test('a notification file that is not there is a problem of its own', async () => {
  write({ 'tocsin.yml': 'notifications: gone.yml\n' })
  expect((await check()).out).toMatch(
    /^gone\.yml:1:1: the notification file cannot be read: ENOENT/,
  )
})

test('folders hold rule files', async () => {
  write({ 'rules/a.yml': GOOD_RULES, 'rules/deep/b.yml': BAD_RULES })
  expect((await check('rules')).out).toMatch(/^rules\/deep\/b\.yml:5:20: /)
})

test('warnings alone are exit code 0', async () => {
  write({ 'tocsin.yml': 'listen: {}\n' })
  const { code, out } = await cli(['check'], { cwd, env: { TOCSIN_REDIS_ULR: 'x' } })
  expect([code, out]).toEqual([0, expect.stringContaining('warning: TOCSIN_REDIS_ULR')])
})

it.each([
  ['a file that is not there', 'gone.yml', 'gone.yml:1:1: cannot be read: ENOENT'],
  [
    'a file of no kind',
    'other.yml',
    'other.yml:1:1: this is none of our files: rule files begin with `groups:`',
  ],
  ['an empty file', 'empty.yml', 'empty.yml:1:1: this is none of our files'],
  ['a file that is not YAML', 'broken.yml', 'broken.yml:1:1: this is none of our files'],
])('%s is a problem', async (_name, file, problem) => {
  write({ 'other.yml': 'version: 1\n', 'empty.yml': '', 'broken.yml': '{{{' })
  const { code, out } = await check(file)
  expect([code, out]).toEqual([1, expect.stringContaining(problem)])
})

test('with nothing to check it says how', async () => {
  expect(await check()).toEqual({
    code: 1,
    out: '',
    err: 'tocsin: nothing to check: name files, or run it where tocsin.yml lies\n',
  })
})

describe('the kind of a file', () => {
  it.each([
    ['rules', GOOD_RULES],
    ['rules', '# comment\n"groups":\n- name: a\n'],
    ['rules', '{"groups": []}'],
    ['rules', 'groups: []\n# route: x\n'],
    ['notifications', GOOD_ROUTES],
    ['notifications', '{"route": {"receiver": "a"}, "receivers": []}'],
    ['notifications', 'inhibit_rules: []\n'],
    ['service', SERVICE],
    ['service', '{ "redis": {} }'],
    [null, 'text: |\n  groups: x\n'],
    [null, 'rules:\n  - alert: x\n'],
    [null, ''],
    [null, '- groups: x\n'],
  ])('is %s for %j', (kind, text) => {
    expect(fileKind(text)).toBe(kind)
  })
})

test('checking rules loads no server module', async () => {
  write({ 'good.yml': GOOD_RULES })
  const root = resolve(import.meta.dirname, '../..')
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      '--import',
      join(root, 'node_modules/tsx/dist/loader.mjs'),
      '-e',
      PROBE,
      root,
      join(cwd, 'good.yml'),
    ],
    { cwd },
  )
  expect(JSON.parse(stdout)).toEqual({ code: 0, loaded: [] })
})

/** Runs `check` in a fresh process and prints which CommonJS server packages were loaded by it. */
const PROBE = `
import(process.argv[1] + '/src/cli/program.ts').then(async ({ runCli }) => {
  const code = await runCli(['check', process.argv[2]], {
    out() {}, err() {}, env: {}, cwd: process.cwd(), isTty: false, columns: 100, now: Date.now, randomBytes: Buffer.alloc,
  })
  const { createRequire } = await import('node:module')
  const cache = Object.keys(createRequire(process.argv[1] + '/package.json').cache)
  const loaded = ['fastify', 'bullmq', 'ioredis', 'undici', 'nodemailer', 'prom-client', 'pino', 'twilio']
    .filter((name) => cache.some((file) => file.includes('/node_modules/' + name + '/')))
  console.log(JSON.stringify({ code, loaded }))
})`
