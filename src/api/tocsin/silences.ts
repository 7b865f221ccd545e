import type { FastifyRequest } from 'fastify'
import { Type } from '@fastify/type-provider-typebox'
import { AppError } from '../../core/errors.ts'
import { formatMatchers } from '../../core/matcher.ts'
import { silenceState } from '../../routing/silence.ts'
import type { Silence } from '../../routing/silence.ts'
import { actor } from '../access.ts'
import type { ApiDeps } from '../deps.ts'
import { recordAction } from '../history.ts'
import {
  answer,
  durationInput,
  input,
  instant,
  instantInput,
  labelsSchema,
  responses,
} from '../schemas.ts'
import type { ApiServer } from '../server.ts'
import { changedSilence, expiredSilence, newSilence } from './silenceChange.ts'
import { SILENCE_STATES, silenceJson, silenceSchema } from './silenceJson.ts'

const silenceBody = input({
  matchers: Type.Array(Type.String({ maxLength: 8_192 }), { minItems: 1, maxItems: 100 }),
  startsAt: Type.Optional(instantInput),
  endsAt: Type.Optional(instantInput),
  duration: Type.Optional(durationInput),
  comment: Type.String({ minLength: 1, maxLength: 4_096 }),
  createdBy: Type.Optional(
    Type.String({ maxLength: 256, description: 'Counts only without tokens.' }),
  ),
  annotations: Type.Optional(labelsSchema),
})
const listQuery = input({ state: Type.Optional(Type.Array(Type.Enum([...SILENCE_STATES]))) })
const idParams = input({ id: Type.String({ minLength: 1, maxLength: 64 }) })
const tags = ['silences']

/** `/v1/silences`: list, create, read, change, expire. */
export function silenceRoutes(app: ApiServer, deps: ApiDeps): void {
  readRoutes(app, deps)
  writeRoutes(app, deps)
}

function readRoutes(app: ApiServer, deps: ApiDeps): void {
  const listAnswer = answer({ silences: Type.Array(silenceSchema) })
  app.route({
    method: 'GET',
    url: '/v1/silences',
    config: { access: 'viewer' },
    schema: { tags, querystring: listQuery, response: responses({ 200: listAnswer }) },
    handler: async (request) => {
      const { silences } = await deps.silences.sync()
      const now = deps.clock.now()
      const states = request.query.state ?? SILENCE_STATES
      const found = silences.filter((silence) => states.includes(silenceState(silence, now)))
      found.sort((a, b) => b.endsAt - a.endsAt)
      return { silences: found.map((silence) => silenceJson(silence, now)) }
    },
  })
  app.route({
    method: 'GET',
    url: '/v1/silences/:id',
    config: { access: 'viewer' },
    schema: { tags, params: idParams, response: responses({ 200: silenceSchema }) },
    handler: async (request) =>
      silenceJson(await requireSilence(deps, request.params.id), deps.clock.now()),
  })
}

function writeRoutes(app: ApiServer, deps: ApiDeps): void {
  const config = { access: 'responder' as const }
  app.route({
    method: 'POST',
    url: '/v1/silences',
    config,
    schema: { tags, body: silenceBody, response: responses({ 201: silenceSchema }) },
    handler: async (request, reply) => {
      const now = deps.clock.now()
      const { createdBy } = request.body
      const silence = newSilence(request.body, deps.newId(), actor(request, createdBy), now)
      await store(deps, request, 'silence created', silence, createdBy)
      reply.code(201).header('location', `/v1/silences/${silence.id}`)
      return silenceJson(silence, now)
    },
  })
  app.route({
    method: 'PUT',
    url: '/v1/silences/:id',
    config,
    schema: {
      tags,
      params: idParams,
      body: silenceBody,
      response: responses({ 200: silenceSchema }),
    },
    handler: async (request) => {
      const old = await requireSilence(deps, request.params.id)
      const now = deps.clock.now()
      const { createdBy } = request.body
      const silence = changedSilence(old, request.body, actor(request, createdBy), now)
      await store(deps, request, 'silence changed', silence, createdBy)
      return silenceJson(silence, now)
    },
  })
  app.route({
    method: 'DELETE',
    url: '/v1/silences/:id',
    config,
    schema: { tags, params: idParams, response: responses({ 200: silenceSchema }) },
    handler: async (request) => {
      const old = await requireSilence(deps, request.params.id)
      const now = deps.clock.now()
      const silence = expiredSilence(old, now)
      if (silence !== old) await store(deps, request, 'silence expired', silence)
      return silenceJson(silence, now)
    },
  })
}

async function requireSilence(deps: ApiDeps, id: string): Promise<Silence> {
  const { silences } = await deps.silences.sync()
  const silence = silences.find((known) => known.id === id)
  if (silence === undefined) throw new AppError('NOT_FOUND', `there is no silence ${id}`)
  return silence
}

async function store(
  deps: ApiDeps,
  request: FastifyRequest,
  what: string,
  silence: Silence,
  stated?: string,
): Promise<void> {
  await deps.silences.put(silence)
  await recordAction(deps, request, {
    what,
    stated,
    detail: {
      silence: silence.id,
      matchers: formatMatchers(silence.matchers),
      endsAt: instant(silence.endsAt),
      comment: silence.comment,
    },
  })
}
