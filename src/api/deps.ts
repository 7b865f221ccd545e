import type { Config } from '../config/config.ts'
import type { AlertRecord } from '../core/alert.ts'
import type { Labels } from '../core/labels.ts'
import type { Problem } from '../core/problem.ts'
import type { Clock } from '../core/time.ts'
import type { Intake } from '../routing/incomingAlert.ts'
import type { NotificationConfig } from '../routing/notificationConfig.ts'
import type { RuleSet } from '../rules/ruleSet.ts'
import type { AlertStore } from '../store/alertStore.ts'
import type { EvaluationStore } from '../store/evaluationStore.ts'
import type { GroupStore } from '../store/groupStore.ts'
import type { HistoryStore } from '../store/historyStore.ts'
import type { Ledger } from '../store/ledger.ts'
import type { Member } from '../store/memberStore.ts'
import type { SilenceStore } from '../store/silenceStore.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'

/** Everything the two HTTP servers need: ports and a few questions that the composition root answers. */
export interface ApiDeps {
  readonly alerts: Pick<AlertStore, 'view' | 'sync' | 'update'>
  readonly silences: SilenceStore
  readonly groups: Pick<GroupStore, 'list'>
  readonly ledger: Pick<Ledger, 'list' | 'get' | 'replay' | 'counts'>
  readonly history: HistoryStore
  readonly evaluations: Pick<EvaluationStore, 'health'>
  readonly intake: Intake
  /** The rule set that is evaluated now; null before the first load. */
  readonly ruleSet: () => Promise<RuleSet | null>
  /** The notification file in use; null without one. */
  readonly notifications: () => NotificationState
  /** Members seen lately. */
  readonly members: () => Promise<readonly Member[]>
  /** What routing makes of an alert now. */
  readonly routing: RoutingReader
  /** What the evaluator last heard from each datasource. */
  readonly datasources: () => Promise<readonly DatasourceStatus[]>
  /** Tells the workers of a kind that a row waits (after a replay). */
  readonly hint: (kind: string) => Promise<void>
  /** Loads rule and notification files again, as the watcher does. */
  readonly reload: () => Promise<ReloadResult>
  readonly readiness: () => Promise<Readiness>
  readonly metrics: Metrics
  readonly config: Config
  readonly clock: Clock
  readonly newId: () => string
  readonly version: string
  /** Epoch ms. */
  readonly startedAt: number
  readonly log: Logger
}

/** Suppression and receivers of one alert, from synchronous views: call after `alerts.sync()` and `silences.sync()`. */
export interface RoutingReader {
  /** Ids of the active silences that match. */
  silencedBy(labels: Labels, now: number): readonly string[]
  /** Fingerprints of the firing alerts that inhibit it. */
  inhibitedBy(alert: AlertRecord, now: number): readonly string[]
  /** Receivers of the matching routes, in routing order, duplicates kept. */
  receivers(labels: Labels): readonly string[]
}

export interface NotificationState {
  readonly config: NotificationConfig | null
  /** Path as configured; null without one. */
  readonly file: string | null
  /** The text on disk is bad; `config` is the last good one. */
  readonly stale: boolean
  readonly problems: readonly Problem[]
}

export interface DatasourceStatus {
  readonly name: string
  /** Null before the first query. */
  readonly reachable: boolean | null
  readonly lastError: string
  /** Epoch ms since when every query failed; null when the last one was good. */
  readonly failingSince: number | null
}

export interface ReloadResult {
  /** False when some file is bad: then it keeps its last good version and the rest went live (I8). */
  readonly ok: boolean
  readonly problems: readonly Problem[]
}

export interface Readiness {
  readonly ready: boolean
  readonly checks: ReadonlyArray<{
    readonly name: string
    readonly ok: boolean
    /** What is wrong, in words; '' when ok. */
    readonly message: string
  }>
}
