import { join, resolve } from 'node:path'
import type { Clock } from '../core/time.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Closers } from './closers.ts'
import type { DemoParts } from './demoParts.ts'
import type { DemoOptions } from './demoSettings.ts'

export interface DemoContext {
  readonly parts: DemoParts
  readonly version: string
  readonly env: NodeJS.ProcessEnv
  /** Takes one or more lines for the screen. */
  readonly print: (text: string) => void
  readonly log: Logger
  readonly clock?: Clock
}

/** One run of the demo: what was asked for, what it uses, and what must be closed. */
export interface DemoRun {
  readonly options: DemoOptions
  readonly context: DemoContext
  readonly clock: Clock
  readonly closers: Closers
  /** Aborted when somebody wishes it to stop. */
  readonly stop: AbortSignal
}

/** The demo speaks to this machine alone. */
export const HOST = '127.0.0.1'

/** Where the demo keeps its state, absolute. */
export function stateDir(options: Pick<DemoOptions, 'dataDir'>): string {
  return join(resolve(options.dataDir), 'demo')
}
