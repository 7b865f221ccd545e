import type { JobQueue } from '../queue/jobs.ts'
import type { GroupStore, IntegrationKey } from '../store/groupStore.ts'
import type { HistoryStore } from '../store/historyStore.ts'
import type { ClaimedRow, Ledger, Settlement } from '../store/ledger.ts'
import type { SilenceStore } from '../store/silenceStore.ts'
import type { AlertStore } from '../store/alertStore.ts'
import { attemptDelivery } from './attempt.ts'
import type { AttemptDeps, AttemptOutcome } from './attempt.ts'
import { historyOf } from './deliveryHistory.ts'

export interface DelivererDeps extends AttemptDeps {
  readonly alerts: AlertStore
  readonly silences: SilenceStore
  readonly groups: Pick<GroupStore, 'expedite'>
  readonly ledger: Ledger
  readonly history: HistoryStore
  readonly queue: JobQueue
  readonly node: string
  /** Sends at once, for each kind. */
  readonly concurrency: number
}

/**
 * The fourth step: claims ledger rows that are due, sends them, and records what came of it. One kind of integration never
 * waits for another, and a receiver that hangs holds up only its own rows.
 */
export interface Deliverer {
  /** Sends what is due of a kind while there is room; resolves when nothing more can be started. */
  pump(kind: string): Promise<void>
  /** Waits for the sends under way. */
  drain(): Promise<void>
}

/** Longer than any attempt may take, so that a claim runs out only when its sender died. */
const CLAIM_MARGIN_MS = 20_000
/** A row that its busy receiver could not take is looked at again after this. */
const POSTPONE_MS = 1_000

export function createDeliverer(deps: DelivererDeps): Deliverer {
  const lanes = new Map<string, Lane>()
  const laneOf = (kind: string): Lane => {
    let lane = lanes.get(kind)
    if (lane === undefined) lanes.set(kind, (lane = new Lane(deps, kind)))
    return lane
  }
  return {
    pump: (kind) => laneOf(kind).pump(),
    async drain() {
      await Promise.all([...lanes.values()].map((lane) => lane.drain()))
    },
  }
}

/** The sends of one kind. */
class Lane {
  readonly #deps: DelivererDeps
  readonly #kind: string
  readonly #sending = new Set<Promise<void>>()
  readonly #perIntegration = new Map<IntegrationKey, number>()
  /** Integrations whose last attempt failed: one probe at a time until one succeeds. */
  readonly #failing = new Set<IntegrationKey>()
  #pumping = false
  #again = false

  constructor(deps: DelivererDeps, kind: string) {
    this.#deps = deps
    this.#kind = kind
  }

  async pump(): Promise<void> {
    if (this.#pumping) {
      this.#again = true
      return
    }
    this.#pumping = true
    try {
      do {
        this.#again = false
        while (await this.#claimAndStart());
      } while (this.#again && this.#room > 0)
    } finally {
      this.#pumping = false
    }
  }

  async drain(): Promise<void> {
    while (this.#sending.size > 0) await Promise.allSettled(this.#sending)
  }

  get #room(): number {
    return this.#deps.concurrency - this.#sending.size
  }

  /** True when there may be more to start at once. */
  async #claimAndStart(): Promise<boolean> {
    const room = this.#room
    if (room <= 0) {
      this.#again = true
      return false
    }
    const { ledger, clock, requestTimeoutMs, node } = this.#deps
    const leaseMs = requestTimeoutMs + CLAIM_MARGIN_MS
    const claimed = await ledger.claim(this.#kind, clock.now(), room, leaseMs, node)
    if (claimed.length === 0) return false
    await Promise.all([this.#deps.alerts.sync(), this.#deps.silences.sync()])
    for (const row of claimed) this.#start(row)
    return true
  }

  #start(claimed: ClaimedRow): void {
    const { integration } = claimed.row
    const busy = this.#perIntegration.get(integration) ?? 0
    const limit = this.#failing.has(integration) ? 1 : Math.ceil(this.#deps.concurrency / 2)
    this.#perIntegration.set(integration, busy + 1)
    const work = (busy >= limit ? this.#postpone(claimed) : this.#deliver(claimed))
      .catch((error: unknown) => this.#deps.observe.error('delivery could not be recorded', error))
      .finally(() => {
        this.#sending.delete(work)
        const left = (this.#perIntegration.get(integration) ?? 1) - 1
        if (left === 0) this.#perIntegration.delete(integration)
        else this.#perIntegration.set(integration, left)
        if (this.#again && !this.#pumping) void this.#pumpAgain()
      })
    this.#sending.add(work)
  }

  async #pumpAgain(): Promise<void> {
    try {
      await this.pump()
    } catch (error) {
      this.#deps.observe.error('deliveries could not be claimed', error)
    }
  }

  async #postpone(claimed: ClaimedRow): Promise<void> {
    const now = this.#deps.clock.now()
    const nextAttemptAt = now + Math.round(POSTPONE_MS * (0.5 + this.#deps.random()))
    const settlement: Settlement = { outcome: 'postponed', nextAttemptAt }
    await this.#deps.ledger.settle([{ claimed, settlement, now }])
  }

  async #deliver(claimed: ClaimedRow): Promise<void> {
    const { row } = claimed
    const outcome = await attemptDelivery(this.#deps, claimed)
    const now = this.#deps.clock.now()
    const [accepted] = await this.#deps.ledger.settle([
      { claimed, settlement: outcome.settlement, now },
    ])
    if (accepted !== true) return // another process took the row over after our claim ran out
    await this.#followUp(claimed, outcome, now)
    await this.#deps.history.append([historyOf(row, outcome.settlement, now)])
  }

  async #followUp(claimed: ClaimedRow, outcome: AttemptOutcome, now: number): Promise<void> {
    const { settlement, endedUntold } = outcome
    const { integration, groupId } = claimed.row
    const { queue, ledger, groups } = this.#deps
    switch (settlement.outcome) {
      case 'delivered':
        // The receiver answers again: everything that waits for it goes now.
        if (this.#failing.delete(integration) && (await ledger.wake(integration, now)) > 0) {
          await queue.hint(this.#kind)
        }
        if (endedUntold) await groups.expedite([groupId], now)
        break
      case 'retry':
        this.#failing.add(integration)
        await queue.hint(this.#kind, { delayMs: settlement.nextAttemptAt - now })
        break
      case 'dead':
        for (const kind of new Set(settlement.fallback.map((row) => row.kind))) {
          await queue.hint(kind, { critical: true })
        }
        break
      case 'postponed':
      case 'suppressed':
        break
    }
  }
}
