import type { RuleSet } from '../../rules/ruleSet.ts'
import type { RuleSetStore } from '../ruleSetStore.ts'
import type { RedisConnection } from './connection.ts'
import { keys } from './keys.ts'

/** Versions that are no longer current stay this long, for evaluators that are a moment behind. */
const OLD_VERSION_SECONDS = 3_600

export function createRedisRuleSetStore(redis: RedisConnection): RuleSetStore {
  const tag = keys.rules
  const currentVersion = async (): Promise<string | null> => {
    const [version] = await redis.batch((b) => b.call('GET', `${tag}:current`))
    return version as string | null
  }
  return {
    currentVersion,
    async publish(ruleSet) {
      const former = await currentVersion()
      await redis.batch((b) => {
        b.call('SET', `${tag}:set:${ruleSet.version}`, JSON.stringify(ruleSet))
        b.call('SET', `${tag}:current`, ruleSet.version)
        if (former !== null && former !== ruleSet.version) {
          b.call('EXPIRE', `${tag}:set:${former}`, OLD_VERSION_SECONDS)
        }
      })
    },
    async read(version) {
      const [text] = await redis.batch((b) => b.call('GET', `${tag}:set:${version}`))
      return text === null ? null : (JSON.parse(text as string) as RuleSet)
    },
    async saveNotificationFile(text) {
      await redis.batch((b) => b.call('SET', `${tag}:notifications`, text))
    },
    async lastNotificationFile() {
      const [text] = await redis.batch((b) => b.call('GET', `${tag}:notifications`))
      return text as string | null
    },
  }
}
