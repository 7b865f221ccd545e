import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { findServer } from '../../src/embedded/findServer.ts'
import { pingRedis } from '../../src/embedded/pingRedis.ts'

export interface TestRedis {
  readonly socketPath: string
  /** `unix:///…`: the form that a configuration and ioredis take. */
  readonly url: string
  readonly pid: number
  /** SIGKILL and SIGTERM resolve once the process is gone; SIGSTOP and SIGCONT at once. */
  kill(signal: NodeJS.Signals): Promise<void>
  /** Starts it again on the same data and the same socket, ending it first when it still runs. */
  restart(): Promise<void>
  /** Ends it and removes its data. Safe to call twice. */
  stop(): Promise<void>
}

const READY_WITHIN_MS = 10_000
export const REPOSITORY = resolve(import.meta.dirname, '../..')

/** A private, append-only Redis server in a temporary folder, on a unix socket: one for each test file. Ready in ~25 ms. */
export async function startTestRedis(
  options: { args?: readonly string[] } = {},
): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-redis-'))
  const socketPath = join(folder, 's')
  let child = await launch(folder, socketPath, options.args ?? [])
  const removeAtExit = (): void => remove(child, folder)
  process.once('exit', removeAtExit)

  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    if (hasEnded(child)) return
    child.kill(signal)
    if (signal === 'SIGKILL' || signal === 'SIGTERM' || signal === 'SIGINT')
      await once(child, 'exit')
  }
  return {
    socketPath,
    url: `unix://${socketPath}`,
    get pid() {
      return child.pid ?? 0
    },
    kill,
    restart: async () => {
      await kill('SIGKILL')
      child = await launch(folder, socketPath, options.args ?? [])
    },
    stop: async () => {
      await kill('SIGKILL')
      process.removeListener('exit', removeAtExit)
      remove(child, folder)
    },
  }
}

async function launch(
  folder: string,
  socketPath: string,
  args: readonly string[],
): Promise<ChildProcess> {
  const server = findServer('redis-server', {
    dataDir: join(REPOSITORY, '.tocsin'),
    env: process.env,
  })
  if (server === null) throw new Error('no redis-server: run the tests with `npm test`')
  rmSync(socketPath, { force: true })
  const settings = ['--port', '0', '--unixsocket', socketPath, '--dir', folder, '--save', '']
  const durable = ['--appendonly', 'yes', '--appendfsync', 'everysec']
  const child = spawn(server.path, [...settings, ...durable, '--logfile', 'log', ...args], {
    cwd: folder,
    env: { ...process.env, ...server.env },
    stdio: 'ignore',
  })
  await once(child, 'spawn')
  const deadline = performance.now() + READY_WITHIN_MS
  while (!(await pingRedis(socketPath, 1_000))) {
    if (hasEnded(child))
      throw new Error(`redis-server ended with ${child.exitCode}: see ${folder}/log`)
    if (performance.now() > deadline) throw new Error('redis-server did not answer in time')
    await new Promise((done) => setTimeout(done, 3))
  }
  return child
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

function remove(child: ChildProcess, folder: string): void {
  if (!hasEnded(child)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}
