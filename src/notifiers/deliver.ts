import { errorText } from '../core/errors.ts'
import type { Clock } from '../core/time.ts'
import type { JobQueue } from '../queue/jobs.ts'
import { routeOfGroup } from '../routing/dispatcher.ts'
import { messageData } from '../routing/messageData.ts'
import type { Integration, NotificationConfig } from '../routing/notificationConfig.ts'
import type { Suppressor } from '../routing/suppression.ts'
import type { AlertStore } from '../store/alertStore.ts'
import type {
  Attempt,
  DeliveryRow,
  GroupStore,
  IntegrationKey,
  LogEntry,
} from '../store/groupStore.ts'
import type { HistoryEntry, HistoryStore } from '../store/historyStore.ts'
import type { ClaimedRow, Ledger, Settlement } from '../store/ledger.ts'
import type { SilenceStore } from '../store/silenceStore.ts'
import { retryDelay } from './backoff.ts'
import type { BackoffConfig } from './backoff.ts'
import { deliverDecision } from './deliverDecision.ts'
import { DeliveryError } from './notifier.ts'
import type { FailureReason, Notifier } from './notifier.ts'

export interface DelivererDeps {
  readonly alerts: AlertStore
  readonly silences: SilenceStore
  readonly groups: Pick<GroupStore, 'expedite'>
  readonly ledger: Ledger
  readonly history: HistoryStore
  readonly queue: JobQueue
  readonly clock: Clock
  readonly suppressor: Suppressor
  readonly config: () => NotificationConfig | null
  /** The notifier of a configured integration; made once for each configuration. */
  readonly notifier: (integration: Integration) => Notifier
  readonly node: string
  readonly backoff: BackoffConfig
  readonly deadlineMs: number
  readonly requestTimeoutMs: number
  /** Sends at once, for each kind. */
  readonly concurrency: number
  readonly externalUrl: string
  readonly random: () => number
  readonly newId: () => string
  readonly observe: DeliveryObserver
}

export interface DeliveryObserver {
  sent(kind: string, durationMs: number): void
  failed(kind: string, reason: FailureReason): void
  error(message: string, error: unknown): void
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

interface AttemptOutcome {
  readonly settlement: Settlement
  /** The message told of alerts that are over by now: their end should follow soon. */
  readonly endedUntold: boolean
}

async function attemptDelivery(deps: DelivererDeps, claimed: ClaimedRow): Promise<AttemptOutcome> {
  const { row, group } = claimed
  const config = deps.config()
  const integration = config?.receivers
    .get(row.receiver)
    ?.integrations.find((i) => i.key === row.integration)
  if (config === null || integration === undefined) {
    return dead(deps, claimed, null, 'its receiver is no longer in the notification file')
  }
  const now = deps.clock.now()
  const route = group === null ? null : routeOfGroup(config, group)
  const decision = deliverDecision({
    row,
    alert: (fingerprint) => deps.alerts.view.get(fingerprint),
    suppressedBy: (alert) => deps.suppressor.suppressedBy(alert, route, now),
    now,
  })
  if (!decision.send) {
    const settlement: Settlement = { outcome: 'suppressed', note: decision.note, leave: new Map() }
    return { settlement, endedUntold: false }
  }
  const data = messageData({
    receiver: row.receiver,
    groupKey: row.groupKey,
    groupLabels: group?.labels ?? {},
    alerts: decision.alerts,
    endedUntold: decision.endedUntold,
    now,
    reason: row.reason,
    notice: noticeOf(row, decision.endedUntold.size, now),
    externalURL: deps.externalUrl,
  })
  const result = await send(deps, row, integration, data, claimed.log)
  if (result.error !== null) return failed(deps, claimed, result)
  const told = { firing: [] as string[], resolved: [] as string[] }
  for (const { status, fingerprint } of data.alerts) told[status].push(fingerprint)
  const log: LogEntry = {
    sentAt: deps.clock.now(),
    rowCreatedAt: row.createdAt,
    firing: new Set(told.firing),
    resolved: new Set(told.resolved),
    memo: result.memo ?? claimed.log?.memo ?? {},
  }
  const resolvedAlerts = decision.alerts.filter((alert) => log.resolved.has(alert.fingerprint))
  const leave = new Map(resolvedAlerts.map((alert) => [alert.fingerprint, alert.startsAt]))
  const settlement: Settlement = { outcome: 'delivered', attempt: result.attempt, log, leave }
  return { settlement, endedUntold: decision.endedUntold.size > 0 }
}

interface SendResult {
  readonly attempt: Attempt
  readonly error: DeliveryError | null
  readonly memo?: Readonly<Record<string, string>>
}

async function send(
  deps: DelivererDeps,
  row: DeliveryRow,
  integration: Integration,
  data: Parameters<Notifier['send']>[0]['data'],
  log: LogEntry | null,
): Promise<SendResult> {
  const at = deps.clock.now()
  const started = performance.now()
  const attempt = (result: Attempt['result'], answer: string, providerId: string): Attempt => ({
    at,
    durationMs: Math.round(performance.now() - started),
    result,
    answer,
    providerId,
  })
  try {
    const signal = AbortSignal.timeout(deps.requestTimeoutMs)
    const message = { data, idempotencyKey: row.id, memo: log?.memo ?? {} }
    const receipt = await deps.notifier(integration).send(message, signal)
    deps.observe.sent(row.kind, performance.now() - started)
    const { memo } = receipt
    return {
      attempt: attempt('delivered', receipt.answer, receipt.providerId),
      error: null,
      ...(memo === undefined ? {} : { memo }),
    }
  } catch (cause) {
    const error =
      cause instanceof DeliveryError
        ? cause
        : new DeliveryError(`could not be sent: ${errorText(cause)}`, 'unavailable', { cause })
    deps.observe.failed(row.kind, error.reason)
    return {
      attempt: attempt(error.retryable ? 'retry' : 'permanent', errorText(error), ''),
      error,
    }
  }
}

function failed(deps: DelivererDeps, claimed: ClaimedRow, result: SendResult): AttemptOutcome {
  const { row } = claimed
  const { attempt, error } = result
  if (error !== null && !error.retryable) {
    return dead(deps, claimed, attempt, `refused for good: ${attempt.answer}`)
  }
  const failures = row.attempts.length + 1
  const delay = retryDelay(failures, deps.backoff, error?.retryAfterMs ?? null, deps.random())
  const nextAttemptAt = deps.clock.now() + delay
  if (nextAttemptAt > row.deadlineAt) {
    return dead(deps, claimed, attempt, `given up at its deadline: ${attempt.answer}`)
  }
  return { settlement: { outcome: 'retry', attempt, nextAttemptAt }, endedUntold: false }
}

/** Dead letters are told to the receiver's fallback, unless it has heard of the same alerts already. */
function dead(
  deps: DelivererDeps,
  claimed: ClaimedRow,
  attempt: Attempt | null,
  note: string,
): AttemptOutcome {
  const { row, logs } = claimed
  const receivers = deps.config()?.receivers
  const name = receivers?.get(row.receiver)?.fallback ?? null
  const integrations = (name === null ? undefined : receivers?.get(name)?.integrations) ?? []
  const now = deps.clock.now()
  const fallback = integrations
    .filter((integration) => !knows(logs.get(integration.key), row))
    .map((integration): DeliveryRow => ({
      ...row,
      id: `${row.groupId}.${deps.newId()}`,
      receiver: name ?? row.receiver,
      integration: integration.key,
      kind: integration.kind,
      reason: 'fallback',
      status: 'waiting',
      note: `${row.receiver} could not be told: ${note}`,
      createdAt: now,
      deadlineAt: now + deps.deadlineMs,
      nextAttemptAt: now,
      attempts: [],
    }))
  return { settlement: { outcome: 'dead', attempt, note, fallback }, endedUntold: false }
}

function knows(log: LogEntry | undefined, row: DeliveryRow): boolean {
  return (
    log !== undefined &&
    row.firing.every((fingerprint) => log.firing.has(fingerprint)) &&
    row.resolved.every((fingerprint) => log.resolved.has(fingerprint))
  )
}

function noticeOf(row: DeliveryRow, ended: number, now: number): string {
  const notices: string[] = []
  if (row.note !== '') notices.push(row.note)
  const minutes = Math.round((now - row.createdAt) / 60_000)
  if (row.attempts.length > 0 && minutes > 0) notices.push(`delayed by ${minutes} min`)
  if (ended > 0) {
    notices.push(
      ended === 1
        ? 'ended before it could be delivered'
        : `${ended} alerts ended before they could be delivered`,
    )
  }
  return notices.join('; ')
}

function historyOf(row: DeliveryRow, settlement: Settlement, now: number): HistoryEntry {
  const attempt = 'attempt' in settlement ? settlement.attempt : null
  return {
    at: now,
    kind: 'delivery',
    groupKey: row.groupKey,
    what: settlement.outcome,
    detail: {
      delivery: row.id,
      receiver: row.receiver,
      integration: row.integration,
      kind: row.kind,
      reason: row.reason,
      attempt: row.attempts.length + (attempt === null ? 0 : 1),
      answer: attempt?.answer ?? '',
      providerId: attempt?.providerId ?? '',
      durationMs: attempt?.durationMs ?? 0,
      note: 'note' in settlement ? settlement.note : '',
      nextAttemptAt: 'nextAttemptAt' in settlement ? settlement.nextAttemptAt : null,
      firing: row.firingCount,
      resolved: row.resolvedCount,
    },
  }
}
