import { errorText } from '../core/errors.ts'
import { compareUtf8 } from '../core/labels.ts'
import type { Problem } from '../core/problem.ts'
import { hasErrors } from '../core/problem.ts'
import type { Clock } from '../core/time.ts'
import type { RuleSetStore } from '../store/ruleSetStore.ts'
import { compileInThread } from './compileFiles.ts'
import type { CompileFiles } from './compileFiles.ts'
import { assembleRuleSet, problemsOf } from './compileRuleSet.ts'
import type { LoadedRuleFile } from './compileRuleSet.ts'
import { refused } from './parseRuleFile.ts'
import type { RuleDefaults } from './parseRuleFile.ts'
import { readRuleFiles } from './readRuleFiles.ts'
import type { DiskState } from './readRuleFiles.ts'
import type { RuleSet } from './ruleSet.ts'

export interface RuleLoaderOptions {
  /** Relative ones start at `baseDir`. */
  readonly globs: readonly string[]
  /** The configuration folder: names of files, and so identities of groups, are relative to it. */
  readonly baseDir: string
  readonly store: RuleSetStore
  readonly clock: Clock
  /** Between looks at the files. */
  readonly intervalMs: number
  readonly defaults: RuleDefaults
  /** Called with each rule set that was published, also when only the state of its files is new. */
  readonly onChange: (ruleSet: RuleSet) => void
  /** Called with all problems whenever they are other ones than before; with none when all is well again. */
  readonly onProblem: (problems: readonly Problem[]) => void
  /** Absent: in a thread of its own. */
  readonly compile?: CompileFiles
}

export interface ReloadResult {
  /** All files are good, and what is published is what they say. */
  readonly ok: boolean
  /** A rule set was published. */
  readonly changed: boolean
  readonly version: string | null
  readonly problems: readonly Problem[]
}

export interface RuleLoaderStatus extends ReloadResult {
  /** Epoch ms of the last look at the files, and of the last one without errors; null before. */
  readonly checkedAt: number | null
  readonly succeededAt: number | null
  readonly ruleSet: RuleSet | null
}

export interface RuleLoader {
  /** Loads once, then looks for changes every `intervalMs`. @throws when the store cannot be read. */
  start(): Promise<ReloadResult>
  /** Reads all files now and publishes what changed. Calls are served one after another. Never rejects. */
  reload(): Promise<ReloadResult>
  status(): RuleLoaderStatus
  stop(): Promise<void>
}

export function createRuleLoader(options: RuleLoaderOptions): RuleLoader {
  return new FileRuleLoader(options)
}

/** Keeps the published rule set equal to the files. One bad file keeps its last good groups (I8), over restarts too. */
class FileRuleLoader implements RuleLoader {
  readonly #options: RuleLoaderOptions
  readonly #compile: CompileFiles
  readonly #stopped = new AbortController()
  #ruleSet: RuleSet | null = null
  /** Parsed files by name, so that a change of one file does not cost the others. */
  #loaded = new Map<string, LoadedRuleFile>()
  /** What was on the disk when the last rule set was published; null when nothing was. */
  #published: string | null = null
  #last: Omit<RuleLoaderStatus, 'ruleSet'> = NOTHING_YET
  #reported = ''
  #queue: Promise<unknown> = Promise.resolve()
  #polling: Promise<void> = Promise.resolve()

  constructor(options: RuleLoaderOptions) {
    this.#options = options
    this.#compile = options.compile ?? compileInThread(options.clock)
  }

  async start(): Promise<ReloadResult> {
    const { store } = this.#options
    const version = await store.currentVersion()
    this.#ruleSet = version === null ? null : await store.read(version)
    const result = await this.reload()
    this.#polling = this.#poll()
    return result
  }

  reload(): Promise<ReloadResult> {
    const run = this.#queue.then(() => this.#load())
    this.#queue = run
    return run
  }

  status(): RuleLoaderStatus {
    return { ...this.#last, ruleSet: this.#ruleSet }
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#polling
    await this.#queue
  }

  async #poll(): Promise<void> {
    const { clock, intervalMs } = this.#options
    const { signal } = this.#stopped
    while (!signal.aborted) {
      await clock.sleep(intervalMs, signal)
      if (!signal.aborted) await this.reload()
    }
  }

  async #load(): Promise<ReloadResult> {
    const { globs, baseDir, clock } = this.#options
    const known = this.#ruleSet?.files.map((status) => status.file) ?? []
    const disk = await readRuleFiles(globs, baseDir, known)
    try {
      const changed = await this.#publish(disk)
      return this.#finish([...disk.warnings, ...this.#fileProblems()], changed, clock.now())
    } catch (error) {
      this.#published = null // the next look tries again
      const message = `the rules could not be published: ${errorText(error)}`
      const failure: Problem = { file: baseDir, line: 1, column: 1, severity: 'error', message }
      return this.#finish([...disk.warnings, ...this.#fileProblems(), failure], false, clock.now())
    }
  }

  /** Compiles and publishes when the disk is not what was published last, or when the store lost it. */
  async #publish(disk: DiskState): Promise<boolean> {
    const { store, onChange } = this.#options
    const content = contentOf(disk)
    if (content === this.#published && (await store.currentVersion()) !== null) return false
    const ruleSet = assembleRuleSet(await this.#parse(disk), this.#ruleSet)
    await store.publish(ruleSet)
    this.#ruleSet = ruleSet
    this.#published = content
    onChange(ruleSet)
    return true
  }

  /** Parses what is not parsed yet. */
  async #parse(disk: DiskState): Promise<readonly LoadedRuleFile[]> {
    const loaded = new Map<string, LoadedRuleFile>()
    const fresh: { file: string; text: string; hash: string }[] = []
    for (const [file, read] of disk.files) {
      const before = this.#loaded.get(file)
      if (read.kind === 'bad')
        loaded.set(file, { file, hash: null, ...refused(file, read.message) })
      else if (before?.hash === read.hash) loaded.set(file, before)
      else fresh.push({ file, text: read.text, hash: read.hash })
    }
    const parsed = await this.#compile(fresh, this.#options.defaults)
    for (const [i, { file, hash }] of fresh.entries()) {
      const result = parsed[i] ?? refused(file, 'the file was not compiled')
      loaded.set(file, { file, hash, ...result })
    }
    this.#loaded = loaded
    return [...loaded.values()]
  }

  #fileProblems(): Problem[] {
    return this.#ruleSet === null ? [] : problemsOf(this.#ruleSet)
  }

  #finish(problems: readonly Problem[], changed: boolean, now: number): ReloadResult {
    const ok = !hasErrors(problems)
    const version = this.#ruleSet?.version ?? null
    const result: ReloadResult = { ok, changed, version, problems }
    const succeededAt = ok ? now : this.#last.succeededAt
    this.#last = { ...result, checkedAt: now, succeededAt }
    const shown = JSON.stringify(problems)
    if (shown !== this.#reported && (problems.length > 0 || this.#reported !== '')) {
      this.#options.onProblem(problems)
    }
    this.#reported = shown
    return result
  }
}

const NOTHING_YET: Omit<RuleLoaderStatus, 'ruleSet'> = {
  ok: false,
  changed: false,
  version: null,
  problems: [],
  checkedAt: null,
  succeededAt: null,
}

/** Equal for equal content; the text of a bad file counts as what is wrong with it. */
function contentOf(disk: DiskState): string {
  const files = [...disk.files].map(([file, read]) =>
    JSON.stringify([file, read.kind === 'text' ? read.hash : `bad ${read.message}`]),
  )
  return files.sort(compareUtf8).join()
}
