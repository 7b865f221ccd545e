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
  /** The notification file changed, and its new version is in use. */
  readonly onRouting: () => Promise<void>
  readonly onProblems: (what: string, problems: readonly Problem[]) => void
}

/** Loads rule and notification files again: for the API and SIGHUP. Never rejects over a bad file. */
export function createReload(parts: ReloadParts): () => Promise<ReloadResult> {
  const { notifications, rules } = parts
  return async () => {
    await loadNotifications(parts)
    const ruleProblems = rules === null ? [] : (await rules.reload()).problems
    const problems = [...notifications.state.problems, ...ruleProblems]
    showOutcome(parts)
    return { ok: !hasErrors(problems), problems }
  }
}

/** Looks at the notification file every `intervalMs` (the rule loader looks after its own), until it is closed. */
export function watchNotifications(
  parts: ReloadParts,
  intervalMs: number,
  onError: (error: unknown) => void,
  closers: Closers,
): void {
  const stopping = new AbortController()
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await parts.clock.sleep(intervalMs, stopping.signal)
      if (stopping.signal.aborted) return
      try {
        await loadNotifications(parts)
        showOutcome(parts)
      } catch (error) {
        onError(error)
      }
    }
  })()
  closers.push(async () => {
    stopping.abort()
    await running
  })
}

async function loadNotifications(parts: ReloadParts): Promise<void> {
  const { notifications } = parts
  const before = notifications.state.config
  if (!(await notifications.load())) return
  parts.onProblems('notification file', notifications.state.problems)
  if (notifications.state.config !== before) await parts.onRouting()
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
