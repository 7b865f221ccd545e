import type {
  DatasourceConfig,
  EvaluatorConfig,
  NetworkConfig,
  RedisConfig,
} from '../config/config.ts'
import type { LogLevel } from './groupRunner.ts'

/** All that an evaluator thread is made from: plain data, handed over when it starts. */
export interface EvaluatorThreadOptions {
  /** Name of this member, and which of its threads this is. */
  readonly node: string
  readonly thread: { readonly index: number; readonly count: number }
  /** `redis://…`, `rediss://…` or `unix:///path`. */
  readonly redis: RedisConfig & { readonly url: string }
  readonly datasource: DatasourceConfig
  readonly network: NetworkConfig
  readonly evaluator: EvaluatorConfig
  readonly outageToleranceMs: number
  readonly externalUrl: string
  readonly externalLabels: Readonly<Record<string, string>>
  /** Members whose last heartbeat is older than this count as dead. */
  readonly memberTimeoutMs: number
}

export type ToThread =
  | { readonly type: 'update'; readonly version: string }
  | { readonly type: 'metrics'; readonly id: number }
  | { readonly type: 'stop' }

export type FromThread =
  | { readonly type: 'ready' }
  | { readonly type: 'committed'; readonly groupId: string; readonly transitions: number }
  | { readonly type: 'metrics'; readonly id: number; readonly metrics: object[] }
  | {
      readonly type: 'log'
      readonly level: LogLevel
      readonly message: string
      readonly fields: Readonly<Record<string, unknown>>
    }
  | { readonly type: 'stopped' }
