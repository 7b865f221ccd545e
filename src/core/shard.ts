/** How many slots alerts and groups are spread over. Part of the key layout: changing it needs a migration. */
export const SHARDS = 16

/** Every shard's number, in order. */
export const allShards: readonly number[] = Array.from({ length: SHARDS }, (_, shard) => shard)

/** The shard of an identifier whose first characters are hexadecimal digits of a hash (fingerprints, group ids). */
export function shardOf(hexId: string): number {
  return Number.parseInt(hexId.slice(-4), 16) % SHARDS
}
