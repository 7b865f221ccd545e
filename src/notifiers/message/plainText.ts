import { sortedNames } from '../../core/labels.ts'
import type { Labels } from '../../core/labels.ts'
import type { MessageAlert, MessageData } from '../notifier.ts'
import { countOf, cut, oneLine } from './cut.ts'
import { wellFormed } from './goJson.ts'

/** Page of Tocsin that shows what the receiver was told about. */
export function backLink(data: MessageData): string {
  const receiver = encodeURIComponent(wellFormed(data.receiver))
  // A name of absurd length would push everything else out of the message.
  if (receiver.length > 1000) return `${data.externalURL}/#/alerts`
  return `${data.externalURL}/#/alerts?receiver=${receiver}`
}

/** Alertmanager's subject: `[FIRING:2] Disk (h1 critical)`. Needs no template, so it cannot fail. */
export function headline(data: MessageData): string {
  const firing = firingCount(data)
  const status = data.status === 'firing' ? `FIRING:${firing}` : 'RESOLVED'
  const group = names(data.groupLabels).map((name) => data.groupLabels[name])
  const rest = names(data.commonLabels)
    .filter((name) => !Object.hasOwn(data.groupLabels, name))
    .map((name) => data.commonLabels[name])
  const extra = rest.length === 0 ? '' : ` (${rest.join(' ')})`
  return oneLine(`[${status}] ${group.join(' ')}${extra}`)
}

export function firingCount(data: MessageData): number {
  return data.alerts.reduce((sum, alert) => sum + (alert.status === 'firing' ? 1 : 0), 0)
}

/** What one alert says about itself: its summary, or the next best annotation, or nothing. */
export function summaryOf(annotations: Labels): string {
  const best = ['summary', 'description', 'message'].find((name) => annotations[name])
  return oneLine(annotations[best ?? sortedNames(annotations)[0] ?? ''] ?? '')
}

/** "and 4,812 more alerts: http://..." */
export function moreAlerts(omitted: number, data: MessageData): string {
  return `and ${countOf(omitted, 'more alert')}: ${backLink(data)}`
}

/**
 * The whole message as our own plain text of at most `maxLength` characters: headline, notices, one line for each alert, and a
 * count with a link for those that found no room. Never fails, and never looks at more alerts than it shows.
 */
export function plainText(
  data: MessageData,
  notices: readonly string[],
  limits: { readonly maxLength: number; readonly maxAlerts: number },
): string {
  const tail = moreAlerts(data.alerts.length, data)
  const link = backLink(data)
  const head = [cut(headline(data), 500), ...notices.map((n) => cut(oneLine(n), 1000)), ''].join(
    '\n',
  )
  let room = limits.maxLength - head.length - tail.length - link.length - 4
  const lines: string[] = []
  for (const alert of data.alerts) {
    if (lines.length >= limits.maxAlerts) break
    const line = cut(alertLine(alert, data.groupLabels), 1000)
    if (line.length + 1 > room) break
    room -= line.length + 1
    lines.push(line)
  }
  const omitted = data.alerts.length - lines.length
  const end = omitted > 0 ? moreAlerts(omitted, data) : link
  return cut([head, ...lines, '', end].join('\n'), limits.maxLength)
}

/** `- firing: instance=h1 severity=critical: disk is full, since 2026-11-20 06:41:34 UTC` */
function alertLine(alert: MessageAlert, groupLabels: Labels): string {
  const labels = names(alert.labels)
    .filter((name) => !Object.hasOwn(groupLabels, name))
    .map((name) => `${name}=${oneLine(alert.labels[name] ?? '')}`)
  const what = [labels.join(' '), summaryOf(alert.annotations)].filter((part) => part !== '')
  const ended = alert.endsAt === null ? '' : `, ended ${clockText(alert.endsAt)}`
  const ack = alert.ack === null ? '' : `, acknowledged by ${oneLine(alert.ack.by)}`
  return `- ${[alert.status, ...what].join(': ')}, since ${clockText(alert.startsAt)}${ended}${ack}`
}

function clockText(at: number): string {
  return Number.isFinite(at)
    ? `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`
    : '?'
}

/** `alertname` first, as Alertmanager sorts pairs. */
function names(labels: Labels): readonly string[] {
  const rest = sortedNames(labels).filter((name) => name !== 'alertname')
  return Object.hasOwn(labels, 'alertname') ? ['alertname', ...rest] : rest
}
