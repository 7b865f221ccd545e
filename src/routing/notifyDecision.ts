import type { LogEntry } from '../store/groupStore.ts'
import type { NotifyReason } from './notifyReason.ts'

/** Why an integration is not told anything this time. */
export type SkipReason =
  /** It knows everything already, and nothing fires. */
  | 'nothing-new'
  /** Something ended of which it never heard. */
  | 'never-told'
  /** There would be news, but everything that fires is acknowledged. */
  | 'acknowledged'
  /** It knows everything, and the repeat interval is not over. */
  | 'repeat-not-due'
  /** A message that is not sent yet tells all of it. */
  | 'already-queued'
  /** Everything ended, and it does not want to hear of ends. */
  | 'resolved-not-wanted'

export interface NotifyInput {
  /** What the integration was told last; null: nothing yet. */
  readonly log: LogEntry | null
  /** What messages tell that are written but not sent; null: there are none. */
  readonly open: {
    readonly firing: ReadonlySet<string>
    readonly resolved: ReadonlySet<string>
  } | null
  /** Fingerprints of the group now, without suppressed alerts; acknowledged ones count. */
  readonly firing: ReadonlySet<string>
  readonly resolved: ReadonlySet<string>
  /** Some firing alert is not acknowledged. */
  readonly unacked: boolean
  readonly sendResolved: boolean
  readonly repeatMs: number
  /** The scheduled time of the flush, epoch ms. */
  readonly now: number
}

export type NotifyDecision =
  | { readonly send: NotifyReason }
  | {
      readonly skip: SkipReason
      /** Replaces the log entry although nothing is sent. */
      readonly log?: LogEntry
    }

const NONE: ReadonlySet<string> = new Set()

/**
 * Whether an integration hears about its group now, and why. Alertmanager's table (`notify/dedup_stage.go`) plus
 * acknowledgement, messages that wait already, and: an alert never told as firing is never news when it ends (I2).
 */
export function notifyDecision(input: NotifyInput): NotifyDecision {
  const { log, open, firing, resolved } = input
  const told = log?.firing ?? NONE
  const news = candidate(input, told)
  if (news === null) {
    const endsQueued = firing.size === 0 && open !== null && open.firing.size > 0
    return { skip: endsQueued ? 'already-queued' : quietReason(input) }
  }
  if (news !== 'all-resolved' && news !== 'some-resolved' && !input.unacked) {
    return { skip: 'acknowledged' }
  }
  if (open !== null && tellsAll(open, firing, intersection(resolved, told))) {
    return { skip: 'already-queued' }
  }
  if (news === 'all-resolved' && !input.sendResolved && log !== null) {
    return { skip: 'resolved-not-wanted', log: { ...log, firing: NONE, resolved } }
  }
  return { send: news }
}

/**
 * Which of the resolved alerts may stand in a message of ours: those the integration heard of as firing, or already as
 * resolved, or of which an unsent message tells.
 */
export function tellableResolved(
  input: Pick<NotifyInput, 'log' | 'open' | 'resolved'>,
): ReadonlySet<string> {
  const { log, open } = input
  const known = [log?.firing, log?.resolved, open?.firing, open?.resolved]
  return new Set([...input.resolved].filter((alert) => known.some((set) => set?.has(alert))))
}

function candidate(input: NotifyInput, told: ReadonlySet<string>): NotifyReason | null {
  const { log, firing, resolved } = input
  if (!isSubset(firing, told)) return told.size === 0 ? 'first' : 'new-alerts'
  if (log === null) return null
  if (firing.size === 0) return told.size > 0 ? 'all-resolved' : null
  if (input.sendResolved && intersection(resolved, told).size > 0) return 'some-resolved'
  return input.now - log.sentAt >= input.repeatMs ? 'repeat' : null
}

function quietReason({ log, firing, resolved }: NotifyInput): SkipReason {
  if (firing.size > 0) return 'repeat-not-due'
  return isSubset(resolved, log?.resolved ?? NONE) ? 'nothing-new' : 'never-told'
}

/** A message that promised an alert as firing tells its end as well: it is written from the state at the time of sending. */
function tellsAll(
  open: NonNullable<NotifyInput['open']>,
  firing: ReadonlySet<string>,
  ended: ReadonlySet<string>,
): boolean {
  if (!isSubset(firing, open.firing)) return false
  for (const alert of ended) {
    if (!open.resolved.has(alert) && !open.firing.has(alert)) return false
  }
  return true
}

function isSubset(set: ReadonlySet<string>, of: ReadonlySet<string>): boolean {
  for (const member of set) if (!of.has(member)) return false
  return true
}

function intersection(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...a].filter((member) => b.has(member)))
}
