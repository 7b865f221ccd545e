import { Type } from '@fastify/type-provider-typebox'
import type { Config } from '../../config/config.ts'
import type { ApiDeps } from '../deps.ts'
import {
  answer,
  instant,
  instantOrNone,
  instantOrNull,
  instantSchema,
  responses,
} from '../schemas.ts'
import type { ApiServer } from '../server.ts'
import { standingOf } from './alertState.ts'
import type { ShownState } from './alertState.ts'
import { fileProblemSchema } from './problems.ts'

const counts = Type.Unsafe<Readonly<Record<string, number>>>({
  type: 'object',
  additionalProperties: { type: 'integer' },
})
const textOrNull = Type.Union([Type.String(), Type.Null()])

const statusAnswer = answer({
  version: Type.String(),
  startedAt: instantSchema,
  uptimeMs: Type.Number(),
  ready: Type.Boolean(),
  checks: Type.Array(answer({ name: Type.String(), ok: Type.Boolean(), message: Type.String() })),
  members: Type.Array(
    answer({
      node: Type.String(),
      roles: Type.Array(Type.String()),
      version: Type.String(),
      startedAt: instantSchema,
      seenAt: instantSchema,
    }),
  ),
  datasources: Type.Array(
    answer({
      name: Type.String(),
      reachable: Type.Union([Type.Boolean(), Type.Null()]),
      lastError: Type.String(),
      failingSince: instantOrNull,
    }),
  ),
  alerts: counts,
  notifications: counts,
  oldestUndeliveredAt: instantOrNull,
  rules: answer({
    version: textOrNull,
    groups: Type.Integer(),
    staleFiles: Type.Array(Type.String()),
  }),
  notificationFile: answer({
    file: textOrNull,
    stale: Type.Boolean(),
    problems: Type.Array(fileProblemSchema),
  }),
  config: answer({
    file: textOrNull,
    roles: Type.Array(Type.String()),
    externalUrl: Type.String(),
    redis: Type.Enum(['embedded', 'external']),
    datasources: Type.Array(Type.String()),
    rules: Type.Array(Type.String()),
    evaluationIntervalMs: Type.Number(),
    tokens: Type.Array(answer({ name: Type.String(), role: Type.String() })),
  }),
})

/** `GET /v1/status`: how the service is doing, in one answer. Holds no secrets. */
export function statusRoutes(app: ApiServer, deps: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/v1/status',
    config: { access: 'viewer' },
    schema: { tags: ['status'], response: responses({ 200: statusAnswer }) },
    handler: async () => {
      // With the store down, this page is what people look at: it shows what it can.
      const [readiness, members, datasources, ledger, ruleSet] = await Promise.all([
        deps.readiness(),
        orNull(deps.members()),
        orNull(deps.datasources()),
        orNull(deps.ledger.counts()),
        orNull(deps.ruleSet()),
        orNull(deps.alerts.sync()),
        orNull(deps.silences.sync()),
      ])
      const { oldestWaitingAt = null, ...notifications } = ledger ?? {}
      const { file, stale, problems } = deps.notifications()
      return {
        version: deps.version,
        startedAt: instant(deps.startedAt),
        uptimeMs: deps.clock.now() - deps.startedAt,
        ready: readiness.ready,
        checks: [...readiness.checks],
        members: (members ?? []).map((member) => ({
          ...member,
          roles: [...member.roles],
          startedAt: instant(member.startedAt),
          seenAt: instant(member.seenAt),
        })),
        datasources: (datasources ?? []).map((d) => ({
          ...d,
          failingSince: instantOrNone(d.failingSince),
        })),
        alerts: countAlerts(deps),
        notifications,
        oldestUndeliveredAt: instantOrNone(oldestWaitingAt),
        rules: {
          version: ruleSet?.version ?? null,
          groups: ruleSet?.groups.length ?? 0,
          staleFiles: ruleSet?.files.filter((f) => f.stale).map((f) => f.file) ?? [],
        },
        notificationFile: { file, stale, problems: [...problems] },
        config: configSummary(deps.config),
      }
    },
  })
}

/** Null instead of a failure, which the readiness checks name. */
function orNull<T>(promise: Promise<T>): Promise<T | null> {
  return promise.catch(() => null)
}

function countAlerts(deps: ApiDeps): Readonly<Record<string, number>> {
  const now = deps.clock.now()
  const found: Record<ShownState, number> = {
    pending: 0,
    firing: 0,
    resolved: 0,
    suppressed: 0,
    acknowledged: 0,
  }
  for (const alert of deps.alerts.view.values()) found[standingOf(alert, deps.routing, now).state]++
  return found
}

function configSummary(config: Config) {
  return {
    file: config.file,
    roles: [...config.roles],
    externalUrl: config.externalUrl,
    redis: config.redis.url === null ? ('embedded' as const) : ('external' as const),
    datasources: config.datasources.map((d) => d.name),
    rules: [...config.rules],
    evaluationIntervalMs: config.evaluationIntervalMs,
    tokens: config.auth.tokens.map(({ name, role }) => ({ name, role })),
  }
}
