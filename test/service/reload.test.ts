import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createNotificationLoader } from '../../src/routing/notificationLoader.ts'
import type { RuleLoader } from '../../src/rules/loader.ts'
import { createReloader } from '../../src/service/reload.ts'
import type { Reloader } from '../../src/service/reload.ts'
import type { RuleSetStore } from '../../src/store/ruleSetStore.ts'
import { systemClock } from '../../src/system.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'

let folder: string
let file: string
/** How many of the next calls of the store, and of the rerouting, fail. */
let storeFails: number
let routingFails: number
/** Receivers of the root route: as used, and as alerts were routed by. */
let used: string[]
let routed: string[]
let ruleReloads: number
let reloader: Reloader

const write = (receiver: string): void =>
  writeFileSync(file, `route: {receiver: ${receiver}}\nreceivers: [{name: ${receiver}}]\n`)

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-reload-'))
  file = join(folder, 'alertmanager.yml')
  storeFails = routingFails = ruleReloads = 0
  used = []
  routed = []
  write('first')
  const store: Pick<RuleSetStore, 'saveNotificationFile'> = {
    saveNotificationFile: async () => {
      if (storeFails-- > 0) throw new Error('the store is away')
    },
  }
  const notifications = createNotificationLoader({
    file,
    store: store as RuleSetStore,
    onChange: async (config) => void used.push(config.route.receiver),
  })
  await notifications.load()
  const rules: Pick<RuleLoader, 'reload' | 'status'> = {
    reload: async () => {
      ruleReloads++
      await systemClock.sleep(20)
      return { ok: true, changed: false, version: null, problems: [] }
    },
    status: () => ({
      ok: true,
      changed: false,
      version: null,
      problems: [],
      checkedAt: null,
      succeededAt: null,
      ruleSet: null,
    }),
  }
  reloader = createReloader({
    notifications,
    rules: rules as RuleLoader,
    metrics: createMetrics({ clock: systemClock }),
    clock: systemClock,
    onRouting: async () => {
      if (routingFails-- > 0) throw new Error('the store is away')
      routed.push(notifications.state.config?.route.receiver ?? '')
    },
    onTemplates: async () => {},
    onProblems: () => {},
  })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('takes a changed file over by a later look when the store is away at the first', async () => {
  storeFails = 1
  write('second')
  await expect(reloader.look()).rejects.toThrow('away')
  expect(used).toEqual(['first'])
  await reloader.look()
  expect(used).toEqual(['first', 'second'])
  expect(routed).toEqual(['second'])
})

it('routes all alerts anew by a later look when the store is away at the first', async () => {
  routingFails = 1
  write('second')
  await expect(reloader.reload()).rejects.toThrow('away')
  expect(routed).toEqual([])
  await reloader.look()
  await reloader.look()
  expect(routed).toEqual(['second'])
})

it('answers a storm of reloads with two, the second of which sees all changes', async () => {
  const first = reloader.reload()
  await systemClock.sleep(5)
  write('second')
  const storm = Array.from({ length: 50 }, () => reloader.reload())
  await Promise.all([first, ...storm])
  expect(ruleReloads).toBe(2)
  expect(routed).toEqual(['second'])
  await reloader.reload()
  expect(ruleReloads).toBe(3)
})

it('uses the last of several changes, however its looks overlap', async () => {
  for (const name of ['second', 'third', 'fourth']) {
    write(name)
    void reloader.look()
  }
  await reloader.look()
  expect(used.at(-1)).toBe('fourth')
  expect(routed.at(-1)).toBe('fourth')
})
