import type { JobQueue } from '../queue/jobs.ts'
import type { GroupStore, IntegrationKey } from '../store/groupStore.ts'
import type { HistoryStore } from '../store/historyStore.ts'
import type { ClaimedRow, Ledger, Settlement } from '../store/ledger.ts'
import type { SilenceStore } from '../store/silenceStore.ts'
import type { AlertStore } from '../store/alertStore.ts'
import { attemptDelivery } from './attempt.ts'
import type { AttemptDeps, AttemptOutcome } from './attempt.ts'
import { historyOf } from './deliveryHistory.ts'
import { untilStored } from './untilStored.ts'

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
  /** Takes nothing more, and waits for the sends under way and for the store to know of them. */
  stop(): Promise<void>
}

/** Longer than any attempt may take, so that a claim runs out only when its sender died. */
const CLAIM_MARGIN_MS = 20_000
/** A send that takes longer must not hold up other receivers. */
const SLOW_MS = 1_000
/** A row that its busy receiver could not take is looked at again after this. */
const POSTPONE_MS = 1_000
/** A process that stops waits this long for a store that is away. */
const STOP_WITHOUT_STORE_MS = 5_000

export function createDeliverer(deps: DelivererDeps): Deliverer {
  const lanes = new Map<string, Lane>()
  const laneOf = (kind: string): Lane => {
    let lane = lanes.get(kind)
    if (lane === undefined) lanes.set(kind, (lane = new Lane(deps, kind)))
    return lane
  }
  let stopped = false
  return {
    pump: (kind) => (stopped ? Promise.resolve() : laneOf(kind).pump()),
    async drain() {
      await Promise.all([...lanes.values()].map((lane) => lane.drain()))
    },
    async stop() {
      stopped = true
      await Promise.all([...lanes.values()].map((lane) => lane.stop()))
    },
  }
}

/** The sends of one kind. */
class Lane {
  readonly #deps: DelivererDeps
  readonly #kind: string
  readonly #sending = new Set<Promise<void>>()
  /** By integration: when each of its sends began, oldest first. */
  readonly #inFlight = new Map<IntegrationKey, Set<{ readonly startedAt: number }>>()
  /** Integrations whose last attempt failed: one probe at a time until one succeeds. */
  readonly #failing = new Set<IntegrationKey>()
  readonly #giveUp = new AbortController()
  #pumping = false
  #again = false
  #stopped = false
  #claiming: Promise<unknown> = Promise.resolve()

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

  async stop(): Promise<void> {
    this.#stopped = true
    const ended = new AbortController()
    const patience = this.#deps.clock.sleep(STOP_WITHOUT_STORE_MS, ended.signal)
    void patience.then(() => this.#giveUp.abort())
    await this.#claiming
    await this.drain()
    ended.abort()
  }

  get #room(): number {
    return this.#deps.concurrency - this.#sending.size
  }

  /** True when there may be more to start at once. */
  async #claimAndStart(): Promise<boolean> {
    if (this.#stopped) return false
    const room = this.#room
    if (room <= 0) {
      this.#again = true
      return false
    }
    const claiming = this.#claim(room)
    this.#claiming = claiming.catch(() => {})
    const claimed = await claiming
    for (const row of claimed) this.#start(row)
    return claimed.length > 0
  }

  async #claim(room: number): Promise<readonly ClaimedRow[]> {
    const { ledger, alerts, silences, clock, requestTimeoutMs, node } = this.#deps
    const leaseMs = requestTimeoutMs + CLAIM_MARGIN_MS
    const claimed = await ledger.claim(this.#kind, clock.now(), room, leaseMs, node)
    // Rows may tell of alerts that were written after we looked last.
    if (claimed.length > 0) {
      await this.#untilStored(() => Promise.all([alerts.sync(), silences.sync()]))
    }
    return claimed
  }

  #start(claimed: ClaimedRow): void {
    const { integration } = claimed.row
    const inFlight = this.#inFlight.get(integration) ?? new Set()
    this.#inFlight.set(integration, inFlight)
    const isBusy = inFlight.size >= this.#limit(integration)
    const send = { startedAt: this.#deps.clock.now() }
    inFlight.add(send)
    const work = (isBusy ? this.#postpone(claimed) : this.#deliver(claimed))
      .catch((error: unknown) => this.#deps.observe.error('delivery could not be recorded', error))
      .finally(() => {
        this.#sending.delete(work)
        inFlight.delete(send)
        if (inFlight.size === 0) this.#inFlight.delete(integration)
        if (this.#again && !this.#pumping && this.#isWorthClaiming) void this.#pumpAgain()
      })
    this.#sending.add(work)
  }

  /** Sends that an integration may have at once: all; half when it is slow; one probe while it fails. */
  #limit(integration: IntegrationKey): number {
    const { concurrency, clock } = this.#deps
    if (this.#failing.has(integration)) return 1
    const [oldest] = this.#inFlight.get(integration) ?? []
    const isSlow = oldest !== undefined && clock.now() - oldest.startedAt > SLOW_MS
    return isSlow ? Math.ceil(concurrency / 2) : concurrency
  }

  /** A claim asks every shard: not for each slot that comes free. */
  get #isWorthClaiming(): boolean {
    return this.#room >= this.#deps.concurrency / 4 || this.#sending.size === 0
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
    await this.#settle(claimed, { outcome: 'postponed', nextAttemptAt }, now)
  }

  async #deliver(claimed: ClaimedRow): Promise<void> {
    const { row } = claimed
    const outcome = await attemptDelivery(this.#deps, claimed)
    const now = this.#deps.clock.now()
    if (!(await this.#settle(claimed, outcome.settlement, now))) return
    await this.#followUp(claimed, outcome, now)
    await this.#deps.history.append([historyOf(row, outcome.settlement, now)])
  }

  /**
   * Records what came of a row, again and again while the store is away: a send that nobody knows of would be repeated.
   * False when another process took the row over after our claim ran out.
   */
  #settle(claimed: ClaimedRow, settlement: Settlement, now: number): Promise<boolean> {
    const { ledger } = this.#deps
    return this.#untilStored(async (attempt) => {
      const [accepted] = await ledger.settle([{ claimed, settlement, now }])
      if (accepted === true || attempt === 1) return accepted === true
      // A former attempt may have been carried out although its answer was lost.
      const row = await ledger.get(claimed.row.id)
      const tried = 'attempt' in settlement ? settlement.attempt : null
      return tried !== null && row?.attempts.at(-1)?.at === tried.at
    })
  }

  #untilStored<T>(action: (attempt: number) => Promise<T>): Promise<T> {
    const { clock, observe } = this.#deps
    const onError = (error: unknown): void => observe.error('deliveries wait for the store', error)
    return untilStored(action, { clock, giveUp: this.#giveUp.signal, onError })
  }

  async #followUp(claimed: ClaimedRow, outcome: AttemptOutcome, now: number): Promise<void> {
    const { settlement, endedUntold } = outcome
    const { integration, groupId } = claimed.row
    const { queue, ledger, groups } = this.#deps
    switch (settlement.outcome) {
      case 'delivered':
        // The receiver answers again: everything that waits for it goes now.
        if (
          this.#failing.delete(integration) &&
          (await this.#untilStored(() => ledger.wake(integration, now))) > 0
        ) {
          await queue.hint(this.#kind)
        }
        if (endedUntold) await this.#untilStored(() => groups.expedite([groupId], now))
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
