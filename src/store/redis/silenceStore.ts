import type { Silence } from '../../routing/silence.ts'
import type { SilenceStore, SilenceView } from '../silenceStore.ts'
import type { RedisConnection } from './connection.ts'
import { keys } from './keys.ts'
import { pairs } from './replies.ts'

/** All silences in one hash with a version; a process reads them again only when the version has changed. */
export function createRedisSilenceStore(redis: RedisConnection): SilenceStore {
  const tag = keys.silences
  let view: SilenceView = { version: -1, silences: [] }
  redis.onReconnect(() => (view = { ...view, version: -1 }))

  const sync = async (): Promise<SilenceView> => {
    const [text] = await redis.batch((b) => b.call('GET', `${tag}:version`))
    const version = Number(text ?? 0)
    if (version === view.version) return view
    const [records] = await redis.batch((b) => b.call('HGETALL', `${tag}:records`))
    // The version was read first, so it can only be too old: then the next sync reads again.
    view = { version, silences: pairs(records).map(([, record]) => JSON.parse(record) as Silence) }
    return view
  }
  return {
    get view() {
      return view
    },
    sync,
    async put(silence) {
      await redis.run('putSilence', tag, silence.id, JSON.stringify(silence))
    },
    async collect(endedBefore) {
      const { silences } = await sync()
      const old = silences.filter((silence) => silence.endsAt < endedBefore)
      await redis.batch((b) =>
        old.forEach((silence) => b.script('putSilence', tag, silence.id, '')),
      )
      return old.length
    },
  }
}
