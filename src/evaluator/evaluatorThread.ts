import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Clock } from '../core/time.ts'
import type { Log } from './groupRunner.ts'
import type { EvaluatorThreadOptions, FromThread, ToThread } from './threadProtocol.ts'

export interface EvaluatorThread {
  /** Hints that a new rule set was published. */
  update(version: string): void
  /** What `getMetricsAsJSON()` of the thread's registry answers; empty while the thread is away. */
  metrics(): Promise<object[]>
  /** Calls back when transitions were committed: a hint to route them. */
  onCommitted(callback: (groupId: string, transitionCount: number) => void): void
  /** Whether the thread is up. */
  readonly isReady: boolean
  /** Resolves when the iterations at hand are committed and the leases given back. */
  stop(): Promise<void>
}

export interface EvaluatorThreadDeps {
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
}

const RESTART_MIN_MS = 500
const RESTART_MAX_MS = 30_000
/** A thread that lived this long has its pauses between restarts begin anew. */
const HEALTHY_MS = 60_000
const STOP_WITHIN_MS = 30_000

/**
 * Starts an evaluator off the main thread, so that 100,000 series delay neither the API nor a delivery. A thread that
 * crashes is reported and started again; what it had not committed is found out anew.
 */
export function startEvaluatorThread(
  options: EvaluatorThreadOptions,
  deps: EvaluatorThreadDeps,
): EvaluatorThread {
  return new SupervisedThread(options, deps)
}

class SupervisedThread implements EvaluatorThread {
  readonly #options: EvaluatorThreadOptions
  readonly #deps: EvaluatorThreadDeps
  readonly #committed: Array<(groupId: string, transitionCount: number) => void> = []
  readonly #asked = new Map<number, (metrics: object[]) => void>()
  readonly #stop = new AbortController()
  readonly #running: Promise<void>
  #worker: Worker | null = null
  #isReady = false
  #nextId = 0

  constructor(options: EvaluatorThreadOptions, deps: EvaluatorThreadDeps) {
    this.#options = options
    this.#deps = deps
    this.#running = this.#supervise()
  }

  get isReady(): boolean {
    return this.#isReady
  }

  update(version: string): void {
    this.#send({ type: 'update', version })
  }

  metrics(): Promise<object[]> {
    if (!this.#isReady) return Promise.resolve([])
    return new Promise((resolve) => {
      const id = this.#nextId++
      this.#asked.set(id, resolve)
      this.#send({ type: 'metrics', id })
    })
  }

  onCommitted(callback: (groupId: string, transitionCount: number) => void): void {
    this.#committed.push(callback)
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    const worker = this.#worker
    if (this.#isReady) this.#send({ type: 'stop' })
    else await worker?.terminate() // it has no leases yet
    const ended = new AbortController()
    const tooLate = this.#deps.clock.sleep(STOP_WITHIN_MS, ended.signal)
    await Promise.race([this.#running, tooLate])
    ended.abort()
    await worker?.terminate()
    await this.#running
  }

  async #supervise(): Promise<void> {
    const { clock, log, random } = this.#deps
    let pauseMs = RESTART_MIN_MS
    while (!this.#stop.signal.aborted) {
      const startedAt = clock.now()
      const error = await this.#runOnce()
      if (this.#stop.signal.aborted) return
      if (clock.now() - startedAt >= HEALTHY_MS) pauseMs = RESTART_MIN_MS
      const waitMs = Math.round(pauseMs / 2 + (random() * pauseMs) / 2)
      const fields = { thread: this.#options.thread.index, err: error, waitMs }
      log('error', 'an evaluator thread crashed and will be started again', fields)
      await clock.sleep(waitMs, this.#stop.signal)
      pauseMs = Math.min(RESTART_MAX_MS, pauseMs * 2)
    }
  }

  /** Runs one thread to its end; resolves to what it threw, if it did. */
  #runOnce(): Promise<unknown> {
    return new Promise((resolve) => {
      let thrown: unknown = null
      const worker = startWorker(this.#options)
      this.#worker = worker
      worker.on('message', (message: FromThread) => this.#receive(message))
      worker.on('error', (error) => {
        thrown = error
      })
      worker.on('exit', (code) => {
        this.#isReady = false
        this.#worker = null
        for (const answer of this.#asked.values()) answer([])
        this.#asked.clear()
        resolve(thrown ?? new Error(`the thread ended with exit code ${code}`))
      })
    })
  }

  #receive(message: FromThread): void {
    switch (message.type) {
      case 'ready':
        this.#isReady = true
        break
      case 'committed':
        for (const call of this.#committed) call(message.groupId, message.transitions)
        break
      case 'metrics':
        this.#asked.get(message.id)?.(message.metrics)
        this.#asked.delete(message.id)
        break
      case 'log':
        this.#deps.log(message.level, message.message, message.fields)
        break
      case 'stopped':
        this.#isReady = false
    }
  }

  #send(message: ToThread): void {
    this.#worker?.postMessage(message)
  }
}

/** The entry lies beside this file: compiled in dist, or as TypeScript while developing and testing. */
function startWorker(workerData: EvaluatorThreadOptions): Worker {
  if (!import.meta.url.endsWith('.ts')) {
    return new Worker(new URL('./thread.js', import.meta.url), { workerData })
  }
  // A thread's entry is read before loaders take effect, so the loader is registered first, and then reads the entry.
  // Only its ES module form can be registered in a thread.
  const loader = createRequire(import.meta.url)
    .resolve('tsx/esm/api')
    .replace(/cjs$/, 'mjs')
  const entry = new URL('./thread.ts', import.meta.url)
  const code = `import(${JSON.stringify(pathToFileURL(loader).href)})
    .then(({ register }) => { register(); return import(${JSON.stringify(entry.href)}) })`
  return new Worker(code, { workerData, eval: true, execArgv: [] })
}
