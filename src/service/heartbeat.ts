import type { Clock } from '../core/time.ts'
import type { Member, MemberStore } from '../store/memberStore.ts'
import type { Closers } from './closers.ts'

const EVERY_MS = 5_000
/** A member silent for this long is not counted any more. */
export const MEMBER_GONE_MS = 20_000

/** Tells the other nodes that this one is alive, until it is closed; then takes it off the list. */
export async function startHeartbeat(
  members: MemberStore,
  self: Omit<Member, 'seenAt'>,
  clock: Clock,
  onError: (error: unknown) => void,
  closers: Closers,
): Promise<void> {
  const stopping = new AbortController()
  const beat = async (): Promise<void> => {
    try {
      await members.heartbeat({ ...self, seenAt: clock.now() })
    } catch (error) {
      onError(error)
    }
  }
  await beat()
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await clock.sleep(EVERY_MS, stopping.signal)
      if (!stopping.signal.aborted) await beat()
    }
  })()
  closers.push(async () => {
    stopping.abort()
    await running
    await members.leave(self.node)
  })
}
