import { isOver } from '../core/alert.ts'
import type { AlertRecord } from '../core/alert.ts'
import type { Labels } from '../core/labels.ts'
import type { MessageAlert, MessageData } from '../notifiers/notifier.ts'
import { compareAlerts } from './alertOrder.ts'
import { NOTIFY_REASON_TEXT } from './notifyReason.ts'

export interface MessageInput {
  readonly receiver: string
  readonly groupKey: string
  readonly groupLabels: Labels
  /** The alerts to tell of; pending ones are not among them. */
  readonly alerts: readonly AlertRecord[]
  /** Fingerprints that were promised as firing, are over, and were never told: shown as firing, with their end. */
  readonly endedUntold: ReadonlySet<string>
  readonly now: number
  readonly reason: MessageData['reason']
  readonly notice: string
  /** Without a slash at the end. */
  readonly externalURL: string
}

/** What a message says, before templates. Source: Alertmanager's `template.Data`. */
export function messageData(input: MessageInput): MessageData {
  const alerts = input.alerts
    .map((alert) => messageAlert(alert, input))
    .sort((a, b) => compareAlerts(a.labels, b.labels))
  return {
    receiver: quoteRegex(input.receiver),
    status: alerts.some((alert) => alert.status === 'firing') ? 'firing' : 'resolved',
    alerts,
    groupKey: input.groupKey,
    groupLabels: input.groupLabels,
    commonLabels: commonPairs(alerts.map((alert) => alert.labels)),
    commonAnnotations: commonPairs(alerts.map((alert) => alert.annotations)),
    externalURL: input.externalURL,
    reason: input.reason,
    reasonText: reasonText(input.reason),
    notice: input.notice,
  }
}

/** The pairs that all sets have with the same value; none for no sets. */
export function commonPairs(sets: readonly Labels[]): Labels {
  const common = Object.create(null) as Record<string, string>
  const [first, ...others] = sets
  for (const [name, value] of Object.entries(first ?? {})) {
    if (others.every((set) => Object.hasOwn(set, name) && set[name] === value)) {
      common[name] = value
    }
  }
  return common
}

/** A text as a pattern that matches just it. Source: Go's `regexp.QuoteMeta`. */
export function quoteRegex(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')
}

function messageAlert(
  alert: AlertRecord,
  { endedUntold, now }: Pick<MessageInput, 'endedUntold' | 'now'>,
): MessageAlert {
  const over = isOver(alert, now)
  return {
    status: over && !endedUntold.has(alert.fingerprint) ? 'resolved' : 'firing',
    labels: alert.labels,
    annotations: alert.annotations,
    startsAt: alert.startsAt,
    endsAt: over ? alert.endsAt : null,
    generatorURL: alert.generatorURL,
    fingerprint: alert.fingerprint,
    ack: alert.ack === null ? null : { by: alert.ack.by, note: alert.ack.note },
  }
}

function reasonText(reason: MessageData['reason']): string {
  switch (reason) {
    case 'fallback':
      return 'fallback for another receiver'
    case 'replay':
      return 'sent again on request'
    default:
      return NOTIFY_REASON_TEXT[reason]
  }
}
