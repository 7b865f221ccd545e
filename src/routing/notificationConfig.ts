import type { Matcher } from '../core/matcher.ts'
import type { IntegrationKey } from '../store/groupStore.ts'
import type { TimeInterval } from './timeInterval.ts'

/** An alertmanager.yml, validated and compiled: frozen data, no functions, secrets still where the file has them. */
export interface NotificationConfig {
  /** Hash of the text. */
  readonly hash: string
  readonly text: string
  readonly resolveTimeoutMs: number
  readonly route: Route
  readonly receivers: ReadonlyMap<string, Receiver>
  readonly inhibitRules: readonly InhibitRule[]
  readonly timeIntervals: ReadonlyMap<string, readonly TimeInterval[]>
  /** Absolute globs of template files. */
  readonly templates: readonly string[]
}

/** One node of the routing tree with its effective (inherited) options. */
export interface Route {
  /** Alertmanager's route id: `{}`, `{}/{team="db"}/0`. */
  readonly id: string
  /** Canonical matchers of all nodes from the root, joined by `/`: the first half of the group key. */
  readonly key: string
  /** How many routes with the same key and receiver come before it in the tree, depth first. */
  readonly ordinal: number
  readonly matchers: readonly Matcher[]
  readonly continue: boolean
  readonly receiver: string
  /** Label names; 'all' for `...`. */
  readonly groupBy: readonly string[] | 'all'
  readonly groupWaitMs: number
  readonly groupIntervalMs: number
  readonly repeatIntervalMs: number
  readonly muteTimeIntervals: readonly string[]
  readonly activeTimeIntervals: readonly string[]
  readonly routes: readonly Route[]
  readonly line: number
}

export interface Receiver {
  readonly name: string
  readonly integrations: readonly Integration[]
  /** Ours: the receiver that hears what this one could not be told. */
  readonly fallback: string | null
}

export interface Integration {
  /** `<receiver>/<kind>/<index>`. */
  readonly key: IntegrationKey
  readonly kind: string
  readonly index: number
  readonly sendResolved: boolean
  /** The kind's own settings with the globals filled in, as its `config.ts` validated them. */
  readonly settings: unknown
}

export interface InhibitRule {
  readonly name: string
  readonly sourceMatchers: readonly Matcher[]
  readonly targetMatchers: readonly Matcher[]
  readonly equal: readonly string[]
}
