import { allShards } from '../../core/shard.ts'
import type { RedisConnection } from './connection.ts'
import { keys } from './keys.ts'

/** Runs the calls that claim something for a node. */
export interface Claimants {
  /** `claim` gets the name to claim under. What it throws is passed on. */
  run<T>(node: string, now: number, claim: (claimant: string) => Promise<T>): Promise<T>
}

/**
 * Gives each call a name of its own below its node's, so that the next call can put back what a failed one has claimed:
 * when the store goes away or hangs, a claim may take effect although its answer is lost, and nobody works on it.
 * `what` is one letter, different for each kind of claim.
 */
export function createClaimants(redis: RedisConnection, what: string): Claimants {
  const lost = new Set<string>()
  let calls = 0
  return {
    async run(node, now, claim) {
      for (const claimant of lost) {
        await putBack(redis, claimant, now)
        lost.delete(claimant)
      }
      const claimant = `${node}|${what}${calls++}`
      try {
        return await claim(claimant)
      } catch (error) {
        lost.add(claimant)
        throw error
      }
    },
  }
}

async function putBack(redis: RedisConnection, claimant: string, now: number): Promise<void> {
  await redis.batch((b) => {
    for (const s of allShards) b.script('sweepShard', keys.groups(s), now, claimant)
  })
}
