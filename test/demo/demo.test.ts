import { createServer } from 'node:http'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { runDemo } from '../../src/demo/demo.ts'
import type { DemoParts } from '../../src/demo/demoParts.ts'
import { readDemoOptions, type DemoOptions } from '../../src/demo/demoSettings.ts'
import { pingRedis } from '../../src/embedded/pingRedis.ts'
import type { HistoryEntry } from '../../src/store/historyStore.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { REPOSITORY } from '../support/redis.ts'

let dataDir: string
let printed: string[]
let story: string[]
let config: Config | null

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tocsin-demo-'))
  symlinkSync(join(REPOSITORY, '.tocsin/packages'), join(dataDir, 'packages'))
  printed = []
  story = []
  config = null
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const FIRING: HistoryEntry = {
  at: 0,
  kind: 'transition',
  what: 'firing',
  fingerprint: '0123456789abcdef',
  alertname: 'HighErrorRatio',
}
const DELIVERED: HistoryEntry = {
  at: 0,
  kind: 'delivery',
  what: 'delivered',
  groupKey: '{}:{a="b"}',
}

/** A service that tells a story of its own, and an inbox that stays empty: the rest of the demo is real. */
function fakeParts(entries: readonly HistoryEntry[]): DemoParts {
  return {
    startService: async (loaded, { onHistory }) => {
      config = loaded
      const { service, management } = loaded.listen
      const tell = setTimeout(() => entries.forEach(onHistory), 50)
      return {
        addresses: { service: `${service.port}`, management: `${management.port}` },
        summary: () => ({ ruleFiles: 1, groups: 2, rules: 3 }),
        stop: async () => {
          clearTimeout(tell)
          story.push(`service stopped, store answers: ${await storeAnswers(loaded)}`)
        },
      }
    },
    startInbox: async ({ host, port, smtpPort }) => ({
      url: `http://${host}:${port}`,
      smtpPort,
      close: async () => void story.push('inbox closed'),
    }),
  }
}

async function storeAnswers({ redis }: Config): Promise<boolean> {
  return pingRedis((redis.url ?? '').slice('unix://'.length), 1_000)
}

function run(given: Partial<DemoOptions>, entries: readonly HistoryEntry[] = []): Promise<void> {
  const none = {
    servicePort: '0',
    managementPort: '0',
    inboxPort: '0',
    smtpPort: '0',
    prometheusPort: '0',
  }
  const options = { ...readDemoOptions({ ...none, dataDir }, {}), ...given }
  return runDemo(options, {
    parts: fakeParts(entries),
    version: '1.2.3',
    env: process.env,
    print: (text) => printed.push(stripVTControlCharacters(text)),
    log: createLog({ env: { TOCSIN_LOG_LEVEL: 'silent' }, isTty: false }),
  })
}

describe('the demo', () => {
  it('says what runs where, and what to try after the first message', async () => {
    // Two messages in a row: the second ends the run after the hint for the first was due.
    await run({ stopAfterMs: 2_500 }, [FIRING, DELIVERED, DELIVERED])
    const screen = printed.join('\n')
    expect(screen).toContain('Tocsin 1.2.3 (demo)')
    expect(screen).toMatch(/rules +3 in 2 groups, from 1 files/)
    expect(screen).toMatch(/query API +ok, \d+ ms/)
    expect(screen).toContain(join(dataDir, 'demo'))
    expect(screen).toContain('npx tocsin ack 0123456789abcdef --url http://127.0.0.1:')
    expect(screen.match(/npx tocsin alerts/g)).toHaveLength(1)
    expect(screen).toMatch(/delivered +a=b/)
    expect(screen).toContain('stopped. State is kept in')
  })

  it('stops in order: the service while the store still answers, the store last', async () => {
    await run({ stopAfterDeliveries: 1 }, [FIRING, DELIVERED])
    expect(story).toEqual(['service stopped, store answers: true', 'inbox closed'])
    expect(config === null || (await storeAnswers(config))).toBe(false)
    for (const file of [
      'demo.lock',
      'redis/lock',
      'redis/redis.pid',
      'prometheus/prometheus.pid',
    ]) {
      expect(existsSync(join(dataDir, 'demo', file))).toBe(false)
    }
  })

  it('gives the service a configuration that fits: store, query API, rules, all five kinds', async () => {
    await run({ stopAfterDeliveries: 1 }, [DELIVERED])
    expect(config?.redis.url).toBe(`unix://${join(dataDir, 'demo/redis/redis.sock')}`)
    expect(config?.rules).toContain(join(dataDir, 'demo/rules/*.yml'))
    expect(config?.rules).toContain(join(REPOSITORY, 'rules/demo.yml'))
    const text = readFileSync(config?.notifications ?? '', 'utf8')
    for (const kind of ['slack', 'email', 'pagerduty', 'sms', 'webhook']) {
      expect(text).toContain(`${kind}_configs:`)
    }
  })

  it('fails when the deliveries that were asked for do not happen in time', async () => {
    await expect(run({ stopAfterDeliveries: 2, stopAfterMs: 500 }, [DELIVERED])).rejects.toThrow(
      '1 of 2 messages were delivered within 0.5 s',
    )
    expect(story).toHaveLength(2)
  })

  it('names a port that is taken and the option that changes it, before starting anything', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const inbox = (other.address() as AddressInfo).port
    const ports = { service: 0, management: 0, inbox, smtp: 0, prometheus: 0 }
    await expect(run({ ports })).rejects.toThrow(
      `port ${inbox} on 127.0.0.1, wanted for the inbox, is taken by another program: choose another with --inbox-port (or TOCSIN_DEMO_INBOX_PORT)`,
    )
    other.close()
    expect(printed).toEqual([])
    expect(existsSync(join(dataDir, 'demo/redis'))).toBe(false)
  })

  it('refuses a data folder in which another demo runs', async () => {
    const first = run({ stopAfterMs: 2_000 })
    await expect.poll(() => existsSync(join(dataDir, 'demo/demo.lock'))).toBe(true)
    await expect(run({})).rejects.toThrow(`is in use by process ${process.pid}`)
    await first
  })

  it('stops everything when it is interrupted, and not by a failure', async () => {
    const running = run({})
    await expect.poll(() => printed.length, { timeout: 15_000 }).toBeGreaterThan(0)
    process.emit('SIGINT', 'SIGINT')
    process.emit('SIGINT', 'SIGINT')
    await running
    expect(story).toEqual(['service stopped, store answers: true', 'inbox closed'])
  })
})
