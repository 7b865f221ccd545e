import { Type } from '@fastify/type-provider-typebox'
import { ruleHolder } from '../../core/alert.ts'
import type { Rule, RuleGroup } from '../../rules/ruleSet.ts'
import type { GroupHealth, RuleHealth } from '../../store/evaluationStore.ts'
import { answer, instantOrNone, instantOrNull, labelsSchema } from '../schemas.ts'

/** Alerts of one rule by status. */
export interface AlertCounts {
  readonly pending: number
  readonly firing: number
}

const ruleSchema = answer({
  key: Type.String(),
  kind: Type.Enum(['alerting', 'recording']),
  name: Type.String(),
  expr: Type.String(),
  line: Type.Integer(),
  column: Type.Integer(),
  labels: labelsSchema,
  annotations: Type.Optional(labelsSchema),
  forMs: Type.Optional(Type.Number()),
  keepFiringMs: Type.Optional(Type.Number()),
  evaluated: Type.Boolean({ description: 'False for recording rules: the datasource runs those.' }),
  health: Type.Enum(['ok', 'err', 'unknown']),
  lastError: Type.String(),
  lastEvaluationAt: instantOrNull,
  failingSince: instantOrNull,
  durationMs: Type.Number(),
  samples: Type.Integer(),
  templateError: Type.String(),
  overLimit: Type.Integer({ description: 'Alerts beyond the limit of the group; 0 when within.' }),
  alerts: answer({ pending: Type.Integer(), firing: Type.Integer() }),
})

export const ruleGroupSchema = answer({
  id: Type.String(),
  name: Type.String(),
  file: Type.String(),
  intervalMs: Type.Number(),
  limit: Type.Integer(),
  lastEvaluationAt: instantOrNull,
  durationMs: Type.Number(),
  missed: Type.Integer(),
  rules: Type.Array(ruleSchema),
})

/** A rule group with the health of its rules. `countsOf` gets a rule as `heldBy` names it. */
export function ruleGroupJson(
  group: RuleGroup,
  health: GroupHealth | null,
  countsOf: (rule: string) => AlertCounts,
) {
  const byKey = new Map(health?.rules.map((rule) => [rule.key, rule]))
  return {
    id: group.id,
    name: group.name,
    file: group.file,
    intervalMs: group.intervalMs,
    limit: group.limit,
    lastEvaluationAt: instantOrNone(health?.lastEvaluationAt ?? null),
    durationMs: health?.durationMs ?? 0,
    missed: health?.missed ?? 0,
    rules: group.rules.map((rule) => ({
      ...definition(rule),
      ...healthJson(byKey.get(rule.key) ?? null),
      alerts: countsOf(ruleHolder(group.id, rule.key)),
    })),
  }
}

function definition(rule: Rule) {
  const { key, kind, name, expr, line, column, labels } = rule
  const common = { key, kind, name, expr, line, column, labels, evaluated: kind === 'alerting' }
  if (rule.kind === 'recording') return common
  const { annotations, forMs, keepFiringMs } = rule
  return { ...common, annotations, forMs, keepFiringMs }
}

function healthJson(health: RuleHealth | null) {
  return {
    health: health?.health ?? ('unknown' as const),
    lastError: health?.lastError ?? '',
    lastEvaluationAt: instantOrNone(health?.lastEvaluationAt ?? null),
    failingSince: instantOrNone(health?.failingSince ?? null),
    durationMs: health?.durationMs ?? 0,
    samples: health?.samples ?? 0,
    templateError: health?.templateError ?? '',
    overLimit: health?.overLimit ?? 0,
  }
}
