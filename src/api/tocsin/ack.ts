import { Type } from '@fastify/type-provider-typebox'
import { isOver } from '../../core/alert.ts'
import type { Acknowledgement, AlertRecord } from '../../core/alert.ts'
import { AppError } from '../../core/errors.ts'
import { actor } from '../access.ts'
import type { ApiDeps } from '../deps.ts'
import { recordAction } from '../history.ts'
import { readEnd } from '../inputs.ts'
import { durationInput, instantInput, instantOrNone, optionalInput, responses } from '../schemas.ts'
import type { ApiServer } from '../server.ts'
import { alertSchema } from './alertJson.ts'
import { isAcknowledged } from './alertState.ts'
import { fingerprintParams, requireAlert, shown } from './alerts.ts'

const ackBody = optionalInput({
  note: Type.Optional(Type.String({ maxLength: 4_096 })),
  until: Type.Optional(instantInput),
  duration: Type.Optional(durationInput),
  by: Type.Optional(Type.String({ maxLength: 256, description: 'Counts only without tokens.' })),
})

const common = {
  config: { access: 'responder' as const },
  schema: {
    tags: ['alerts'],
    params: fingerprintParams,
    response: responses({ 200: alertSchema }),
  },
}

/** `POST` and `DELETE /v1/alerts/{fingerprint}/ack`: a person takes an occurrence, or gives it back. Both idempotent. */
export function ackRoutes(app: ApiServer, deps: ApiDeps): void {
  app.route({
    method: 'POST',
    url: '/v1/alerts/:fingerprint/ack',
    ...common,
    schema: {
      ...common.schema,
      summary: 'Acknowledge a firing alert',
      body: ackBody,
    },
    handler: async (request) => {
      const { note = '', by, ...end } = request.body ?? {}
      const now = deps.clock.now()
      const alert = await requireAlert(deps, request.params.fingerprint)
      requireFiring(alert, now)
      const wanted = { by: actor(request, by), note, until: readEnd(end, now) }
      if (!isSameAck(alert, wanted, now)) {
        await storeAck(deps, alert, { ...wanted, at: now, occurrence: alert.startsAt })
        await recordAction(deps, request, {
          what: 'acknowledged',
          stated: by,
          ...subject(alert),
          detail: { note, until: instantOrNone(wanted.until) },
        })
      }
      await deps.silences.sync()
      return shown(deps, await requireAlert(deps, alert.fingerprint), await deps.ruleSet())
    },
  })
  app.route({
    method: 'DELETE',
    url: '/v1/alerts/:fingerprint/ack',
    ...common,
    schema: { ...common.schema, summary: 'Take an acknowledgement back' },
    handler: async (request) => {
      const alert = await requireAlert(deps, request.params.fingerprint)
      if (alert.ack !== null) {
        await deps.alerts.update(new Map([[alert.fingerprint, withoutAck]]))
        await recordAction(deps, request, { what: 'unacknowledged', ...subject(alert) })
      }
      await deps.silences.sync()
      return shown(deps, await requireAlert(deps, alert.fingerprint), await deps.ruleSet())
    },
  })
}

function requireFiring(alert: AlertRecord, now: number): void {
  const ended = alert.status === 'resolved' || isOver(alert, now)
  if (!ended && alert.status === 'firing') return
  const state = ended ? 'resolved' : alert.status
  throw new AppError('CONFLICT', `only firing alerts can be acknowledged: this one is ${state}`)
}

function isSameAck(
  alert: AlertRecord,
  wanted: Pick<Acknowledgement, 'by' | 'note' | 'until'>,
  now: number,
): boolean {
  const { ack } = alert
  if (ack === null || !isAcknowledged(alert, now)) return false
  return ack.by === wanted.by && ack.note === wanted.note && ack.until === wanted.until
}

async function storeAck(deps: ApiDeps, alert: AlertRecord, ack: Acknowledgement): Promise<void> {
  const change = (current: AlertRecord | undefined): AlertRecord | undefined =>
    // The occurrence that the person saw may have ended meanwhile: the next one must page.
    current?.status === 'firing' && current.startsAt === ack.occurrence
      ? { ...current, ack }
      : current
  await deps.alerts.update(new Map([[alert.fingerprint, change]]))
  const stored = (await deps.alerts.sync()).get(alert.fingerprint)
  if (stored?.ack?.at === ack.at && stored.ack.by === ack.by) return
  throw new AppError('CONFLICT', 'the alert changed while it was being acknowledged: look again')
}

function withoutAck(current: AlertRecord | undefined): AlertRecord | undefined {
  return current === undefined || current.ack === null ? current : { ...current, ack: null }
}

function subject(alert: AlertRecord): { fingerprint: string; alertname: string } {
  return { fingerprint: alert.fingerprint, alertname: alert.labels['alertname'] ?? '' }
}
