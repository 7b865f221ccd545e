import type { RuleSet } from '../rules/ruleSet.ts'

/** The compiled rule set, shared by all nodes under its version. */
export interface RuleSetStore {
  /** Stores the set under its version and makes it current. */
  publish(ruleSet: RuleSet): Promise<void>
  currentVersion(): Promise<string | null>
  /** Null when the version is not stored (any more). */
  read(version: string): Promise<RuleSet | null>
  /** The last notification file that loaded well, so that a restart with a bad one still pages (I8). */
  saveNotificationFile(text: string): Promise<void>
  lastNotificationFile(): Promise<string | null>
}
