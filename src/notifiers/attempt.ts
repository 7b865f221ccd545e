import { isOver } from '../core/alert.ts'
import { errorText } from '../core/errors.ts'
import type { Clock } from '../core/time.ts'
import { messageData } from '../routing/messageData.ts'
import type { Integration, NotificationConfig } from '../routing/notificationConfig.ts'
import { routeOfGroup } from '../routing/route.ts'
import type { Suppressor } from '../routing/suppression.ts'
import type { AlertStore } from '../store/alertStore.ts'
import type { Attempt, DeliveryRow, LogEntry } from '../store/groupStore.ts'
import type { ClaimedRow, Settlement } from '../store/ledger.ts'
import { retryDelay } from './backoff.ts'
import type { BackoffConfig } from './backoff.ts'
import { deliverDecision } from './deliverDecision.ts'
import { DeliveryError } from './notifier.ts'
import type { FailureReason, MessageData, Notifier } from './notifier.ts'

/** What one attempt needs. */
export interface AttemptDeps {
  /** Its view must be up to date. */
  readonly alerts: Pick<AlertStore, 'view'>
  readonly suppressor: Suppressor
  readonly clock: Clock
  readonly config: () => NotificationConfig | null
  /** The notifier of a configured integration; made once for each configuration. */
  readonly notifier: (integration: Integration) => Notifier
  readonly backoff: BackoffConfig
  readonly deadlineMs: number
  readonly requestTimeoutMs: number
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

export interface AttemptOutcome {
  readonly settlement: Settlement
  /** Alerts that it told as firing are over by now: their end should follow soon. */
  readonly endedUntold: boolean
}

/** Decides what a claimed row tells now, sends it, and says what becomes of the row. Writes nothing. */
export async function attemptDelivery(
  deps: AttemptDeps,
  claimed: ClaimedRow,
): Promise<AttemptOutcome> {
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
  const receiver = config.receivers.get(row.receiver)
  const endsWantedBy = (receiver?.integrations ?? []).flatMap((i) => (i.sendResolved ? i.key : []))
  const settlement: Settlement = {
    outcome: 'delivered',
    attempt: result.attempt,
    log,
    leave,
    endsWantedBy,
  }
  return { settlement, endedUntold: decision.endedUntold.size > 0 || hasEnded(deps, log) }
}

/** Beyond this many alerts the next tick of the group finds out. */
const ENDS_LOOKED_AT = 1_000

/** Whether something told as firing ended while the message was on its way. */
function hasEnded(deps: AttemptDeps, log: LogEntry): boolean {
  if (log.firing.size > ENDS_LOOKED_AT) return false
  const now = deps.clock.now()
  return [...log.firing].some((fingerprint) => {
    const alert = deps.alerts.view.get(fingerprint)
    return alert !== undefined && isOver(alert, now)
  })
}

interface SendResult {
  readonly attempt: Attempt
  readonly error: DeliveryError | null
  readonly memo?: Readonly<Record<string, string>>
}

async function send(
  deps: AttemptDeps,
  row: DeliveryRow,
  integration: Integration,
  data: MessageData,
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

function failed(deps: AttemptDeps, claimed: ClaimedRow, result: SendResult): AttemptOutcome {
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
  deps: AttemptDeps,
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
