import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { makeBed } from '../support/bed.ts'
import type { Bed } from '../support/bed.ts'
import { runProgram } from '../support/service.ts'
import type { CommandRun } from '../support/service.ts'

const taken = createServer()
let bed: Bed

beforeAll(async () => {
  taken.listen(0, '127.0.0.1')
  await once(taken, 'listening')
  bed = await makeBed()
  await bed.start('one')
}, 60_000)
afterAll(async () => {
  taken.close()
  await bed.close()
})

/** Starts a service that differs from a good one in one thing. */
async function run(name: string, settings: Record<string, unknown>): Promise<CommandRun> {
  bed.write(`${name}.yml`, {
    redis: { url: bed.redis.url, connect_timeout: '1s' },
    data_dir: `data-${name}`,
    listen: { service: '127.0.0.1:0', management: '127.0.0.1:0' },
    ...settings,
  })
  return runProgram(['run', '--config', bed.file(`${name}.yml`)])
}

describe.concurrent('a start fails with one line and exit code 1 when', () => {
  it('a port is taken', async ({ expect }) => {
    const { port } = taken.address() as AddressInfo
    for (const key of ['service', 'management']) {
      const listen = { service: '127.0.0.1:0', management: '127.0.0.1:0' }
      const { code, err } = await run(`port-${key}`, {
        listen: { ...listen, [key]: `127.0.0.1:${port}` },
      })
      const setting = `listen.${key} (or TOCSIN_LISTEN_${key.toUpperCase()})`
      const line = `tocsin: port ${port} on 127.0.0.1 is taken by another process: choose another with ${setting}\n`
      expect({ code, err }).toEqual({ code: 1, err: line })
    }
  })

  it('another process has the data folder', async ({ expect }) => {
    const { code, err } = await run('folder', { data_dir: 'data-one' })
    expect(code).toBe(1)
    expect(err).toBe(
      `tocsin: the data folder ${bed.file('data-one')} is in use by process ${bed.service.pid}: ` +
        'end it first, or choose another folder with data_dir (TOCSIN_DATA_DIR)\n',
    )
  })

  it('there is no Redis at its address', async ({ expect }) => {
    for (const url of ['redis://:secret@127.0.0.1:1', `unix://${bed.file('nothing')}`]) {
      const { code, err } = await run('redis', { redis: { url, connect_timeout: '1s' } })
      expect(code).toBe(1)
      expect(err).toMatch(/^tocsin: Redis at \S+ does not answer: .*(ECONNREFUSED|ENOENT).*\n$/)
      expect(err).not.toContain('secret')
    }
  })
})
