import { readFile } from 'node:fs/promises'
import { errorText } from '../core/errors.ts'
import { hasErrors } from '../core/problem.ts'
import type { Problem } from '../core/problem.ts'
import type { RuleSetStore } from '../store/ruleSetStore.ts'
import type { NotificationConfig } from './notificationConfig.ts'
import { loadNotificationFile } from './notificationFile.ts'

export interface NotificationLoaderDeps {
  /** Path of the alertmanager.yml; null: there is none. */
  readonly file: string | null
  readonly store: RuleSetStore
  /** A new good configuration is in use once this resolves. Must not reject. */
  readonly onChange: (config: NotificationConfig) => Promise<void>
}

export interface NotificationLoaderState {
  readonly config: NotificationConfig | null
  readonly file: string | null
  /** The text on disk is bad (or cannot be read): `config` is the last good one. */
  readonly stale: boolean
  readonly problems: readonly Problem[]
}

/**
 * Holds the notification configuration in use. A bad text never replaces a good one (I8), also not over a restart: the last
 * good text is kept in the store.
 */
export interface NotificationLoader {
  readonly state: NotificationLoaderState
  /**
   * Reads the file; true when its content changed since the last call. Calls follow one another. @throws when the store is
   * away: then nothing has changed, and the next call tries again.
   */
  load(): Promise<boolean>
}

export function createNotificationLoader(deps: NotificationLoaderDeps): NotificationLoader {
  const { file } = deps
  let state: NotificationLoaderState = { config: null, file, stale: false, problems: [] }
  let lastSeen: string | null = null

  const keepLastGood = async (path: string, problems: readonly Problem[]): Promise<void> => {
    const config = state.config ?? (await readLastGood(deps.store, path))
    const isNew = state.config === null
    state = { config, file, stale: true, problems }
    if (isNew && config !== null) await deps.onChange(config)
  }
  const loadOnce = async (path: string): Promise<boolean> => {
    const read = await readText(path)
    const seen = 'text' in read ? `text:${read.text}` : `error:${read.error}`
    if (seen === lastSeen) return false
    if (!('text' in read)) await keepLastGood(path, [problemOf(path, read.error)])
    else {
      const { config, problems } = loadNotificationFile(path, read.text)
      if (config === null || hasErrors(problems)) await keepLastGood(path, problems)
      else {
        await deps.store.saveNotificationFile(read.text)
        state = { config, file, stale: false, problems }
        await deps.onChange(config)
      }
    }
    lastSeen = seen
    return true
  }
  let queue: Promise<unknown> = Promise.resolve()
  return {
    get state() {
      return state
    },
    load() {
      if (file === null) return Promise.resolve(false)
      const run = queue.then(() => loadOnce(file))
      queue = run.catch(() => undefined)
      return run
    },
  }
}

async function readText(file: string): Promise<{ text: string } | { error: string }> {
  try {
    return { text: await readFile(file, 'utf8') }
  } catch (error) {
    return { error: errorText(error) }
  }
}

async function readLastGood(store: RuleSetStore, file: string): Promise<NotificationConfig | null> {
  const text = await store.lastNotificationFile()
  return text === null ? null : loadNotificationFile(file, text).config
}

function problemOf(file: string, message: string): Problem {
  return { file, line: 1, column: 1, severity: 'error', message: `cannot be read: ${message}` }
}
