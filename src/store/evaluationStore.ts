import type { AlertState, Transition } from '../core/alert.ts'
import type { Labels } from '../core/labels.ts'

/** The right to commit for one rule group. A newer epoch makes every older one worthless (I7). */
export interface Lease {
  readonly groupId: string
  readonly epoch: number
}

/** One tracked alert instance of a rule: its identity is (ruleKey, fingerprint of labels). */
export interface StoredInstance {
  readonly ruleKey: string
  readonly fingerprint: string
  /** The final labels (rule labels applied, alertname set). */
  readonly labels: Labels
  readonly state: AlertState
}

export interface RuleHealth {
  readonly key: string
  readonly health: 'ok' | 'err' | 'unknown'
  readonly lastError: string
  /** Epoch ms of the slot; null before the first evaluation. */
  readonly lastEvaluationAt: number | null
  readonly durationMs: number
  /** Elements in the last good answer. */
  readonly samples: number
  /** Epoch ms since when every evaluation has failed; null when the last one was good. */
  readonly failingSince: number | null
  /** A template of this rule failed in the last evaluation; the text says how. */
  readonly templateError: string
  /** More alerts than the group's limit: how many there were; 0 when within. */
  readonly overLimit: number
}

export interface GroupHealth {
  readonly lastEvaluationAt: number
  readonly durationMs: number
  readonly missed: number
  readonly rules: readonly RuleHealth[]
}

export interface EvaluationCommit {
  readonly lease: Lease
  /** The slot that was evaluated; later than `after`. */
  readonly slot: number
  /** The committed slot that this evaluation started from; null: none. The store refuses when it is at another one (I6). */
  readonly after: number | null
  readonly put: readonly StoredInstance[]
  readonly remove: ReadonlyArray<Pick<StoredInstance, 'ruleKey' | 'fingerprint'>>
  readonly transitions: readonly Transition[]
  /** Version of the rule set evaluated, and where its rules stand: goes along with the transitions. */
  readonly origin: TransitionOrigin
  readonly health: GroupHealth
}

/** What all transitions of one commit share. */
export interface TransitionOrigin {
  readonly groupId: string
  readonly file: string
  readonly group: string
  readonly version: string
  /** Rule key to rule name. */
  readonly rules: Readonly<Record<string, string>>
}

/** Transitions of one commit (or a part of a large one), in order, waiting to be routed. */
export interface OutboxBatch {
  readonly id: string
  readonly origin: TransitionOrigin
  readonly transitions: readonly Transition[]
}

/** States, transitions and leases of rule groups. One slot per group: every write is one atomic, fenced script. */
export interface EvaluationStore {
  /**
   * Takes the lease when it is free, expired, or held by the same node. Null when another node holds it.
   * Each acquisition has a higher epoch than all before.
   */
  acquire(groupId: string, node: string, now: number, ttlMs: number): Promise<Lease | null>
  /** Extends the leases that are still ours; resolves to the group ids that were lost. */
  renew(leases: readonly Lease[], now: number, ttlMs: number): Promise<ReadonlySet<string>>
  /** Gives leases back, so that another node need not wait for their end. Lost ones are ignored. */
  release(leases: readonly Lease[]): Promise<void>
  /** Everything tracked of a group, and the last committed slot (null before the first commit). */
  load(groupId: string): Promise<{ slot: number | null; instances: readonly StoredInstance[] }>
  /** All or nothing. 'fenced': the lease was taken over. 'stale': the stored slot is not `after` (another commit, or
   * the store lost its last writes): load again. Both write nothing. */
  commit(commit: EvaluationCommit): Promise<'committed' | 'fenced' | 'stale'>
  /** Health of groups, in the order asked for; null where nothing was evaluated yet. */
  health(groupIds: readonly string[]): Promise<ReadonlyArray<GroupHealth | null>>
  /** Removes a group that no rule file names any more, after its last transitions were routed. */
  forget(lease: Lease): Promise<void>
}

/** The router's side of the same data. */
export interface OutboxStore {
  /** Group ids that were ever committed, for the sweep. */
  groups(): Promise<readonly string[]>
  /** Which of these have transitions waiting. */
  waiting(groupIds: readonly string[]): Promise<readonly string[]>
  /** Batches in order, without removing them: from `-` (the oldest), or after one as `(<its id>`. */
  read(groupId: string, from: string, max: number): Promise<readonly OutboxBatch[]>
  /** Removes batches that have been routed. Idempotent. */
  done(groupId: string, ids: readonly string[]): Promise<void>
}
