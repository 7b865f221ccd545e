import { Type } from '@fastify/type-provider-typebox'
import { isOver } from '../../core/alert.ts'
import type { AlertRecord } from '../../core/alert.ts'
import type { RoutingReader } from '../deps.ts'
import { answer, instant, instantSchema, labelsSchema } from '../schemas.ts'

export const gettableAlertSchema = answer({
  annotations: labelsSchema,
  endsAt: instantSchema,
  fingerprint: Type.String(),
  receivers: Type.Array(answer({ name: Type.String() })),
  startsAt: instantSchema,
  status: answer({
    inhibitedBy: Type.Array(Type.String()),
    mutedBy: Type.Array(Type.String()),
    silencedBy: Type.Array(Type.String()),
    state: Type.String(),
  }),
  updatedAt: instantSchema,
  generatorURL: Type.Optional(Type.String()),
  labels: labelsSchema,
})

/** An alert in Alertmanager's shape. */
export interface GettableAlert {
  readonly annotations: AlertRecord['annotations']
  readonly endsAt: string
  readonly fingerprint: string
  readonly receivers: { readonly name: string }[]
  readonly startsAt: string
  readonly status: {
    readonly inhibitedBy: string[]
    readonly mutedBy: string[]
    readonly silencedBy: string[]
    readonly state: 'active' | 'suppressed'
  }
  readonly updatedAt: string
  readonly generatorURL?: string
  readonly labels: AlertRecord['labels']
}

/** Whether Alertmanager's API would know the alert: firing, and not over. Pending ones are ours alone. */
export function isVisible(alert: AlertRecord, now: number): boolean {
  return alert.status === 'firing' && !isOver(alert, now)
}

/**
 * What `GET /api/v2/alerts` shows of an alert. Alerts that our own evaluator holds have no end; clients need one, so they
 * get the end they would have had if they had been posted now.
 */
export function gettableAlert(
  alert: AlertRecord,
  routing: RoutingReader,
  now: number,
  resolveTimeoutMs: number,
): GettableAlert {
  const silencedBy = [...routing.silencedBy(alert.labels, now)]
  const inhibitedBy = [...routing.inhibitedBy(alert, now)]
  const isHeldBack = silencedBy.length > 0 || inhibitedBy.length > 0
  return {
    annotations: alert.annotations,
    endsAt: instant(alert.endsAt ?? now + resolveTimeoutMs),
    fingerprint: alert.fingerprint,
    receivers: routing.receivers(alert.labels).map((name) => ({ name })),
    startsAt: instant(alert.startsAt),
    status: { inhibitedBy, mutedBy: [], silencedBy, state: isHeldBack ? 'suppressed' : 'active' },
    updatedAt: instant(alert.updatedAt),
    ...(alert.generatorURL === '' ? {} : { generatorURL: alert.generatorURL }),
    labels: alert.labels,
  }
}
