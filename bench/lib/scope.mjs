import { fork, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sleep } from './time.mjs'

const living = new Set()
const STOP_WITHIN_MS = 15_000
const LOG_TAIL = 1_500

/**
 * Everything that one measurement starts: a temporary folder and the processes that work in it. `close` ends them by their
 * own handles, last started first, and removes the folder, unless it is to be kept; so does the end of this process, for whatever reason.
 */
export function openScope({ keep: kept = false } = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-bench-'))
  const children = []
  const inner = []
  const scope = {
    dir,
    kept,
    /** A scope that is closed with this one at the latest. @throws Error once this one is closed */
    child() {
      assertOpen(scope, 'a part of it')
      inner.push(openScope({ keep: kept }))
      return inner.at(-1)
    },
    /** Starts a program whose output goes to `<name>.log`. @throws Error once the scope is closed */
    start(name, program, args, env = process.env) {
      assertOpen(scope, name)
      const logFile = join(dir, `${name}.log`)
      const log = openSync(logFile, 'a')
      const child = spawn(program, args, { cwd: dir, env, stdio: ['ignore', log, log] })
      closeSync(log)
      return keep(children, name, child, logFile)
    },
    /** Starts one of our own modules, with a channel to it. @throws Error once the scope is closed */
    fork(name, module, args) {
      assertOpen(scope, name)
      const child = fork(module, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
      return keep(children, name, child, null)
    },
    async close() {
      for (const one of inner) await one.close()
      for (const process of children.toReversed()) await process.end('SIGTERM')
      abandon(scope)
    },
    killAll: () => children.forEach((process) => process.kill('SIGKILL')),
  }
  living.add(scope)
  return scope
}

function assertOpen(scope, name) {
  if (!living.has(scope)) throw new Error(`${name} is not started: its measurement is over`)
}

function keep(children, name, child, logFile) {
  const started = {
    name,
    child,
    pid: child.pid,
    logFile,
    failure: null,
    isEnded: () => started.failure !== null || child.exitCode !== null || child.signalCode !== null,
    kill: (signal) => void (started.isEnded() || child.kill(signal)),
    end: (signal) => end(started, signal),
    /** The end of its output, for error messages. */
    logTail: () => (logFile === null ? '' : readFileSync(logFile, 'utf8').slice(-LOG_TAIL)),
  }
  child.on('error', (error) => (started.failure ??= error.message))
  children.push(started)
  return started
}

/** Signals a process and waits until it is gone; SIGKILL after 15 seconds. */
async function end(started, signal) {
  if (started.isEnded()) return
  const gone = new Promise((resolve) => void started.child.once('exit', resolve))
  started.kill(signal)
  const inTime = await Promise.race([gone.then(() => true), sleep(STOP_WITHIN_MS)])
  if (inTime === true) return
  started.kill('SIGKILL')
  await gone
}

function abandon(scope) {
  if (!living.delete(scope)) return
  scope.killAll()
  if (!scope.kept) rmSync(scope.dir, { recursive: true, force: true, maxRetries: 5 })
}

/** On Ctrl-C and SIGTERM ends everything that was started; also when this process ends by itself. */
export function endScopesWithProcess() {
  process.on('exit', () => living.forEach(abandon))
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
}
