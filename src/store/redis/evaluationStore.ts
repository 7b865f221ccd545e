import type { AlertState, Transition } from '../../core/alert.ts'
import type { Labels } from '../../core/labels.ts'
import type {
  EvaluationCommit,
  EvaluationStore,
  GroupHealth,
  OutboxBatch,
  OutboxStore,
  StoredInstance,
  TransitionOrigin,
} from '../evaluationStore.ts'
import type { RedisConnection, ScriptArgument } from './connection.ts'
import { keys } from './keys.ts'
import { pairs } from './replies.ts'

/** Transitions of one outbox entry: large commits are cut so that the router can work in steps. */
const TRANSITIONS_PER_BATCH = 500

export function createRedisEvaluationStore(redis: RedisConnection): EvaluationStore {
  return {
    async acquire(groupId, node, now, ttlMs) {
      // Known before anything is committed, so that the router's sweep finds every outbox.
      await redis.batch((b) => b.call('SADD', `${keys.rules}:groups`, groupId))
      const tag = keys.evaluation(groupId)
      const epoch = await redis.run('acquireLease', tag, node, now, now + ttlMs)
      return epoch === null ? null : { groupId, epoch: Number(epoch) }
    },
    async renew(leases, now, ttlMs) {
      const answers = await redis.batch((b) => {
        for (const l of leases)
          b.script('renewLease', keys.evaluation(l.groupId), l.epoch, now + ttlMs)
      })
      return new Set(leases.filter((_, i) => Number(answers[i]) === 0).map((l) => l.groupId))
    },
    async release(leases) {
      await redis.batch((b) => {
        for (const l of leases) b.script('releaseLease', keys.evaluation(l.groupId), l.epoch)
      })
    },
    async load(groupId) {
      const tag = keys.evaluation(groupId)
      const [slot, states] = await redis.batch((b) => {
        b.call('HGET', `${tag}:meta`, 'slot')
        b.call('HGETALL', `${tag}:states`)
      })
      return {
        slot: slot === null ? null : Number(slot),
        instances: pairs(states).map(readInstance),
      }
    },
    async commit(commit) {
      const tag = keys.evaluation(commit.lease.groupId)
      const answer = await redis.run('commitEvaluation', tag, commitArguments(commit))
      return answer as 'committed' | 'fenced' | 'stale'
    },
    async health(groupIds) {
      const answers = await redis.batch((b) => {
        for (const id of groupIds) b.call('HGET', `${keys.evaluation(id)}:meta`, 'health')
      })
      return answers.map((text) =>
        text === null ? null : (JSON.parse(text as string) as GroupHealth),
      )
    },
    async forget(lease) {
      await redis.run('forgetGroup', keys.evaluation(lease.groupId), lease.epoch)
    },
  }
}

export function createRedisOutboxStore(redis: RedisConnection): OutboxStore {
  return {
    async groups() {
      const [ids] = await redis.batch((b) => b.call('SMEMBERS', `${keys.rules}:groups`))
      return (ids as string[]).toSorted()
    },
    async waiting(groupIds) {
      const lengths = await redis.batch((b) => {
        for (const id of groupIds) b.call('XLEN', `${keys.evaluation(id)}:outbox`)
      })
      return groupIds.filter((_, i) => Number(lengths[i]) > 0)
    },
    async read(groupId, from, max) {
      const outbox = `${keys.evaluation(groupId)}:outbox`
      const [entries] = await redis.batch((b) => b.call('XRANGE', outbox, from, '+', 'COUNT', max))
      return (entries as Array<[string, string[]]>).map(readBatch)
    },
    async done(groupId, ids) {
      if (ids.length === 0) return
      await redis.batch((b) => b.call('XDEL', `${keys.evaluation(groupId)}:outbox`, ...ids))
    },
  }
}

/** Written by hand in `commitArguments`. */
interface StoredState {
  readonly l: Labels
  readonly s: AlertState
}

const FIELD_SEPARATOR = '/'

function commitArguments(commit: EvaluationCommit): ScriptArgument[] {
  const textOf = createTextCache()
  const args: ScriptArgument[] = [
    commit.lease.epoch,
    commit.slot,
    commit.after ?? '',
    JSON.stringify(commit.health),
    JSON.stringify(commit.origin),
    commit.put.length,
  ]
  for (const instance of commit.put) {
    args.push(
      fieldOf(instance),
      `{"l":${textOf(instance.labels)},"s":${JSON.stringify(instance.state)}}`,
    )
  }
  args.push(commit.remove.length)
  for (const instance of commit.remove) args.push(fieldOf(instance))
  const batches = Math.ceil(commit.transitions.length / TRANSITIONS_PER_BATCH)
  args.push(batches)
  for (let i = 0; i < batches; i++) {
    const from = i * TRANSITIONS_PER_BATCH
    const part = commit.transitions.slice(from, from + TRANSITIONS_PER_BATCH)
    args.push(`[${part.map((transition) => transitionText(transition, textOf)).join(',')}]`)
  }
  return args
}

type TextOf = (labels: Labels) => string

/** JSON of label sets. An instance and its transition share theirs, and in a mass outage there are 100,000 of both. */
function createTextCache(): TextOf {
  const texts = new Map<Labels, string>()
  return (labels) => {
    let text = texts.get(labels)
    if (text === undefined) texts.set(labels, (text = JSON.stringify(labels)))
    return text
  }
}

function transitionText({ labels, ...rest }: Transition, textOf: TextOf): string {
  return `{"labels":${textOf(labels)},${JSON.stringify(rest).slice(1)}`
}

function fieldOf(instance: Pick<StoredInstance, 'ruleKey' | 'fingerprint'>): string {
  return instance.ruleKey + FIELD_SEPARATOR + instance.fingerprint
}

function readInstance([field, text]: readonly [string, string]): StoredInstance {
  const cut = field.lastIndexOf(FIELD_SEPARATOR)
  const { l, s } = JSON.parse(text) as StoredState
  return { ruleKey: field.slice(0, cut), fingerprint: field.slice(cut + 1), labels: l, state: s }
}

function readBatch([id, fields]: [string, string[]]): OutboxBatch {
  const entry = new Map(pairs(fields))
  return {
    id,
    origin: JSON.parse(entry.get('origin') ?? '{}') as TransitionOrigin,
    transitions: JSON.parse(entry.get('transitions') ?? '[]') as Transition[],
  }
}
