import type { Config } from '../config/config.ts'
import type { NotificationLoader } from '../routing/notificationLoader.ts'
import type { RuleLoader } from '../rules/loader.ts'
import { VERSION } from '../version.ts'

/** What a start tells on the screen. */
export interface ServiceSummary {
  readonly version: string
  readonly dataDir: string
  readonly node: string
  readonly ruleFiles: number
  readonly groups: number
  readonly rules: number
  readonly receivers: number
}

export function summaryOf(
  dataDir: string,
  node: string,
  rules: RuleLoader | null,
  notifications: NotificationLoader,
): ServiceSummary {
  const ruleSet = rules?.status().ruleSet ?? null
  const groups = ruleSet?.groups ?? []
  return {
    version: VERSION,
    dataDir,
    node,
    groups: groups.length,
    ruleFiles: ruleSet?.files.length ?? 0,
    rules: groups.reduce((sum, group) => sum + group.rules.length, 0),
    receivers: notifications.state.config?.receivers.size ?? 0,
  }
}

/** Why the service is not ready for want of rules; '' when it is. */
export function missingRules(config: Config, rules: RuleLoader | null): string {
  if (rules === null || rules.status().ruleSet !== null) return ''
  return `no rule set is loaded from ${config.rules.join(', ')}`
}

export function missingNotifications({ state }: NotificationLoader): string {
  if (state.file === null || state.config !== null) return ''
  return `${state.file} is bad and was never good`
}
