import { allShards } from '../../core/shard.ts'
import type { SweepFindings, SweepStore } from '../sweepStore.ts'
import type { RedisConnection } from './connection.ts'
import { keys } from './keys.ts'

export function createRedisSweepStore(
  redis: RedisConnection,
  kinds: readonly string[],
): SweepStore {
  return {
    async look(now, formerNode = '') {
      const answers = await redis.batch((b) => {
        for (const s of allShards) b.script('sweepShard', keys.groups(s), now, formerNode, kinds)
      })
      return sumUp(answers as Array<Array<number | string>>, kinds)
    },
  }
}

function sumUp(
  answers: ReadonlyArray<ReadonlyArray<number | string>>,
  kinds: readonly string[],
): SweepFindings {
  const waiting = new Map<string, { due: number; nextAttemptAt: number }>()
  let nextDueAt = Infinity
  for (const [, , due, ...counts] of answers) {
    if (due !== '') nextDueAt = Math.min(nextDueAt, Number(due))
    kinds.forEach((kind, i) => {
      const next = counts[i * 2 + 1]
      if (next === '') return
      const before = waiting.get(kind) ?? { due: 0, nextAttemptAt: Infinity }
      waiting.set(kind, {
        due: before.due + Number(counts[i * 2]),
        nextAttemptAt: Math.min(before.nextAttemptAt, Number(next)),
      })
    })
  }
  return {
    flushClaims: answers.reduce((sum, [groups]) => sum + Number(groups), 0),
    deliveryClaims: answers.reduce((sum, [, rows]) => sum + Number(rows), 0),
    nextDueAt: nextDueAt === Infinity ? null : nextDueAt,
    waiting,
  }
}
