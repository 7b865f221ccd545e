import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { errorText } from '../core/errors.ts'
import type { Clock } from '../core/time.ts'
import { parseRuleFile, refused } from './parseRuleFile.ts'
import type { ParsedRuleFile, RuleDefaults } from './parseRuleFile.ts'
import type { RuleFileSource } from './compileRuleSet.ts'

/** Parses files, one result for each, in order. Never rejects: what cannot be parsed is a problem of its file. */
export type CompileFiles = (
  files: readonly RuleFileSource[],
  defaults: RuleDefaults,
) => Promise<readonly ParsedRuleFile[]>

/** What the thread is given. */
export interface CompileTask {
  readonly files: readonly RuleFileSource[]
  readonly defaults: RuleDefaults
}

const TIMEOUT_MS = 60_000

/** In the calling thread: for the command line and for tests. */
export const compileInline: CompileFiles = (files, defaults) =>
  Promise.resolve(files.map(({ file, text }) => parseRuleFile(file, text, { defaults })))

/**
 * In a thread that lives for one call, because a large file takes seconds. When the thread dies or is late, each file gets
 * a thread of its own, so that one file that no thread survives does not keep the others out (I8).
 */
export function compileInThread(clock: Clock): CompileFiles {
  return async function compile(files, defaults) {
    if (files.length === 0) return []
    try {
      return await runThread({ files, defaults }, clock)
    } catch (error) {
      const only = files.length === 1 ? files[0] : undefined
      if (only !== undefined)
        return [refused(only.file, `the file cannot be compiled: ${errorText(error)}`)]
      const results: ParsedRuleFile[] = []
      for (const file of files) results.push(...(await compile([file], defaults)))
      return results
    }
  }
}

async function runThread(task: CompileTask, clock: Clock): Promise<readonly ParsedRuleFile[]> {
  const worker = startThread(task)
  const done = new AbortController()
  const late = clock.sleep(TIMEOUT_MS, done.signal).then(() => {
    throw new Error(`it took longer than ${TIMEOUT_MS / 1_000} s`)
  })
  // After the answer the sleep ends too, and nobody waits for it any more.
  late.catch(() => undefined)
  try {
    return await Promise.race([answerOf(worker), late])
  } finally {
    done.abort()
    await worker.terminate()
  }
}

function answerOf(worker: Worker): Promise<readonly ParsedRuleFile[]> {
  return new Promise((resolve, reject) => {
    worker.once('message', (message: readonly ParsedRuleFile[]) => resolve(message))
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`the compiling thread ended with code ${code}`)))
  })
}

/** The entry lies beside this file. From the sources, a thread first needs a loader for TypeScript (Node 20 has none). */
function startThread(workerData: CompileTask): Worker {
  const fromSources = import.meta.url.endsWith('.ts')
  const entry = new URL(`./compileThread.${fromSources ? 'ts' : 'js'}`, import.meta.url)
  if (!fromSources) return new Worker(entry, { workerData })
  const api = createRequire(import.meta.url)
    .resolve('tsx/esm/api')
    .replace(/\.cjs$/, '.mjs')
  const [loader, main] = [pathToFileURL(api).href, entry.href].map((url) => JSON.stringify(url))
  const start = `import(${loader}).then((tsx) => { tsx.register(); return import(${main}) })`
  return new Worker(start, { eval: true, workerData })
}
