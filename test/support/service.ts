import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { builtProgram } from './builtProgram.ts'
import { until } from './until.ts'

export type LogLine = Readonly<Record<string, unknown>> & { readonly msg?: string }

export interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
  /** The text as JSON; undefined when it is none. */
  readonly json: unknown
}

/** The real service in a process of its own. */
export interface ServiceProcess {
  readonly pid: number
  /** Base of the API, and of the management listener. */
  readonly url: string
  readonly management: string
  readonly log: readonly LogLine[]
  readonly stderr: string
  get(path: string): Promise<Answer>
  post(path: string, body: unknown): Promise<Answer>
  /** Of the management listener. */
  manage(method: string, path: string): Promise<Answer>
  /** SIGKILL, SIGTERM and SIGINT resolve to the exit code once the process is gone (null: killed), others at once. */
  signal(signal: NodeJS.Signals): Promise<number | null>
  readonly ended: boolean
}

export interface CommandRun {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

const START_WITHIN_MS = 30_000
const END_WITHIN_MS = 40_000
const ENDING: readonly NodeJS.Signals[] = ['SIGKILL', 'SIGTERM', 'SIGINT']

/** Starts `tocsin run` on a configuration file and resolves once it listens. */
export async function startServiceProcess(configFile: string): Promise<ServiceProcess> {
  const child = await spawnProgram(['run', '--config', configFile])
  const log: LogLine[] = []
  let stderr = ''
  child.stderr?.on('data', (text: Buffer) => (stderr += text.toString()))
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  lines.on('line', (line) => log.push(parseLine(line)))
  const isEnded = (): boolean => child.exitCode !== null || child.signalCode !== null
  const started = await until(
    `${configFile} is served`,
    () => {
      const line = log.find(({ msg }) => msg === 'started')
      return line ?? (isEnded() ? { failed: true } : null)
    },
    { withinMs: START_WITHIN_MS },
  ).catch((error: unknown) => {
    child.kill('SIGKILL')
    throw error
  })
  if ('failed' in started) {
    throw new Error(`the service ended at its start: ${stderr}\n${JSON.stringify(log)}`)
  }
  const url = String(started['service'])
  const management = String(started['management'])
  return {
    pid: child.pid ?? 0,
    url,
    management,
    log,
    get stderr() {
      return stderr
    },
    get: (path) => request('GET', url + path),
    post: (path, body) => request('POST', url + path, body),
    manage: (method, path) => request(method, management + path),
    async signal(signal) {
      if (isEnded()) return child.exitCode
      child.kill(signal)
      if (!ENDING.includes(signal)) return null
      await until(`the service ends after ${signal}`, isEnded, { withinMs: END_WITHIN_MS })
      return child.exitCode
    },
    get ended() {
      return isEnded()
    },
  }
}

/** Runs one command of the real command line to its end. */
export async function runProgram(args: readonly string[]): Promise<CommandRun> {
  const child = await spawnProgram(args)
  let [out, err] = ['', '']
  child.stdout?.on('data', (text: Buffer) => (out += text.toString()))
  child.stderr?.on('data', (text: Buffer) => (err += text.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}

async function spawnProgram(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [await builtProgram(), ...args], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], USER: 'tester', LOG_LEVEL: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const killAtExit = (): void => void child.kill('SIGKILL')
  process.once('exit', killAtExit)
  child.once('exit', () => process.removeListener('exit', killAtExit))
  return child
}

function parseLine(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine
  } catch {
    return { msg: line }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

async function request(method: string, url: string, body?: unknown): Promise<Answer> {
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(20_000),
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    text,
    json: parseJson(text),
  }
}
