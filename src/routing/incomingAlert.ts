import type { Labels } from '../core/labels.ts'

/** An alert that a client posted, after the time rules of Alertmanager's API (routing-semantics 3.2). Valid. */
export interface IncomingAlert {
  readonly labels: Labels
  readonly annotations: Labels
  readonly startsAt: number
  readonly endsAt: number
  /** endsAt was invented from resolve_timeout. */
  readonly timeout: boolean
  readonly updatedAt: number
  readonly generatorURL: string
}

/** Takes alerts from outside into the store and into their groups. */
export interface Intake {
  /** Resolves when everything is durable: only then may the sender be told so. */
  accept(alerts: readonly IncomingAlert[]): Promise<void>
}
