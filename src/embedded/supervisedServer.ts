import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../core/errors.ts'
import type { Clock } from '../core/time.ts'
import type { FoundServer } from './findServer.ts'
import { endLeftover } from './leftover.ts'

export interface ServerSpec {
  readonly name: string
  readonly program: Pick<FoundServer, 'path' | 'env'>
  readonly args: readonly string[]
  /** Absolute. Holds `<name>.pid` and `<name>.log`, and stands on the command line: that marks the process as ours. */
  readonly dir: string
  readonly isReady: () => Promise<boolean>
  readonly readyWithinMs: number
  readonly stopWithinMs: number
  /** Takes one line whenever the server does something nobody asked for. */
  readonly say: (line: string) => void
  readonly clock: Clock
}

/** How a server ended for good. */
export interface ServerEnd {
  /** True after `stop()`. */
  readonly expected: boolean
  readonly text: string
}

const SAY_WAITING_AFTER_MS = 5_000
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000
/** A server that fails this often in a row, without running for long in between, is given up. */
const MAX_FAILURES = 8
const LONG_RUN_MS = 30_000

/**
 * A foreign server as a child: started and ready, restarted when it dies unasked, ended by `stop`.
 *
 *   starting → ready → (died: pause → starting …) → stopped, or given up
 *
 * It runs in a process group of its own, so that Ctrl-C in a terminal reaches us alone and we decide the order.
 */
export class SupervisedServer {
  readonly #spec: ServerSpec
  /** Resolves when it is gone for good: stopped, or given up after too many failures. */
  readonly exited: Promise<ServerEnd>
  #resolveExited: (end: ServerEnd) => void = () => {}
  readonly #stopping = new AbortController()
  readonly #killAtExit = (): void => void this.#child?.kill('SIGTERM')
  #child: ChildProcess | null = null
  #failures = 0

  /** Resolves when the server answers. @throws AppError with the end of its log when it does not. */
  static async start(spec: ServerSpec): Promise<SupervisedServer> {
    const { say, clock, stopWithinMs } = spec
    const server = new SupervisedServer(spec)
    await endLeftover(server.#pidFile, spec.dir, { clock, withinMs: stopWithinMs, say })
    process.once('exit', server.#killAtExit)
    try {
      await server.#launch()
    } catch (error) {
      await server.stop()
      throw error
    }
    return server
  }

  private constructor(spec: ServerSpec) {
    this.#spec = spec
    this.exited = new Promise((resolve) => (this.#resolveExited = resolve))
  }

  /** 0 between a death and the restart. */
  get pid(): number {
    return this.#child?.pid ?? 0
  }

  /** Ends it with SIGTERM, and with SIGKILL when that takes too long. Safe to call twice. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    const child = this.#child
    if (child !== null && !hasEnded(child)) {
      child.kill('SIGTERM')
      const kill = setTimeout(() => child.kill('SIGKILL'), this.#spec.stopWithinMs)
      await endOf(child)
      clearTimeout(kill)
    }
    this.#finish({ expected: true, text: `${this.#spec.name} stopped` })
  }

  async #launch(): Promise<void> {
    const child = this.#spawn()
    const startedAt = performance.now()
    const ended = endOf(child)
    await this.#waitUntilReady(child, startedAt)
    void ended.then((how) => this.#died(how, performance.now() - startedAt))
  }

  #spawn(): ChildProcess {
    const { program, args, dir } = this.#spec
    const log = openSync(this.#logFile, 'a')
    try {
      const child = spawn(program.path, args, {
        cwd: dir,
        env: { ...process.env, ...program.env },
        stdio: ['ignore', log, log],
        detached: true,
      })
      child.once('error', () => {}) // seen as an end without pid by endOf
      this.#child = child
      if (child.pid !== undefined) writeFileSync(this.#pidFile, `${child.pid}\n`)
      return child
    } finally {
      closeSync(log)
    }
  }

  async #waitUntilReady(child: ChildProcess, startedAt: number): Promise<void> {
    const { name, isReady, readyWithinMs, clock, say } = this.#spec
    let said = false
    while (!(await isReady())) {
      const waitedMs = performance.now() - startedAt
      if (hasEnded(child) || child.pid === undefined) {
        throw new AppError('STARTUP_FAILED', `${name} ended at start: ${this.#logEnd()}`)
      }
      if (waitedMs > readyWithinMs) {
        child.kill('SIGKILL')
        const text = `${name} did not answer within ${readyWithinMs / 1000} s: ${this.#logEnd()}`
        throw new AppError('STARTUP_FAILED', text)
      }
      if (!said && waitedMs > SAY_WAITING_AFTER_MS) {
        say(`waiting for ${name} to load its data`)
        said = true
      }
      await clock.sleep(waitedMs < 500 ? 5 : 50)
    }
  }

  async #died(how: string, ranMs: number): Promise<void> {
    const { name, say, clock } = this.#spec
    this.#child = null
    this.#failures = ranMs > LONG_RUN_MS ? 1 : this.#failures + 1
    while (!this.#stopping.signal.aborted) {
      if (this.#failures > MAX_FAILURES) {
        const text = `${name} ended ${this.#failures} times in a row: ${this.#logEnd()}`
        return this.#finish({ expected: false, text })
      }
      say(`${name} ended unexpectedly (${how}): starting it again`)
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (this.#failures - 1), LONGEST_PAUSE_MS)
      await clock.sleep(pauseMs, this.#stopping.signal)
      if (this.#stopping.signal.aborted) return
      try {
        return await this.#launch()
      } catch (error) {
        this.#failures++
        how = error instanceof Error ? error.message : String(error)
      }
    }
  }

  #finish(end: ServerEnd): void {
    process.removeListener('exit', this.#killAtExit)
    rmSync(this.#pidFile, { force: true })
    this.#resolveExited(end)
  }

  get #pidFile(): string {
    return pidFile(this.#spec.dir, this.#spec.name)
  }

  get #logFile(): string {
    return join(this.#spec.dir, `${this.#spec.name}.log`)
  }

  /** The last lines of its log, for an error message. */
  #logEnd(): string {
    const lines = readFileSync(this.#logFile, 'utf8').trimEnd().split('\n').slice(-3)
    return `${lines.map((line) => line.trim()).join(' | ') || 'it said nothing'} (${this.#logFile})`
  }
}

/** Names the running process, so that the next run finds one that outlived a killed parent. */
export function pidFile(dir: string, name: string): string {
  return join(dir, `${name}.pid`)
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

/** Resolves once the process is gone, with how: `code 1`, `signal SIGKILL`. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    if (hasEnded(child) || child.pid === undefined) return resolve('already gone')
    child.once('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `code ${code}`))
  })
}
