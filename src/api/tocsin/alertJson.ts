import { Type } from '@fastify/type-provider-typebox'
import type { AlertRecord, AlertSource } from '../../core/alert.ts'
import type { RuleSet } from '../../rules/ruleSet.ts'
import type { RoutingReader } from '../deps.ts'
import {
  answer,
  instant,
  instantOrNone,
  instantOrNull,
  instantSchema,
  labelsSchema,
} from '../schemas.ts'
import { isAcknowledged, SHOWN_STATES } from './alertState.ts'
import type { Standing } from './alertState.ts'

export const stateSchema = Type.Enum([...SHOWN_STATES])

const ackSchema = answer({
  by: Type.String(),
  at: instantSchema,
  note: Type.String(),
  until: instantOrNull,
})

/** Fields of an alert as our API shows it. */
export const alertFields = {
  fingerprint: Type.String(),
  state: stateSchema,
  labels: labelsSchema,
  annotations: labelsSchema,
  activeAt: instantSchema,
  startsAt: instantSchema,
  endsAt: instantOrNull,
  updatedAt: instantSchema,
  value: Type.String({ description: 'As Prometheus prints it; empty when not known.' }),
  generatorURL: Type.String(),
  source: answer({
    kind: Type.Enum(['rule', 'api']),
    file: Type.Optional(Type.String()),
    group: Type.Optional(Type.String()),
    rule: Type.Optional(Type.String()),
    line: Type.Optional(Type.Integer({ description: 'Of the rule in its file.' })),
    version: Type.Optional(Type.String()),
  }),
  receivers: Type.Array(Type.String()),
  silencedBy: Type.Array(Type.String()),
  inhibitedBy: Type.Array(Type.String()),
  ack: Type.Union([ackSchema, Type.Null()]),
}
export const alertSchema = answer(alertFields)

/** An alert in its JSON form. Where its rule stands is looked up in the rule set that is evaluated now. */
export function alertJson(
  alert: AlertRecord,
  standing: Standing,
  routing: RoutingReader,
  ruleSet: RuleSet | null,
  now: number,
) {
  const { ack } = alert
  return {
    fingerprint: alert.fingerprint,
    state: standing.state,
    labels: alert.labels,
    annotations: alert.annotations,
    activeAt: instant(alert.activeAt),
    startsAt: instant(alert.startsAt),
    endsAt: instantOrNone(alert.endsAt),
    updatedAt: instant(alert.updatedAt),
    value: alert.value,
    generatorURL: alert.generatorURL,
    source: sourceJson(alert.source, ruleSet),
    receivers: [...routing.receivers(alert.labels)],
    silencedBy: [...standing.silencedBy],
    inhibitedBy: [...standing.inhibitedBy],
    ack:
      ack !== null && isAcknowledged(alert, now)
        ? { by: ack.by, at: instant(ack.at), note: ack.note, until: instantOrNone(ack.until) }
        : null,
  }
}

function sourceJson(source: AlertSource, ruleSet: RuleSet | null) {
  const { kind } = source
  if (kind === 'api') return { kind }
  const { groupId, ruleKey, version } = source
  const group = ruleSet?.groups.find(({ id }) => id === groupId)
  const rule = group?.rules.find(({ key }) => key === ruleKey)
  return {
    kind,
    version,
    ...(group === undefined ? {} : { file: group.file, group: group.name }),
    ...(rule === undefined ? {} : { rule: rule.name, line: rule.line }),
  }
}
