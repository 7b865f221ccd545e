import { Type } from '@fastify/type-provider-typebox'
import type { Delivery } from '../../store/groupStore.ts'
import { answer, instant, instantSchema } from '../schemas.ts'

export const DELIVERY_STATUSES = [
  'waiting',
  'sending',
  'delivered',
  'dead',
  'superseded',
  'suppressed',
] as const

const attemptSchema = answer({
  at: instantSchema,
  durationMs: Type.Number(),
  result: Type.String(),
  answer: Type.String(),
  providerId: Type.String(),
})

export const deliveryFields = {
  id: Type.String(),
  status: Type.Enum([...DELIVERY_STATUSES]),
  note: Type.String(),
  receiver: Type.String(),
  integration: Type.String(),
  kind: Type.String(),
  reason: Type.String(),
  priority: Type.String(),
  groupId: Type.String(),
  groupKey: Type.String(),
  createdAt: instantSchema,
  deadlineAt: instantSchema,
  nextAttemptAt: instantSchema,
  firingCount: Type.Integer(),
  resolvedCount: Type.Integer(),
  attempts: Type.Array(attemptSchema),
}
export const deliverySchema = answer(deliveryFields)

/** A row of the ledger in its JSON form. */
export function deliveryJson(row: Delivery) {
  const { createdAt, deadlineAt, nextAttemptAt, attempts, ...same } = row
  return {
    ...same,
    createdAt: instant(createdAt),
    deadlineAt: instant(deadlineAt),
    nextAttemptAt: instant(nextAttemptAt),
    attempts: attempts.map((attempt) => ({ ...attempt, at: instant(attempt.at) })),
  }
}
