import type { AlertStore } from './store/alertStore.ts'
import type { EvaluationStore, OutboxStore } from './store/evaluationStore.ts'
import type { GroupStore } from './store/groupStore.ts'
import type { HistoryEntry, HistoryStore } from './store/historyStore.ts'
import type { Ledger } from './store/ledger.ts'
import type { MemberStore } from './store/memberStore.ts'
import { createRedisAlertStore } from './store/redis/alertStore.ts'
import { openRedis } from './store/redis/connection.ts'
import type { RedisConnection, RedisOptions } from './store/redis/connection.ts'
import {
  createRedisEvaluationStore,
  createRedisOutboxStore,
} from './store/redis/evaluationStore.ts'
import { createRedisGroupStore } from './store/redis/groupStore.ts'
import { createRedisHistoryStore } from './store/redis/historyStore.ts'
import { createRedisLedger } from './store/redis/ledger.ts'
import { createRedisMemberStore } from './store/redis/memberStore.ts'
import { createRedisRuleSetStore } from './store/redis/ruleSetStore.ts'
import { createRedisSilenceStore } from './store/redis/silenceStore.ts'
import type { RuleSetStore } from './store/ruleSetStore.ts'
import type { SilenceStore } from './store/silenceStore.ts'
import { createRedisSweepStore } from './store/redis/sweepStore.ts'
import type { SweepStore } from './store/sweepStore.ts'

/** All ports to the store, over one connection. */
export interface Stores {
  readonly alerts: AlertStore
  readonly evaluations: EvaluationStore
  readonly outbox: OutboxStore
  readonly groups: GroupStore
  readonly ledger: Ledger
  readonly history: HistoryStore
  readonly silences: SilenceStore
  readonly ruleSets: RuleSetStore
  readonly members: MemberStore
  readonly sweep: SweepStore
  readonly connection: RedisConnection
}

export interface StoresOptions {
  readonly redis: RedisOptions
  /** Integration kinds whose ledger rows are looked for. */
  readonly kinds: readonly string[]
  /** Sees every line of the timeline as it is written. */
  readonly onHistory?: (entry: HistoryEntry) => void
}

/** @throws AppError STARTUP_FAILED when the store does not answer */
export async function openStores({ redis, kinds, onHistory }: StoresOptions): Promise<Stores> {
  const connection = await openRedis(redis)
  return {
    alerts: createRedisAlertStore(connection),
    evaluations: createRedisEvaluationStore(connection),
    outbox: createRedisOutboxStore(connection),
    groups: createRedisGroupStore(connection),
    ledger: createRedisLedger(connection),
    history: observed(createRedisHistoryStore(connection), onHistory),
    silences: createRedisSilenceStore(connection),
    ruleSets: createRedisRuleSetStore(connection),
    members: createRedisMemberStore(connection),
    sweep: createRedisSweepStore(connection, kinds),
    connection,
  }
}

function observed(history: HistoryStore, onHistory: StoresOptions['onHistory']): HistoryStore {
  if (onHistory === undefined) return history
  return {
    read: (query) => history.read(query),
    async append(entries) {
      await history.append(entries)
      entries.forEach(onHistory)
    },
  }
}
