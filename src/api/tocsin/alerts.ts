import { Type } from '@fastify/type-provider-typebox'
import type { AlertRecord } from '../../core/alert.ts'
import { AppError } from '../../core/errors.ts'
import { compileMatchers } from '../../core/matcher.ts'
import type { RuleSet } from '../../rules/ruleSet.ts'
import type { ApiDeps } from '../deps.ts'
import { readMatchers } from '../inputs.ts'
import { answer, input, instantOrNone, instantOrNull, responses } from '../schemas.ts'
import type { ApiServer } from '../server.ts'
import { alertFields, alertJson, alertSchema, stateSchema } from './alertJson.ts'
import { afterCursor, compareAlerts, cursorOf, standingOf } from './alertState.ts'
import type { ShownState } from './alertState.ts'
import { deliveryJson, deliverySchema } from './deliveryJson.ts'

const listQuery = input({
  state: Type.Optional(
    Type.Array(stateSchema, {
      description: 'Any of these; absent: everything that has not ended.',
    }),
  ),
  match: Type.Optional(
    Type.Array(Type.String(), { description: 'Matchers such as severity="page"; all must hold.' }),
  ),
  limit: Type.Integer({ minimum: 1, maximum: 10_000, default: 100 }),
  after: Type.Optional(Type.String({ description: '`next` of the page before.' })),
})

const listAnswer = answer({
  alerts: Type.Array(alertSchema),
  total: Type.Integer({ description: 'How many match on all pages.' }),
  next: Type.Union([Type.String(), Type.Null()]),
})

const groupSchema = answer({
  id: Type.String(),
  groupKey: Type.String(),
  receiver: Type.String(),
  nextFlushAt: instantOrNull,
})

const detailAnswer = answer({
  ...alertFields,
  groups: Type.Array(groupSchema),
  deliveries: Type.Array(deliverySchema, { description: 'Newest first, of the groups it is in.' }),
})

const LIVE: readonly ShownState[] = ['pending', 'firing', 'suppressed', 'acknowledged']
const DELIVERIES_PER_GROUP = 20
const GROUPS_WITH_DELIVERIES = 5

export const fingerprintParams = input({ fingerprint: Type.String({ pattern: '^[0-9a-f]{16}$' }) })

/** `GET /v1/alerts` and `GET /v1/alerts/{fingerprint}`. */
export function alertRoutes(app: ApiServer, deps: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/v1/alerts',
    config: { access: 'viewer' },
    schema: {
      tags: ['alerts'],
      summary: 'Alerts, newest first',
      querystring: listQuery,
      response: responses({ 200: listAnswer }),
    },
    handler: async (request) => {
      const { state, match, limit, after } = request.query
      await Promise.all([deps.alerts.sync(), deps.silences.sync()])
      const found = selectAlerts(deps, { states: state ?? LIVE, match: match ?? [] })
      const place = after === undefined ? () => true : afterCursor(after)
      if (place === null)
        throw new AppError('INVALID_INPUT', 'after is not the `next` of an answer')
      const rest = found.filter(place)
      const page = rest.slice(0, limit)
      const last = page.at(-1)
      const ruleSet = await deps.ruleSet()
      return {
        alerts: page.map((alert) => shown(deps, alert, ruleSet)),
        total: found.length,
        next: last !== undefined && rest.length > limit ? cursorOf(last) : null,
      }
    },
  })
  app.route({
    method: 'GET',
    url: '/v1/alerts/:fingerprint',
    config: { access: 'viewer' },
    schema: {
      tags: ['alerts'],
      summary: 'One alert, with its groups and notifications',
      params: fingerprintParams,
      response: responses({ 200: detailAnswer }),
    },
    handler: async (request) => {
      const alert = await requireAlert(deps, request.params.fingerprint)
      await deps.silences.sync()
      const groups = (await deps.groups.list()).filter((g) => g.members.includes(alert.fingerprint))
      const groupIds = groups.map((g) => g.meta.id)
      return {
        ...shown(deps, alert, await deps.ruleSet()),
        groups: groups.map(({ meta, nextDueAt }) => ({
          id: meta.id,
          groupKey: meta.groupKey,
          receiver: meta.receiver,
          nextFlushAt: instantOrNone(nextDueAt),
        })),
        deliveries: await deliveriesOf(deps, alert.fingerprint, groupIds),
      }
    },
  })
}

/** The newest record of an alert. @throws AppError NOT_FOUND */
export async function requireAlert(deps: ApiDeps, fingerprint: string): Promise<AlertRecord> {
  const alert = (await deps.alerts.sync()).get(fingerprint)
  if (alert !== undefined) return alert
  throw new AppError(
    'NOT_FOUND',
    `there is no alert ${fingerprint}: it may have ended more than 15 minutes ago`,
  )
}

/** An alert as the API shows it now. */
export function shown(deps: ApiDeps, alert: AlertRecord, ruleSet: RuleSet | null) {
  const now = deps.clock.now()
  return alertJson(alert, standingOf(alert, deps.routing, now), deps.routing, ruleSet, now)
}

function selectAlerts(
  deps: ApiDeps,
  wanted: { readonly states: readonly ShownState[]; readonly match: readonly string[] },
): AlertRecord[] {
  const now = deps.clock.now()
  const isMatch = compileMatchers(readMatchers(wanted.match, 'match'))
  const states = new Set(wanted.states)
  const found: AlertRecord[] = []
  for (const alert of deps.alerts.view.values()) {
    if (!isMatch(alert.labels)) continue
    if (states.has(standingOf(alert, deps.routing, now).state)) found.push(alert)
  }
  return found.sort(compareAlerts)
}

async function deliveriesOf(deps: ApiDeps, fingerprint: string, groupIds: readonly string[]) {
  const lists = await Promise.all(
    groupIds
      .slice(0, GROUPS_WITH_DELIVERIES)
      .map((groupId) => deps.ledger.list({ groupId, limit: DELIVERIES_PER_GROUP })),
  )
  const ids = lists.flatMap((list) => list.deliveries.map((delivery) => delivery.id))
  const rows = await Promise.all(ids.map((id) => deps.ledger.get(id)))
  return rows
    .filter((row) => row !== null)
    .filter((row) => row.firing.includes(fingerprint) || row.resolved.includes(fingerprint))
    .sort((a, b) => b.createdAt - a.createdAt)
    .map(deliveryJson)
}
