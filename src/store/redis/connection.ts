import { readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import type { ChainableCommander } from 'ioredis'
import { AppError, errorText } from '../../core/errors.ts'

export interface RedisOptions {
  /** `redis://…`, `rediss://…` or a unix socket as `unix:///path`. */
  readonly url: string
  readonly connectTimeoutMs: number
  readonly commandTimeoutMs: number
  readonly reconnectMinMs: number
  readonly reconnectMaxMs: number
}

/** A client waits this long even for a connection that is closed already: its own default holds up every end by 2 s. */
export const DISCONNECT_TIMEOUT_MS = 100

/** Scripts by name; each takes one key (the tag) and any number of arguments. */
const SCRIPTS = [
  'acquireLease',
  'renewLease',
  'releaseLease',
  'commitEvaluation',
  'forgetGroup',
  'putAlerts',
  'joinGroup',
  'claimGroups',
  'commitFlush',
  'claimRows',
  'settleRow',
  'wakeRows',
  'replayRow',
  'collectRows',
  'putSilence',
  'sweepShard',
] as const
export type ScriptName = (typeof SCRIPTS)[number]

/** What a script takes besides its tag. */
export type ScriptArgument = string | number
/** Long lists are passed as they are: spreading 200,000 arguments would overflow the stack. */
export type ScriptArguments = ReadonlyArray<ScriptArgument | readonly ScriptArgument[]>

/**
 * One connection to Redis. Commands fail within the command timeout instead of queueing for ever while the server is
 * away; reconnecting goes on in the background with growing, jittered pauses.
 */
export interface RedisConnection {
  readonly client: Redis
  /** Runs one script. @throws AppError STORE_FAILED */
  run(script: ScriptName, tag: string, ...args: ScriptArguments): Promise<unknown>
  /** Runs several commands in one round trip and resolves to their results; the first error is thrown. */
  batch(fill: (pipeline: Batch) => void): Promise<unknown[]>
  /** Calls back each time the connection was re-established: what is cached may be outdated or may have been lost. */
  onReconnect(callback: () => void): void
  readonly isReady: boolean
  close(): Promise<void>
}

export interface Batch {
  script(name: ScriptName, tag: string, ...args: ScriptArguments): void
  call(command: string, ...args: readonly ScriptArgument[]): void
}

/** Connects, or throws STARTUP_FAILED with the reason when the server does not answer within the connect timeout. */
export async function openRedis(options: RedisOptions): Promise<RedisConnection> {
  const client = createClient(options)
  const lastError = { text: '' }
  client.on('error', (error: Error) => (lastError.text = errorText(error)))
  for (const name of SCRIPTS) client.defineCommand(name, { numberOfKeys: 1, lua: readScript(name) })
  try {
    await client.connect()
  } catch (error) {
    client.disconnect()
    const why = lastError.text === '' ? errorText(error) : lastError.text
    throw new AppError(
      'STARTUP_FAILED',
      `Redis at ${redact(options.url)} does not answer: ${why}`,
      {
        cause: error,
      },
    )
  }
  const reconnected: Array<() => void> = []
  client.on('ready', () => reconnected.forEach((callback) => callback()))
  return {
    client,
    get isReady() {
      return client.status === 'ready'
    },
    run: (script, tag, ...args) => stored(scriptOf(client, script)(tag, ...args)),
    batch: (fill) => runBatch(client, fill),
    onReconnect: (callback) => void reconnected.push(callback),
    close: async () => {
      try {
        await client.quit()
      } catch {
        client.disconnect() // it was not connected: there is nothing to say goodbye to
      }
    },
  }
}

/** Options for further clients on the same server (BullMQ makes its own). */
export function clientOptions(options: RedisOptions): { target: string; path: boolean } {
  const path = options.url.startsWith('unix://')
  return { target: path ? options.url.slice('unix://'.length) : options.url, path }
}

export function reconnectDelay(options: RedisOptions, attempt: number, random: number): number {
  const base = Math.min(options.reconnectMaxMs, options.reconnectMinMs * 2 ** Math.min(attempt, 16))
  return base / 2 + (random * base) / 2
}

function createClient(options: RedisOptions): Redis {
  const { target } = clientOptions(options)
  return new Redis(target, {
    lazyConnect: true,
    connectTimeout: options.connectTimeoutMs,
    commandTimeout: options.commandTimeoutMs,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    keepAlive: 10_000,
    retryStrategy: (attempt) => reconnectDelay(options, attempt, Math.random()),
  })
}

async function runBatch(client: Redis, fill: (batch: Batch) => void): Promise<unknown[]> {
  const pipeline = client.pipeline()
  fill({
    script: (name, tag, ...args) => void scriptOf(pipeline, name).call(pipeline, tag, ...args),
    call: (command, ...args) => void pipeline.call(command, ...args.map(String)),
  })
  if (pipeline.length === 0) return []
  const results = await stored(pipeline.exec())
  return (results ?? []).map(([error, value]) => {
    if (error !== null) throw storeError(error)
    return value
  })
}

type ScriptCall = (tag: string, ...args: ScriptArguments) => Promise<unknown>

function scriptOf(target: Redis | ChainableCommander, name: ScriptName): ScriptCall {
  return (target as unknown as Record<ScriptName, ScriptCall>)[name].bind(target)
}

async function stored<T>(result: Promise<T>): Promise<T> {
  try {
    return await result
  } catch (error) {
    throw storeError(error)
  }
}

function storeError(error: unknown): AppError {
  return new AppError('STORE_FAILED', `Redis failed: ${errorText(error)}`, { cause: error })
}

function readScript(name: ScriptName): string {
  return readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8')
}

function redact(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//***@')
}
