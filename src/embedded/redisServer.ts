import { mkdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { AppError } from '../core/errors.ts'
import type { Clock } from '../core/time.ts'
import { systemClock } from '../system.ts'
import { lockDataDir } from './dataDirLock.ts'
import type { FoundServer } from './findServer.ts'
import type { Lock } from './lockFile.ts'
import { pingRedis } from './pingRedis.ts'
import { runCommand } from './runCommand.ts'
import { socketPath } from './socketPath.ts'
import { SupervisedServer, type ServerEnd } from './supervisedServer.ts'

export interface RedisServerOptions {
  /** Its files go to `<dataDir>/redis`. */
  readonly dataDir: string
  readonly bin: Pick<FoundServer, 'path' | 'env'>
  /** Takes a line when it dies and is restarted, and the like. */
  readonly say?: (line: string) => void
  readonly clock?: Clock
}

export interface RedisServer {
  readonly socketPath: string
  /** `unix:///…`, as ioredis takes it. */
  readonly url: string
  /** 0 while it is being restarted. */
  readonly pid: number
  /** Resolves when it is gone for good: stopped, or given up after too many failures. */
  readonly exited: Promise<ServerEnd>
  /** Writes everything to disk and ends it. Call it last. */
  stop(): Promise<void>
}

/** A long append-only file takes a while to read. */
const READY_WITHIN_MS = 10 * 60_000
const STOP_WITHIN_MS = 20_000
const OLDEST = { major: 6, minor: 2 }

/**
 * Starts the embedded store: a private, append-only server on a unix socket, which nobody else can reach. It locks
 * its folder, is restarted when it dies, and keeps its data when it does.
 * @throws AppError when the folder is in use or the server does not start.
 */
export async function startRedisServer(options: RedisServerOptions): Promise<RedisServer> {
  const { bin, clock = systemClock, say = () => {} } = options
  const dir = join(resolve(options.dataDir), 'redis')
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const lock = lockDataDir(options.dataDir, 'redis/lock')
  try {
    await checkVersion(bin)
    const socket = socketPath(dir, 'redis.sock')
    const server = await SupervisedServer.start({
      name: 'redis',
      program: bin,
      args: settings(dir, socket),
      dir,
      isReady: () => pingRedis(socket, 2_000),
      readyWithinMs: READY_WITHIN_MS,
      stopWithinMs: STOP_WITHIN_MS,
      say,
      clock,
    })
    void releaseAtEnd(server, socket, lock)
    return asRedisServer(server, socket)
  } catch (error) {
    lock.release()
    throw error
  }
}

async function releaseAtEnd(server: SupervisedServer, socket: string, lock: Lock): Promise<void> {
  await server.exited
  rmSync(socket, { force: true })
  lock.release()
}

function asRedisServer(server: SupervisedServer, socket: string): RedisServer {
  return {
    socketPath: socket,
    url: `unix://${socket}`,
    exited: server.exited,
    get pid() {
      return server.pid
    },
    stop: () => server.stop(),
  }
}

function settings(dir: string, socket: string): string[] {
  const values = {
    port: '0',
    unixsocket: socket,
    unixsocketperm: '700',
    dir,
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
    supervised: 'no',
    // The command line stays as it is: it tells that the process is ours.
    'set-proc-title': 'no',
  }
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, value])
}

async function checkVersion(bin: Pick<FoundServer, 'path' | 'env'>): Promise<void> {
  const env = { ...process.env, ...bin.env }
  const { out, complaint } = await runCommand(bin.path, ['--version'], { env, timeoutMs: 20_000 })
  const match = /v=(\d+)\.(\d+)\S*/.exec(out)
  if (match === null) {
    throw new AppError('STARTUP_FAILED', `${bin.path} is no Redis server: ${complaint || out}`)
  }
  const [version, major, minor] = [match[0].slice(2), Number(match[1]), Number(match[2])]
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return
  const message = `${bin.path} is version ${version}, too old: 6.2 or newer is needed (choose one with TOCSIN_REDIS_BIN)`
  throw new AppError('STARTUP_FAILED', message)
}
