/**
 * The key layout (design section 4). Everything one atomic script touches carries one hash tag, so that the same
 * scripts run against one server and against a cluster. A "tag" here is the common beginning of such keys; scripts get
 * it as their only key name and append the parts listed below.
 */
const pad = (shard: number): string => String(shard).padStart(2, '0')

export const keys = {
  /** current, set:<version>, notifications, groups (ids of every rule group that was ever evaluated) */
  rules: 'tocsin:{rules}',
  /** seen: node → member as JSON */
  members: 'tocsin:{members}',
  /** lease, meta (slot, health), states, outbox */
  evaluation: (groupId: string): string => `tocsin:{e:${groupId}}`,
  /** records: fingerprint → JSON, version, changes */
  alerts: (shard: number): string => `tocsin:{a:${pad(shard)}}`,
  /**
   * Groups: meta, due, claimed, claims, m:<group> (members), n:<group> (notification log), open:<group> (row ids).
   * Ledger: rows, state, alerts (each by row id), index, openidx, dead, w:<kind>:<priority> (waiting), sending, tokens,
   * retrying, counts, seq.
   */
  groups: (shard: number): string => `tocsin:{g:${pad(shard)}}`,
  /** records, version */
  silences: 'tocsin:{silences}',
  /** log: stream */
  history: (shard: number): string => `tocsin:{h:${pad(shard)}}`,
  /** BullMQ's prefix of the queue of one kind. */
  queue: (kind: string): string => `tocsin:{q:${kind}}`,
} as const
