import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Problem } from '../../src/core/problem.ts'
import { compileInline, compileInThread } from '../../src/rules/compileFiles.ts'
import { createRuleLoader } from '../../src/rules/loader.ts'
import type { RuleLoader, RuleLoaderOptions } from '../../src/rules/loader.ts'
import type { RuleSet } from '../../src/rules/ruleSet.ts'
import { asNobody } from '../support/asNobody.ts'
import type { RuleSetStore } from '../../src/store/ruleSetStore.ts'
import { systemClock } from '../../src/system.ts'
import { createFakeClock } from '../support/fakeClock.ts'

interface FakeStore extends RuleSetStore {
  readonly sets: Map<string, string>
  failing: boolean
  current: string | null
}

/** Keeps what the port promises, through JSON as the real one does. */
function fakeStore(): FakeStore {
  const store: FakeStore = {
    sets: new Map(),
    failing: false,
    current: null,
    async publish(ruleSet) {
      if (store.failing) throw new Error('the store is away')
      store.sets.set(ruleSet.version, JSON.stringify(ruleSet))
      store.current = ruleSet.version
    },
    currentVersion: async () => store.current,
    async read(version) {
      const text = store.sets.get(version)
      return text === undefined ? null : (JSON.parse(text) as RuleSet)
    },
    saveNotificationFile: async () => undefined,
    lastNotificationFile: async () => null,
  }
  return store
}

const INTERVAL = 5_000
const clock = createFakeClock()
let dir: string
let store: FakeStore
let changes: RuleSet[]
let reports: (readonly Problem[])[]
const loaders: RuleLoader[] = []

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tocsin-rules-'))
  store = fakeStore()
  changes = []
  reports = []
})
afterEach(async () => {
  for (const loader of loaders.splice(0)) await loader.stop()
  expect(clock.sleeping()).toBe(0)
  rmSync(dir, { recursive: true, force: true })
})

function createLoader(options: Partial<RuleLoaderOptions> = {}): RuleLoader {
  const loader = createRuleLoader({
    globs: ['rules/**/*.yml'],
    baseDir: dir,
    store,
    clock,
    intervalMs: INTERVAL,
    defaults: { intervalMs: 60_000, queryOffsetMs: 0 },
    onChange: (ruleSet) => changes.push(ruleSet),
    onProblem: (problems) => reports.push(problems),
    compile: compileInline,
    ...options,
  })
  loaders.push(loader)
  return loader
}

function write(file: string, text: string): void {
  mkdirSync(join(dir, file, '..'), { recursive: true })
  writeFileSync(join(dir, file), text)
}

function good(name: string, expr = 'up == 0'): string {
  return `groups:\n- name: ${name}\n  rules:\n  - {alert: A, expr: ${expr}}\n`
}

function names(ruleSet: RuleSet | null | undefined): string[] {
  return ruleSet?.groups.map((group) => group.name) ?? []
}

async function published(): Promise<RuleSet | null> {
  return store.current === null ? null : store.read(store.current)
}

it('publishes what the files say, under names relative to the configuration folder', async () => {
  write('rules/a.yml', good('a'))
  write('rules/team/b.yml', good('b'))
  const loader = createLoader()
  const result = await loader.start()
  expect(result).toMatchObject({ ok: true, changed: true, problems: [] })
  expect(result.version).toBe(store.current)
  expect((await published())?.files.map((f) => f.file)).toEqual(['rules/a.yml', 'rules/team/b.yml'])
  expect(loader.status()).toMatchObject({
    ok: true,
    checkedAt: clock.now(),
    succeededAt: clock.now(),
  })
  expect(reports).toEqual([])
})

it('notices a change of content within one interval, and nothing else', async () => {
  write('rules/a.yml', good('a'))
  await createLoader().start()
  write('rules/a.yml', good('a'))
  await clock.advance(INTERVAL)
  expect(changes).toHaveLength(1)
  write('rules/a.yml', good('renamed'))
  await clock.advance(INTERVAL)
  await vi.waitFor(() => expect(changes.map(names)).toEqual([['a'], ['renamed']]))
})

it('keeps the last good version of a broken file, lets the rest go live, and tells about both turns', async () => {
  write('rules/a.yml', good('a'))
  write('rules/b.yml', good('b'))
  const loader = createLoader()
  const first = await loader.start()
  write('rules/a.yml', 'groups:\n- name: a\n  rules:\n  - {alert: A, expr: up ==}\n')
  write('rules/b.yml', good('b2'))
  const second = await loader.reload()
  expect(second).toMatchObject({
    ok: false,
    changed: true,
    problems: [{ file: 'rules/a.yml', line: 4, column: 27, severity: 'error' }],
  })
  expect(names(await published())).toEqual(['a', 'b2'])
  expect(loader.status().succeededAt).toBe(clock.now())
  write('rules/a.yml', good('a'))
  write('rules/b.yml', good('b'))
  const third = await loader.reload()
  expect(third).toMatchObject({ ok: true, version: first.version })
  expect(reports.map((problems) => problems.length)).toEqual([1, 0])
})

it('runs the last good version of a file that is broken when it starts', async () => {
  write('rules/a.yml', good('a'))
  await createLoader().start()
  write('rules/a.yml', 'groups: {')
  const result = await createLoader().start()
  expect(result.ok).toBe(false)
  expect(names(await published())).toEqual(['a'])
  expect((await published())?.files).toMatchObject([{ file: 'rules/a.yml', stale: true }])
})

it('drops the groups of a file that vanished', async () => {
  write('rules/a.yml', good('a'))
  write('rules/b.yml', good('b'))
  const loader = createLoader()
  await loader.start()
  rmSync(join(dir, 'rules/a.yml'))
  expect(await loader.reload()).toMatchObject({ ok: true, changed: true })
  expect(names(await published())).toEqual(['b'])
})

it('keeps all rules when the whole folder is away, as a volume that is not mounted', async () => {
  write('rules/a.yml', good('a'))
  const loader = createLoader()
  await loader.start()
  renameSync(join(dir, 'rules'), join(dir, 'elsewhere'))
  const result = await loader.reload()
  expect(names(await published())).toEqual(['a'])
  expect(result.problems.map((p) => `${p.file} ${p.severity}: ${p.message}`)).toEqual([
    'rules/**/*.yml warning: no rule file matches this path, so that nothing is evaluated from it',
    'rules/a.yml error: rules: there is no such folder',
  ])
})

it('counts a file without permission as bad, not as gone', async () => {
  write('rules/a.yml', good('a'))
  const loader = createLoader()
  await loader.start()
  chmodSync(join(dir, 'rules/a.yml'), 0o000)
  const result = await asNobody(dir, () => loader.reload())
  expect(result).toMatchObject({ ok: false, problems: [{ file: 'rules/a.yml' }] })
  expect(names(await published())).toEqual(['a'])
})

it.each([
  ['binary data', Buffer.from([0xff, 0xfe, 0x00, 0x80]), 'this is no UTF-8 text'],
  ['a link that leads nowhere', null, 'rules/a.yml: cannot be read: this link leads nowhere'],
])('counts %s as bad, not as gone', async (_name, bytes, message) => {
  write('rules/a.yml', good('a'))
  const loader = createLoader()
  await loader.start()
  rmSync(join(dir, 'rules/a.yml'))
  if (bytes === null) symlinkSync(join(dir, 'nowhere'), join(dir, 'rules/a.yml'))
  else writeFileSync(join(dir, 'rules/a.yml'), bytes)
  const { problems } = await loader.reload()
  expect(problems).toMatchObject([{ file: 'rules/a.yml', severity: 'error', message }])
  expect(names(await published())).toEqual(['a'])
})

it('follows the swap of links that Kubernetes does for a ConfigMap', async () => {
  write('rules/..2026_1/a.yml', good('one'))
  write('rules/..2026_2/a.yml', good('two'))
  symlinkSync('..2026_1', join(dir, 'rules/..data'))
  symlinkSync('..data/a.yml', join(dir, 'rules/a.yml'))
  await createLoader().start()
  symlinkSync('..2026_2', join(dir, 'rules/..data_tmp'))
  renameSync(join(dir, 'rules/..data_tmp'), join(dir, 'rules/..data'))
  await clock.advance(INTERVAL)
  await vi.waitFor(() => expect(changes.map(names)).toEqual([['one'], ['two']]))
  expect(changes[1]?.files).toHaveLength(1)
})

it('warns about a glob without a match, by its name, and is well otherwise', async () => {
  mkdirSync(join(dir, 'rules'))
  const result = await createLoader({ globs: ['rules/*.yml', 'more/*.yml'] }).start()
  expect(result.ok).toBe(true)
  expect(result.problems.map((p) => p.file)).toEqual(['rules/*.yml', 'more/*.yml'])
  expect(names(await published())).toEqual([])
})

it('tries again when the store refused, and publishes again what the store lost', async () => {
  write('rules/a.yml', good('a'))
  const loader = createLoader()
  await loader.start()
  store.failing = true
  write('rules/a.yml', good('a2'))
  const refused = await loader.reload()
  expect(refused).toMatchObject({ ok: false, changed: false })
  expect(refused.problems.at(-1)?.message).toContain('the store is away')
  store.failing = false
  await clock.advance(INTERVAL)
  await vi.waitFor(async () => expect(names(await published())).toEqual(['a2']))
  store.sets.clear()
  store.current = null
  await clock.advance(INTERVAL)
  await vi.waitFor(async () => expect(names(await published())).toEqual(['a2']))
})

it('parses a file again only when it changed', async () => {
  write('rules/a.yml', good('a'))
  write('rules/b.yml', good('b'))
  const compiled: string[][] = []
  const loader = createLoader({
    compile: (files, defaults) => {
      compiled.push(files.map((f) => f.file))
      return compileInline(files, defaults)
    },
  })
  await loader.start()
  write('rules/b.yml', good('b2'))
  await loader.reload()
  expect(compiled).toEqual([['rules/a.yml', 'rules/b.yml'], ['rules/b.yml']])
})

it('serves reloads that come together one after another, each with the files of its time', async () => {
  write('rules/a.yml', good('a'))
  const loader = createLoader()
  await loader.start()
  const [, second] = await Promise.all([
    loader.reload(),
    (write('rules/a.yml', good('a2')), loader.reload()),
  ])
  expect(second.version).toBe(store.current)
  expect(names(await published())).toEqual(['a2'])
})

it('compiles in a thread to the same result, with the main thread free meanwhile', async () => {
  const rules = Array.from(
    { length: 3_000 },
    (_, i) => `  - {alert: A${i}, expr: 'sum(rate(x{i="${i}"}[5m])) > 1'}`,
  )
  const file = { file: 'big.yml', text: `groups:\n- name: g\n  rules:\n${rules.join('\n')}\n` }
  const bad = { file: 'bad.yml', text: 'groups: 5' }
  const defaults = { intervalMs: 60_000, queryOffsetMs: 0 }
  let turns = 0
  const timer = setInterval(() => turns++, 5)
  const fromThread = await compileInThread(systemClock)([file, bad], defaults)
  clearInterval(timer)
  expect(turns).toBeGreaterThan(10)
  expect(fromThread).toEqual(await compileInline([file, bad], defaults))
})
