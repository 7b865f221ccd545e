import type { Labels } from './labels.ts'

/**
 * The states of one alert instance (one label set of one rule), and the only moves between them:
 *
 *   inactive → pending   the expression returned it, `for` is not over        inactive → firing   `for` is 0
 *   pending  → firing    returned without a gap for `for`                     pending  → inactive missing once
 *   firing   → resolved  missing for `keep_firing_for` (or at once)           resolved → pending, firing   returned again
 *
 * A resolved instance is forgotten RESOLVED_RETENTION_MS after it resolved.
 */
export type AlertState =
  | { readonly status: 'inactive' }
  | { readonly status: 'pending'; readonly activeAt: number }
  | {
      readonly status: 'firing'
      readonly activeAt: number
      readonly firedAt: number
      /** When the expression first stopped returning it (keep_firing_for runs from here); null while it is returned. */
      readonly clearSince: number | null
    }
  | {
      readonly status: 'resolved'
      readonly activeAt: number
      readonly firedAt: number
      readonly resolvedAt: number
    }

export interface Timing {
  readonly forMs: number
  readonly keepFiringMs: number
}

export const INACTIVE: AlertState = { status: 'inactive' }
export const RESOLVED_RETENTION_MS = 15 * 60_000

/** Advances one alert instance by one evaluation. Pure. `now` and all `…At` fields are epoch ms. Prometheus' rules/alerting.go. */
export function step(state: AlertState, matched: boolean, timing: Timing, now: number): AlertState {
  switch (state.status) {
    case 'inactive':
      return matched ? promote(now, timing, now) : state
    case 'resolved':
      if (matched) return promote(now, timing, now)
      return now - state.resolvedAt > RESOLVED_RETENTION_MS ? INACTIVE : state
    case 'pending':
      return matched ? promote(state.activeAt, timing, now, state) : INACTIVE
    case 'firing': {
      if (matched) return state.clearSince === null ? state : { ...state, clearSince: null }
      const clearSince = state.clearSince ?? now
      if (now - clearSince < timing.keepFiringMs) {
        return state.clearSince === clearSince ? state : { ...state, clearSince }
      }
      const { activeAt, firedAt } = state
      return { status: 'resolved', activeAt, firedAt, resolvedAt: now }
    }
  }
}

function promote(activeAt: number, timing: Timing, now: number, pending?: AlertState): AlertState {
  if (now - activeAt < timing.forMs) return pending ?? { status: 'pending', activeAt }
  return { status: 'firing', activeAt, firedAt: now, clearSince: null }
}

/** Where an alert came from: a rule of ours, or a client that posted it. */
export type AlertSource =
  | {
      readonly kind: 'rule'
      /** Identity of the rule group, and the rule's key inside it. */
      readonly groupId: string
      readonly ruleKey: string
      /** Version of the rule set that was evaluated. */
      readonly version: string
    }
  | { readonly kind: 'api' }

export interface Acknowledgement {
  readonly by: string
  readonly at: number
  readonly note: string
  /** Epoch ms after which the alert pages again; null: until it resolves. */
  readonly until: number | null
  /** `startsAt` of the occurrence that was acknowledged. */
  readonly occurrence: number
}

/**
 * What the product knows about one alert (one label set), whoever sent it. Kept until 15 minutes after it ended.
 * `status` is what the source said last; whether an alert with an end in the past is over is decided by `isOver`.
 */
export interface AlertRecord {
  readonly fingerprint: string
  readonly labels: Labels
  readonly annotations: Labels
  readonly status: 'pending' | 'firing' | 'resolved'
  /** When the condition became true. */
  readonly activeAt: number
  /** When it began firing; equals activeAt while pending. Identifies the occurrence. */
  readonly startsAt: number
  /** Epoch ms; null while our own evaluator holds it pending or firing. */
  readonly endsAt: number | null
  /** True when endsAt was invented (resolve_timeout) because the sender gave none. */
  readonly timeout: boolean
  readonly updatedAt: number
  readonly generatorURL: string
  /** The value in Prometheus' text form, '' when unknown. */
  readonly value: string
  readonly source: AlertSource
  /** Rules (`ruleHolder`) or 'api' that hold it in its status now; more than one when rules share a label set. */
  readonly heldBy: readonly string[]
  /** The end that its last sender gave, while a rule holds it too and endsAt is null for that reason. */
  readonly apiEndsAt?: number
  /** Rule (`ruleHolder`) to the time of its last transition in this record: older ones are replays. */
  readonly heard?: Readonly<Record<string, number>>
  readonly ack: Acknowledgement | null
}

/** A rule's name in `heldBy` and `heard`: short, because every record of a mass outage carries it. */
export function ruleHolder(groupId: string, ruleKey: string): string {
  return `${groupId.slice(0, 8)}/${ruleKey.slice(0, 12)}`
}

/** Whether the alert has ended at `now`. */
export function isOver(alert: Pick<AlertRecord, 'endsAt'>, now: number): boolean {
  return alert.endsAt !== null && alert.endsAt <= now
}

/** Whether somebody has taken this occurrence and the acknowledgement still holds. */
export function isAcked(alert: AlertRecord, now: number): boolean {
  const { ack } = alert
  if (ack === null || ack.occurrence !== alert.startsAt) return false
  return ack.until === null || now < ack.until
}

/** What one evaluation changed about one alert instance: the unit of the evaluator's outbox. */
export interface Transition {
  readonly fingerprint: string
  readonly ruleKey: string
  /**
   * pending: became pending. firing: began to fire. refreshed: still firing, with new value or annotations.
   * resolved: stopped firing. cleared: was pending and vanished.
   */
  readonly kind: 'pending' | 'firing' | 'refreshed' | 'resolved' | 'cleared'
  readonly at: number
  /** Set only after the wall clock was set back, so that `at` repeats: `order ?? at` grows with each commit of a group. */
  readonly order?: number
  readonly labels: Labels
  /** Absent for resolved and cleared: the record keeps the last ones. */
  readonly annotations?: Labels
  readonly value?: string
  readonly activeAt: number
  /** Set for firing, refreshed and resolved. */
  readonly firedAt?: number
  readonly generatorURL?: string
  /** Why it resolved, when not because an evaluation said so. */
  readonly cause?: 'rule-removed'
}
