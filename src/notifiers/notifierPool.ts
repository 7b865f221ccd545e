import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Agent } from 'undici'
import type { NetworkConfig, TlsConfig } from '../config/config.ts'
import { createHttpAgent } from '../network/httpAgent.ts'
import type { Integration, NotificationConfig } from '../routing/notificationConfig.ts'
import { globFiles } from '../rules/globFiles.ts'
import type { MessageTemplates } from '../templates/messageTemplates.ts'
import { createNotifier } from './registry.ts'
import type { OpenNotifier } from './registry.ts'

export interface NotifierPoolOptions {
  readonly network: NetworkConfig
  readonly now: () => number
  /** A template file cannot be read: messages that need it fall back to plain text. */
  readonly onUnreadable: (file: string, error: unknown) => void
  readonly createTemplates: (
    files: ReadonlyArray<{ readonly name: string; readonly text: string }>,
  ) => MessageTemplates
}

/** The notifiers of the configuration in use, with their connections. */
export interface NotifierPool {
  get(integration: Integration): OpenNotifier
  /**
   * Takes over a new configuration, or new texts of its template files: former notifiers close once they are idle. Nothing
   * happens when all is as it was.
   */
  use(config: NotificationConfig): Promise<void>
  close(): Promise<void>
}

/** Sends that began under a former configuration get this long before its connections close. */
const RETIRE_AFTER_MS = 60_000

export function createNotifierPool(options: NotifierPoolOptions): NotifierPool {
  const agents = new Map<string, Agent>()
  const agent = (tls: TlsConfig | null = null): Agent => {
    const key = JSON.stringify(tls)
    let found = agents.get(key)
    if (found === undefined) agents.set(key, (found = createHttpAgent(options.network, { tls })))
    return found
  }
  let templates = options.createTemplates([])
  let notifiers = new Map<Integration, OpenNotifier>()
  let inUse: NotificationConfig | null = null
  let lastRead = ''
  const retired = new Set<NodeJS.Timeout>()
  const closeAll = async (all: Iterable<OpenNotifier>): Promise<void> => {
    await Promise.allSettled([...all].map((notifier) => notifier.close()))
  }
  return {
    get(integration) {
      let notifier = notifiers.get(integration)
      if (notifier === undefined) {
        const { network, now } = options
        notifier = createNotifier(integration, {
          network,
          templates,
          agent,
          now,
          hostname: hostname(),
        })
        notifiers.set(integration, notifier)
      }
      return notifier
    },
    async use(config) {
      const { files } = await globFiles(config.templates, '/')
      const texts = files.flatMap((name) => readTemplate(name, options))
      const read = JSON.stringify(texts)
      if (config === inUse && read === lastRead) return
      inUse = config
      lastRead = read
      templates = options.createTemplates(texts)
      const former = [...notifiers.values()]
      notifiers = new Map()
      const timer = setTimeout(() => {
        retired.delete(timer)
        void closeAll(former)
      }, RETIRE_AFTER_MS)
      timer.unref()
      retired.add(timer)
    },
    async close() {
      retired.forEach((timer) => clearTimeout(timer))
      await closeAll(notifiers.values())
      await Promise.allSettled([...agents.values()].map((one) => one.close()))
    },
  }
}

function readTemplate(
  name: string,
  { onUnreadable }: Pick<NotifierPoolOptions, 'onUnreadable'>,
): Array<{ name: string; text: string }> {
  try {
    return [{ name, text: readFileSync(name, 'utf8') }]
  } catch (error) {
    onUnreadable(name, error)
    return []
  }
}
