import { DAY } from '../../core/time.ts'
import { allShards, SHARDS, shardOf } from '../../core/shard.ts'
import type {
  ClaimedGroup,
  DeliveryRow,
  FlushCommit,
  GroupMeta,
  GroupStore,
  Join,
} from '../groupStore.ts'
import { createClaimants } from './claimants.ts'
import type { RedisConnection, ScriptArgument } from './connection.ts'
import { keys } from './keys.ts'
import { pairs } from './replies.ts'
import { addArguments, logText, readLog, readMeta, readRow, stateText, waitingSet } from './rows.ts'

/** Notification log entries outlive their group this long, as Alertmanager's data retention. */
export const LOG_LIFETIME_MS = 5 * DAY

export function createRedisGroupStore(redis: RedisConnection): GroupStore {
  const claimants = createClaimants(redis, 'g')
  return {
    async join(joins) {
      const groups = byGroup(joins)
      await redis.batch((b) => {
        for (const [first, ...rest] of groups.values()) {
          if (first === undefined) continue
          const members = [first, ...rest].flatMap((j) => [j.fingerprint, j.occurrence])
          const tag = keys.groups(shardOf(first.group.id))
          b.script(
            'joinGroup',
            tag,
            first.group.id,
            JSON.stringify(first.group),
            first.dueAt,
            members,
          )
        }
      })
    },
    async nextDueAt() {
      const answers = await redis.batch((b) => {
        for (const s of allShards) b.call('ZRANGE', `${keys.groups(s)}:due`, 0, 0, 'WITHSCORES')
      })
      const dues = answers.map(firstScore).filter((due) => due !== null)
      return dues.length === 0 ? null : Math.min(...dues)
    },
    claim: (now, max, leaseMs, node) =>
      claimants.run(node, now, (claimant) =>
        claimGroups(redis, {
          now,
          perShard: Math.ceil(max / SHARDS),
          until: now + leaseMs,
          claimant,
        }),
      ),
    async putBack(claims, now) {
      await redis.batch((b) => {
        for (const { meta, token } of claims)
          b.script('sweepShard', keys.groups(shardOf(meta.id)), now, token)
      })
    },
    async commit(flushes) {
      const answers = await redis.batch((b) => {
        for (const f of flushes)
          b.script('commitFlush', keys.groups(shardOf(f.groupId)), flushArguments(f))
      })
      return answers.map((answer) => Number(answer) === 1)
    },
    async expedite(groupIds, dueAt) {
      await redis.batch((b) => {
        // XX LT: only groups that wait, and only to an earlier time.
        for (const id of groupIds)
          b.call('ZADD', `${keys.groups(shardOf(id))}:due`, 'XX', 'LT', dueAt, id)
      })
    },
    list: () => listGroups(redis),
    async count() {
      const answers = await redis.batch((b) => {
        for (const s of allShards) b.call('HLEN', `${keys.groups(s)}:meta`)
      })
      return answers.reduce((sum: number, n) => sum + Number(n), 0)
    },
  }
}

function byGroup(joins: readonly Join[]): Map<string, Join[]> {
  const groups = new Map<string, Join[]>()
  for (const join of joins) {
    const group = groups.get(join.group.id)
    if (group === undefined) groups.set(join.group.id, [join])
    else group.push(join)
  }
  return groups
}

/** The score in an answer `[member, score]`; RESP3 nests it. */
function firstScore(answer: unknown): number | null {
  const flat = (answer as unknown[]).flat()
  return flat.length < 2 ? null : Number(flat[1])
}

interface ClaimRequest {
  readonly now: number
  readonly perShard: number
  readonly until: number
  readonly claimant: string
}

async function claimGroups(
  redis: RedisConnection,
  { now, perShard, until, claimant }: ClaimRequest,
): Promise<ClaimedGroup[]> {
  const answers = await redis.batch((b) => {
    for (const s of allShards) {
      b.script('claimGroups', keys.groups(s), now, perShard, until, claimant)
    }
  })
  const claims = answers.flatMap((answer) => readClaims(answer as string[]))
  return claims.length === 0 ? [] : readClaimed(redis, claims)
}

interface Claim {
  readonly token: string
  readonly dueAt: number
  readonly meta: GroupMeta
}

function readClaims(answer: readonly string[]): Claim[] {
  const claims: Claim[] = []
  for (let i = 0; i + 3 < answer.length; i += 4) {
    claims.push({
      token: String(answer[i + 1]),
      dueAt: Number(answer[i + 2]),
      meta: readMeta(answer[i + 3]),
    })
  }
  return claims
}

async function readClaimed(
  redis: RedisConnection,
  claims: readonly Claim[],
): Promise<ClaimedGroup[]> {
  const answers = await redis.batch((b) => {
    for (const { meta } of claims) {
      const tag = keys.groups(shardOf(meta.id))
      b.call('HGETALL', `${tag}:m:${meta.id}`)
      b.call('HGETALL', `${tag}:n:${meta.id}`)
      b.call('SMEMBERS', `${tag}:open:${meta.id}`)
    }
  })
  const open = await readOpenRows(redis, claims, answers)
  return claims.map((claim, i) => ({
    ...claim,
    members: new Map(pairs(answers[i * 3]).map(([f, occurrence]) => [f, Number(occurrence)])),
    log: new Map(pairs(answers[i * 3 + 1]).map(([key, text]) => [key, readLog(text)])),
    open: open[i] ?? [],
  }))
}

async function readOpenRows(
  redis: RedisConnection,
  claims: readonly Claim[],
  answers: readonly unknown[],
): Promise<DeliveryRow[][]> {
  const wanted = claims.flatMap(({ meta }, i) =>
    (answers[i * 3 + 2] as string[]).map((row) => ({ i, row, tag: keys.groups(shardOf(meta.id)) })),
  )
  const texts = await redis.batch((b) => {
    for (const { row, tag } of wanted) {
      for (const part of ['rows', 'state', 'alerts', 'tokens'])
        b.call('HGET', `${tag}:${part}`, row)
    }
  })
  const open: DeliveryRow[][] = claims.map(() => [])
  wanted.forEach(({ i }, n) => {
    const [fixed, state, alerts, token] = texts.slice(n * 4, n * 4 + 4)
    const row = readRow(fixed, state, alerts, token !== null)
    if (row !== null) open[i]?.push(row)
  })
  return open
}

function flushArguments(flush: FlushCommit): ScriptArgument[] {
  return [
    flush.groupId,
    flush.token,
    flush.drop ? 1 : 0,
    flush.nextDueAt,
    LOG_LIFETIME_MS,
    flush.add.length,
    ...flush.add.flatMap(addArguments),
    flush.supersede.length,
    ...flush.supersede.flatMap((row) => [
      row.id,
      waitingSet(row),
      stateText(row, {
        status: 'superseded',
        note: 'a newer message of the same group tells more',
      }),
    ]),
    flush.leave.size,
    ...[...flush.leave].flat(),
    flush.log.size,
    ...[...flush.log].flatMap(([key, entry]) => [key, logText(entry)]),
  ]
}

async function listGroups(
  redis: RedisConnection,
): Promise<Array<{ meta: GroupMeta; nextDueAt: number | null; members: string[] }>> {
  const metas = await redis.batch((b) => {
    for (const s of allShards) b.call('HVALS', `${keys.groups(s)}:meta`)
  })
  const groups = metas.flatMap((texts) => (texts as string[]).map(readMeta))
  const answers = await redis.batch((b) => {
    for (const { id } of groups) {
      const tag = keys.groups(shardOf(id))
      b.call('ZSCORE', `${tag}:due`, id)
      b.call('HKEYS', `${tag}:m:${id}`)
    }
  })
  return groups.map((meta, i) => {
    const due = answers[i * 2]
    return {
      meta,
      nextDueAt: due === null || due === undefined ? null : Number(due),
      members: answers[i * 2 + 1] as string[],
    }
  })
}
