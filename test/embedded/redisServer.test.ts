import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findServer, type FoundServer } from '../../src/embedded/findServer.ts'
import { isAlive } from '../../src/embedded/processIdentity.ts'
import { startRedisServer, type RedisServer } from '../../src/embedded/redisServer.ts'
import { REPOSITORY } from '../support/redis.ts'

const bin = findServer('redis-server', {
  dataDir: join(REPOSITORY, '.tocsin'),
  env: process.env,
}) as FoundServer

let dataDir: string
let said: string[]
const running: RedisServer[] = []

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tocsin-embedded-'))
  said = []
})
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

async function start(dir = dataDir): Promise<RedisServer> {
  const server = await startRedisServer({ dataDir: dir, bin, say: (line) => said.push(line) })
  running.push(server)
  return server
}

/** Runs one command on a connection of its own. */
async function ask(server: RedisServer, ...command: [string, ...string[]]): Promise<unknown> {
  const client = new Redis(server.url)
  client.on('error', () => {})
  try {
    return await client.call(...command)
  } finally {
    client.disconnect()
  }
}

describe('the embedded store', () => {
  it('is append-only, never evicts and listens on no port', async () => {
    const server = await start()
    const value = async (name: string): Promise<unknown> => {
      const answer = await ask(server, 'CONFIG', 'GET', name)
      return Object.values(answer as object).at(-1)
    }
    expect(await value('appendonly')).toBe('yes')
    expect(await value('appendfsync')).toBe('everysec')
    expect(await value('maxmemory-policy')).toBe('noeviction')
    expect(await value('port')).toBe('0')
  })

  it('keeps its data when it is stopped and started again', async () => {
    const first = await start()
    await ask(first, 'SET', 'kept', 'yes')
    await first.stop()
    expect(await ask(await start(), 'GET', 'kept')).toBe('yes')
  })

  it('is started again with its data when it is killed, and says so', async () => {
    const server = await start()
    await ask(server, 'SET', 'kept', 'yes')
    const before = server.pid
    process.kill(before, 'SIGKILL')
    await expect.poll(() => server.pid, { interval: 5 }).not.toBe(before)
    await expect.poll(() => ask(server, 'GET', 'kept')).toBe('yes')
    expect(server.pid).not.toBe(before)
    expect(said).toEqual([expect.stringContaining('redis ended unexpectedly (signal SIGKILL)')])
  })

  it('leaves no process, lock, pid file or socket behind', async () => {
    const server = await start()
    const { pid } = server
    await server.stop()
    expect(await server.exited).toEqual({ expected: true, text: 'redis stopped' })
    expect(isAlive(pid)).toBe(false)
    for (const file of ['redis/lock', 'redis/redis.pid', 'redis/redis.sock']) {
      expect(existsSync(join(dataDir, file))).toBe(false)
    }
  })

  it('refuses a data folder that a live process uses, naming the process', async () => {
    await start()
    await expect(start()).rejects.toThrow(
      `the data folder ${dataDir} is in use by process ${process.pid}`,
    )
  })

  it('ends a server that outlived its killed parent, and keeps what that one had stored', async () => {
    const parent = spawn(process.execPath, ['--import', 'tsx', '-e', ORPHAN_MAKER], {
      cwd: REPOSITORY,
      env: { ...process.env, ORPHAN_DATA_DIR: dataDir, ORPHAN_BIN: JSON.stringify(bin) },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const orphan = Number(line.toString())
    parent.kill('SIGKILL')
    await once(parent, 'exit')
    expect(isAlive(orphan)).toBe(true)

    const server = await start()

    expect(isAlive(orphan)).toBe(false)
    expect(await ask(server, 'GET', 'kept')).toBe('by the orphan')
    expect(said).toEqual([`ending process ${orphan}, left over from a run that was killed`])
  })

  it('leaves a stranger alone whose pid stands in an old pid file', async () => {
    await (await start()).stop()
    writeFileSync(join(dataDir, 'redis/redis.pid'), `${process.pid}\n`)
    const server = await start()
    expect(readFileSync(join(dataDir, 'redis/redis.pid'), 'utf8')).toBe(`${server.pid}\n`)
    expect(said).toEqual([])
  })

  it('uses a short socket path when the data folder lies deep', async () => {
    const server = await start(join(dataDir, 'a-folder-with-a-rather-long-name/'.repeat(4)))
    expect(Buffer.byteLength(server.socketPath)).toBeLessThan(104)
    expect(await ask(server, 'PING')).toBe('PONG')
  })

  it('tells what the server said when it does not start', async () => {
    const env = { ...bin.env }
    writeFileSync(
      join(dataDir, 'fake'),
      '#!/bin/sh\n[ "$1" = --version ] && echo "v=7.0.0" && exit\necho "no luck today"; exit 3\n',
      { mode: 0o755 },
    )
    const fake = { path: join(dataDir, 'fake'), env }
    await expect(startRedisServer({ dataDir, bin: fake })).rejects.toThrow('no luck today')
    expect(existsSync(join(dataDir, 'redis/lock'))).toBe(false)
  })

  it('refuses a server that is too old', async () => {
    writeFileSync(join(dataDir, 'fake'), '#!/bin/sh\necho "Redis server v=6.0.16 sha=0"\n', {
      mode: 0o755,
    })
    const fake = { path: join(dataDir, 'fake'), env: {} }
    await expect(startRedisServer({ dataDir, bin: fake })).rejects.toThrow(
      'is version 6.0.16, too old: 6.2 or newer is needed',
    )
  })
})

const ORPHAN_MAKER = `
import { startRedisServer } from './src/embedded/redisServer.ts'
import { Redis } from 'ioredis'
const { ORPHAN_DATA_DIR: dataDir, ORPHAN_BIN } = process.env
const server = await startRedisServer({ dataDir, bin: JSON.parse(ORPHAN_BIN) })
await new Redis(server.url).set('kept', 'by the orphan')
console.log(server.pid)
setInterval(() => {}, 1000)
`
