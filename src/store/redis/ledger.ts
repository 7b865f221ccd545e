import { allShards, SHARDS } from '../../core/shard.ts'
import type { DeliveryRow, DeliveryStatus, LogEntry } from '../groupStore.ts'
import type { ClaimedRow, Ledger, Settlement } from '../ledger.ts'
import { createClaimants } from './claimants.ts'
import type { RedisConnection, ScriptArgument } from './connection.ts'
import { LOG_LIFETIME_MS } from './groupStore.ts'
import { keys } from './keys.ts'
import { listRows, readOne, tagOf } from './ledgerList.ts'
import { pairs } from './replies.ts'
import {
  addArguments,
  logText,
  PRIORITIES,
  readLog,
  readMeta,
  readRow,
  stateText,
  waitingSet,
} from './rows.ts'

const COLLECT_AT_ONCE = 500

export function createRedisLedger(redis: RedisConnection): Ledger {
  const claimants = createClaimants(redis, 'r')
  return {
    claim: (kind, now, max, leaseMs, node) =>
      claimants.run(node, now, (claimant) =>
        claimRows(redis, { kind, now, max, until: now + leaseMs, claimant }),
      ),
    async settle(settlements) {
      const answers = await redis.batch((b) => {
        for (const s of settlements) {
          b.script(
            'settleRow',
            tagOf(s.claimed.row.id),
            settleArguments(s.claimed, s.settlement, s.now),
          )
        }
      })
      return answers.map((answer) => Number(answer) === 1)
    },
    async wake(integration, now) {
      const kind = integration.split('/').at(-2) ?? ''
      const sets = PRIORITIES.map((priority) => waitingSet({ kind, priority }))
      const answers = await redis.batch((b) => {
        for (const s of allShards) b.script('wakeRows', keys.groups(s), integration, now, ...sets)
      })
      return sum(answers)
    },
    list: (query) => listRows(redis, query),
    get: (id) => readOne(redis, id),
    async replay(id, now, deadlineAt, by) {
      const row = await readOne(redis, id)
      if (row === null || row.status !== 'dead') return false
      const state = {
        status: 'waiting' as const,
        note: `replayed by ${by}`,
        deadlineAt,
        nextAttemptAt: now,
      }
      const meta = {
        id: row.groupId,
        groupKey: row.groupKey,
        routeId: '',
        receiver: row.receiver,
        labels: {},
        createdAt: now,
      }
      const args = [
        id,
        stateText(row, {}),
        stateText(row, state),
        waitingSet(row),
        now,
        row.groupId,
        JSON.stringify(meta),
      ]
      return Number(await redis.run('replayRow', tagOf(id), ...args)) === 1
    },
    async collect(createdBefore) {
      const answers = await redis.batch((b) => {
        for (const s of allShards)
          b.script('collectRows', keys.groups(s), createdBefore, COLLECT_AT_ONCE)
      })
      return sum(answers)
    },
    counts: () => countRows(redis),
  }
}

interface ClaimRequest {
  readonly kind: string
  readonly now: number
  readonly max: number
  readonly until: number
  readonly claimant: string
}

/** All critical rows of all shards before the first warning; the later passes cost nothing unless there is room. */
async function claimRows(redis: RedisConnection, request: ClaimRequest): Promise<ClaimedRow[]> {
  const claimed: Array<{ id: string; token: string }> = []
  for (const priority of PRIORITIES) {
    const room = request.max - claimed.length
    if (room <= 0) break
    const perShard = Math.max(1, Math.ceil(room / SHARDS))
    const set = waitingSet({ kind: request.kind, priority })
    const answers = await redis.batch((b) => {
      for (const s of allShards) {
        b.script(
          'claimRows',
          keys.groups(s),
          request.now,
          perShard,
          request.until,
          request.claimant,
          set,
        )
      }
    })
    for (const answer of answers) {
      for (const [id, token] of pairs(answer)) claimed.push({ id, token })
    }
  }
  return claimed.length === 0 ? [] : readClaimed(redis, claimed)
}

async function readClaimed(
  redis: RedisConnection,
  claimed: ReadonlyArray<{ id: string; token: string }>,
): Promise<ClaimedRow[]> {
  const texts = await redis.batch((b) => {
    for (const { id } of claimed) {
      const tag = tagOf(id)
      const groupId = id.slice(0, id.indexOf('.'))
      for (const part of ['rows', 'state', 'alerts']) b.call('HGET', `${tag}:${part}`, id)
      b.call('HGET', `${tag}:meta`, groupId)
      b.call('HGETALL', `${tag}:n:${groupId}`)
    }
  })
  return claimed.flatMap(({ token }, i) => {
    const [fixed, state, alerts, meta, log] = texts.slice(i * 5, i * 5 + 5)
    const row = readRow(fixed, state, alerts, true)
    if (row === null) return []
    const logs = new Map<string, LogEntry>(pairs(log).map(([key, text]) => [key, readLog(text)]))
    return [
      {
        row,
        token,
        group: meta === null ? null : readMeta(meta),
        log: logs.get(row.integration) ?? null,
        logs,
      },
    ]
  })
}

function settleArguments(
  claimed: ClaimedRow,
  settlement: Settlement,
  now: number,
): ScriptArgument[] {
  const { row, token } = claimed
  const next = 'nextAttemptAt' in settlement ? settlement.nextAttemptAt : 0
  const leave = 'leave' in settlement ? [...settlement.leave].flat() : []
  const wantedBy = 'endsWantedBy' in settlement ? settlement.endsWantedBy : []
  const adds = settlement.outcome === 'dead' ? settlement.fallback.flatMap(addArguments) : []
  return [
    row.id,
    token,
    row.groupId,
    settlement.outcome,
    settledState(row, settlement),
    waitingSet(row),
    next,
    row.integration,
    settlement.outcome === 'delivered' ? logText(settlement.log) : '',
    LOG_LIFETIME_MS,
    now,
    wantedBy.length,
    ...wantedBy,
    leave.length / 2,
    ...leave,
    settlement.outcome === 'dead' ? settlement.fallback.length : 0,
    ...adds,
  ]
}

function settledState(row: DeliveryRow, settlement: Settlement): string {
  const attempt = 'attempt' in settlement ? settlement.attempt : null
  const attempts = attempt === null ? row.attempts : [...row.attempts, attempt]
  switch (settlement.outcome) {
    case 'delivered':
      return stateText(row, { status: 'delivered', attempts })
    case 'retry':
    case 'postponed':
      return stateText(row, {
        status: 'waiting',
        nextAttemptAt: settlement.nextAttemptAt,
        attempts,
      })
    case 'dead':
      return stateText(row, { status: 'dead', note: settlement.note, attempts })
    case 'suppressed':
      return stateText(row, { status: 'suppressed', note: settlement.note })
  }
}

async function countRows(
  redis: RedisConnection,
): Promise<Record<DeliveryStatus, number> & { oldestWaitingAt: number | null }> {
  const answers = await redis.batch((b) => {
    for (const s of allShards) {
      b.call('HGETALL', `${keys.groups(s)}:counts`)
      b.call('ZCARD', `${keys.groups(s)}:sending`)
      b.call('ZRANGE', `${keys.groups(s)}:openidx`, 0, 0, 'WITHSCORES')
    }
  })
  const counts = { waiting: 0, sending: 0, delivered: 0, dead: 0, superseded: 0, suppressed: 0 }
  let oldestWaitingAt: number | null = null
  for (let i = 0; i < answers.length; i += 3) {
    for (const [status, count] of pairs(answers[i]))
      counts[status as DeliveryStatus] += Number(count)
    counts.sending += Number(answers[i + 1])
    const flat = (answers[i + 2] as unknown[]).flat()
    if (flat.length > 0) oldestWaitingAt = Math.min(oldestWaitingAt ?? Infinity, Number(flat[1]))
  }
  counts.waiting -= counts.sending
  return { ...counts, oldestWaitingAt }
}

function sum(answers: readonly unknown[]): number {
  return answers.reduce((total: number, n) => total + Number(n), 0)
}
