import { parseDuration } from '../core/duration.ts'
import { pathText } from './schemaProblems.ts'
import type { YamlPath } from './yamlText.ts'

/** Says at which key something is wrong. */
export type Report = (path: YamlPath, message: string) => void

export interface CompileContext {
  readonly file: string | null
  /** Absolute folder that relative paths start from. */
  readonly base: string
  /** Name of this machine, for the external URL of a service that listens on all addresses. */
  readonly hostname: string
  /** Reads a small file, or reports why it cannot and resolves to ''. */
  readonly readFile: (path: YamlPath, file: string) => string
  readonly report: Report
}

/** Longest wait that Node's timers can do: a longer one would end at once. */
const MAX_TIMER_MS = 2_147_483_647

/** Durations that are waited for: neither 0 nor longer than a timer can wait. */
export function timerReader(report: Report): (path: YamlPath, text: string) => number {
  return (path, text) => {
    const ms = parseDuration(text) ?? 0
    if (ms === 0) report(path, `${pathText(path)} must be longer than 0`)
    if (ms > MAX_TIMER_MS) report(path, `${pathText(path)} must not be longer than 24d`)
    return ms
  }
}
