import { allShards, shardOf } from '../../core/shard.ts'
import type { HistoryEntry, HistoryQuery, HistoryStore } from '../historyStore.ts'
import type { RedisConnection } from './connection.ts'
import { keys } from './keys.ts'

/** Entries of one append that fall into one shard become one stream item: a mass outage writes hundreds, not 100,000. */
const ENTRIES_PER_ITEM = 500
const ITEMS_PER_SHARD = 20_000
const ITEMS_PER_READ = 200

export function createRedisHistoryStore(redis: RedisConnection): HistoryStore {
  return {
    async append(entries) {
      const shards = new Map<number, HistoryEntry[]>()
      for (const entry of entries) {
        const shard = entry.fingerprint === undefined ? 0 : shardOf(entry.fingerprint)
        const list = shards.get(shard)
        if (list === undefined) shards.set(shard, [entry])
        else list.push(entry)
      }
      await redis.batch((b) => {
        for (const [shard, list] of shards) {
          for (let from = 0; from < list.length; from += ENTRIES_PER_ITEM) {
            const text = JSON.stringify(list.slice(from, from + ENTRIES_PER_ITEM))
            b.call(
              'XADD',
              `${keys.history(shard)}:log`,
              'MAXLEN',
              '~',
              ITEMS_PER_SHARD,
              '*',
              'e',
              text,
            )
          }
        }
      })
    },
    async read(query) {
      const shards = query.fingerprint === undefined ? allShards : [shardOf(query.fingerprint)]
      const lists = await Promise.all(shards.map((shard) => readShard(redis, shard, query)))
      return lists
        .flat()
        .sort((a, b) => b.at - a.at)
        .slice(0, query.limit)
    },
  }
}

async function readShard(
  redis: RedisConnection,
  shard: number,
  query: HistoryQuery,
): Promise<HistoryEntry[]> {
  const found: HistoryEntry[] = []
  let end = '+'
  while (found.length < query.limit) {
    const [items] = await redis.batch((b) =>
      b.call('XREVRANGE', `${keys.history(shard)}:log`, end, '-', 'COUNT', ITEMS_PER_READ),
    )
    const list = items as Array<[string, string[]]>
    for (const [, fields] of list) {
      const entries = JSON.parse(fields[1] ?? '[]') as HistoryEntry[]
      found.push(...entries.reverse().filter((entry) => wanted(entry, query)))
    }
    const oldest = list.at(-1)
    if (oldest === undefined || list.length < ITEMS_PER_READ) break
    end = `(${oldest[0]}`
  }
  return found
}

function wanted(entry: HistoryEntry, query: HistoryQuery): boolean {
  return (
    (query.fingerprint === undefined || entry.fingerprint === query.fingerprint) &&
    (query.kind === undefined || entry.kind === query.kind) &&
    (query.from === undefined || entry.at >= query.from) &&
    (query.to === undefined || entry.at <= query.to)
  )
}
