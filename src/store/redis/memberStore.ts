import type { Member, MemberStore } from '../memberStore.ts'
import type { RedisConnection } from './connection.ts'
import { keys } from './keys.ts'
import { pairs } from './replies.ts'

/** Members that were silent this long are removed from the list. */
const FORGET_AFTER_MS = 24 * 3_600_000

export function createRedisMemberStore(redis: RedisConnection): MemberStore {
  const seen = `${keys.members}:seen`
  return {
    async heartbeat(member) {
      await redis.batch((b) => b.call('HSET', seen, member.node, JSON.stringify(member)))
    },
    async alive(since) {
      const [answer] = await redis.batch((b) => b.call('HGETALL', seen))
      const members = pairs(answer).map(([, text]) => JSON.parse(text) as Member)
      const gone = members.filter((member) => member.seenAt < since - FORGET_AFTER_MS)
      if (gone.length > 0)
        await redis.batch((b) => b.call('HDEL', seen, ...gone.map((m) => m.node)))
      return members.filter((member) => member.seenAt >= since)
    },
    async leave(node) {
      await redis.batch((b) => b.call('HDEL', seen, node))
    },
  }
}
