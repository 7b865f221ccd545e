import { allShards, shardOf } from '../../core/shard.ts'
import type { Delivery, DeliveryRow } from '../groupStore.ts'
import type { LedgerQuery } from '../ledger.ts'
import type { RedisConnection } from './connection.ts'
import { keys } from './keys.ts'
import { readRow } from './rows.ts'

/** Row ids are `<group id>.<random>`: the group's part tells the shard. */
export function tagOf(rowId: string): string {
  return keys.groups(shardOf(rowId.slice(0, rowId.indexOf('.'))))
}

/** Null when there is no such row (any more), or the text is no row id. */
export async function readOne(redis: RedisConnection, id: string): Promise<DeliveryRow | null> {
  if (!/^[0-9a-f]{32}\.[\w-]+$/.test(id)) return null
  const [fixed, state, alerts, token] = await redis.batch((b) => {
    for (const part of ['rows', 'state', 'alerts', 'tokens'])
      b.call('HGET', `${tagOf(id)}:${part}`, id)
  })
  return readRow(fixed, state, alerts, token !== null)
}

const PAGE = 500

/** Walks the index from the newest row back until enough rows pass the filter. `next` is `<createdAt>/<row id>`. */
export async function listRows(
  redis: RedisConnection,
  query: LedgerQuery,
): Promise<{ deliveries: Delivery[]; next: string | null }> {
  const found: DeliveryRow[] = []
  let after = readCursor(query.after)
  for (;;) {
    const page = await readPage(redis, after)
    for (const row of page) {
      if (!matches(row, query)) continue
      if (found.length === query.limit) return { deliveries: found, next: cursorOf(found.at(-1)) }
      found.push(row)
    }
    const last = page.at(-1)
    if (last === undefined) return { deliveries: found, next: null }
    after = { createdAt: last.createdAt, id: last.id }
  }
}

interface Cursor {
  readonly createdAt: number
  readonly id: string
}

function readCursor(text: string | undefined): Cursor | null {
  const match = /^(\d+)\/(.+)$/.exec(text ?? '')
  return match === null ? null : { createdAt: Number(match[1]), id: match[2] ?? '' }
}

function cursorOf(row: DeliveryRow | undefined): string | null {
  return row === undefined ? null : `${row.createdAt}/${row.id}`
}

/** The next rows of all shards, newest first. */
async function readPage(redis: RedisConnection, after: Cursor | null): Promise<DeliveryRow[]> {
  const max = after === null ? '+inf' : after.createdAt
  const ids = await redis.batch((b) => {
    for (const s of allShards) {
      b.call('ZRANGE', `${keys.groups(s)}:index`, max, '-inf', 'BYSCORE', 'REV', 'LIMIT', 0, PAGE)
    }
  })
  const wanted = ids.flatMap((list) => list as string[])
  const texts = await redis.batch((b) => {
    for (const id of wanted) {
      for (const part of ['rows', 'state', 'alerts', 'tokens'])
        b.call('HGET', `${tagOf(id)}:${part}`, id)
    }
  })
  const rows = wanted.flatMap((_, i) => {
    const [fixed, state, alerts, token] = texts.slice(i * 4, i * 4 + 4)
    return readRow(fixed, state, alerts, token !== null) ?? []
  })
  return rows
    .filter((row) => after === null || isOlder(row, after))
    .sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
    .slice(0, PAGE)
}

function isOlder(row: DeliveryRow, than: Cursor): boolean {
  return row.createdAt < than.createdAt || (row.createdAt === than.createdAt && row.id < than.id)
}

function matches(row: DeliveryRow, query: LedgerQuery): boolean {
  return (
    (query.status === undefined || row.status === query.status) &&
    (query.receiver === undefined || row.receiver === query.receiver) &&
    (query.kind === undefined || row.kind === query.kind) &&
    (query.groupId === undefined || row.groupId === query.groupId)
  )
}
