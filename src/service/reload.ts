import type { ReloadResult } from '../api/deps.ts'
import { hasErrors } from '../core/problem.ts'
import type { Problem } from '../core/problem.ts'
import type { Clock } from '../core/time.ts'
import type { NotificationLoader } from '../routing/notificationLoader.ts'
import type { RuleLoader } from '../rules/loader.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Closers } from './closers.ts'

export interface ReloadParts {
  readonly notifications: NotificationLoader
  /** Null: this node does not load rules. */
  readonly rules: RuleLoader | null
  readonly metrics: Metrics
  readonly clock: Clock
  /** Puts all alerts into the groups of the notification file in use, which is another one than before. */
  readonly onRouting: () => Promise<void>
  /** Reads the template files of the notification file in use again. */
  readonly onTemplates: () => Promise<void>
  readonly onProblems: (what: string, problems: readonly Problem[]) => void
}

/** Keeps what is in use equal to the files. */
export interface Reloader {
  /** Loads all files again: for the API and SIGHUP. Never rejects over a bad file. */
  readonly reload: () => Promise<ReloadResult>
  /** Looks at the notification file and its templates (the rule loader looks after its own files). */
  readonly look: () => Promise<void>
}

export function createReloader(parts: ReloadParts): Reloader {
  const { notifications, rules } = parts
  /** What the groups of all alerts follow: a store that is away when it changes must not leave them behind. */
  let routed = notifications.state.config
  const look = async (): Promise<void> => {
    const changed = await notifications.load()
    const { config, problems } = notifications.state
    if (changed) parts.onProblems('notification file', problems)
    else await parts.onTemplates()
    if (config !== routed) {
      await parts.onRouting()
      routed = config
    }
    showOutcome(parts)
  }
  const loadAll = async (): Promise<ReloadResult> => {
    await look()
    const ruleProblems = rules === null ? [] : (await rules.reload()).problems
    const problems = [...notifications.state.problems, ...ruleProblems]
    showOutcome(parts)
    return { ok: !hasErrors(problems), problems }
  }
  return { look, reload: oneAtATime(loadAll) }
}

/** Calls that come while one runs share the one that follows it: it sees what they want to be seen. */
function oneAtATime<T>(action: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> | null = null
  let next: Promise<T> | null = null
  const run = async (): Promise<T> => {
    await running
    next = null
    const result = action()
    running = result.catch(() => undefined)
    return result
  }
  return () => (next ??= run())
}

/** Looks at the notification file every `intervalMs`, until it is closed. */
export function watchNotifications(
  { look }: Pick<Reloader, 'look'>,
  clock: Clock,
  intervalMs: number,
  onError: (error: unknown) => void,
  closers: Closers,
): void {
  const stopping = new AbortController()
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await clock.sleep(intervalMs, stopping.signal)
      if (!stopping.signal.aborted) await look().catch(onError)
    }
  })()
  closers.push(async () => {
    stopping.abort()
    await running
  })
}

/** Sets the metrics that tell whether everything in use is what stands on disk. */
export function showOutcome({ notifications, rules, metrics, clock }: ReloadParts): void {
  const status = rules?.status() ?? null
  const problems = [...notifications.state.problems, ...(status?.problems ?? [])]
  metrics.configReloadSuccessful.set(hasErrors(problems) ? 0 : 1)
  metrics.configReloadTimestamp.set(clock.now() / 1_000)
  metrics.configUnitStale.reset()
  for (const { file, stale } of status?.ruleSet?.files ?? []) {
    metrics.configUnitStale.set({ file }, stale ? 1 : 0)
  }
  const { file, stale } = notifications.state
  if (file !== null) metrics.configUnitStale.set({ file }, stale ? 1 : 0)
}
