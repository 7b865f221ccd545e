import type { Config } from '../config/config.ts'
import type { HistoryEntry } from '../store/historyStore.ts'
import type { Logger } from '../telemetry/log.ts'

/** The running service, as far as the demo needs it. */
export interface DemoService {
  readonly addresses: { readonly service: string | null; readonly management: string }
  summary(): { readonly ruleFiles: number; readonly groups: number; readonly rules: number }
  stop(): Promise<void>
}

/** The built-in inbox: a page, a mail server, and lookalikes of the providers. */
export interface DemoInbox {
  readonly url: string
  readonly smtpPort: number
  close(): Promise<void>
}

/** What the demo puts together but does not make. */
export interface DemoParts {
  startService(
    config: Config,
    options: {
      readonly onHistory: (entry: HistoryEntry) => void
      readonly say: (line: string) => void
      readonly log: Logger
    },
  ): Promise<DemoService>
  startInbox(options: {
    readonly host: string
    readonly port: number
    readonly smtpPort: number
    readonly onMessage: () => void
  }): Promise<DemoInbox>
}
