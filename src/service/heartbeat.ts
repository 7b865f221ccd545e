import type { Clock } from '../core/time.ts'
import type { Member, MemberStore } from '../store/memberStore.ts'
import type { Closers } from './closers.ts'

/** A member that was silent for the length of a lease is not counted any more: its rule groups are free by then. */
const BEATS_PER_LEASE = 3

/** Tells the other nodes that this one is alive, until it is closed; then takes it off the list. */
export async function startHeartbeat(
  members: MemberStore,
  self: Omit<Member, 'seenAt'>,
  leaseMs: number,
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
      await clock.sleep(leaseMs / BEATS_PER_LEASE, stopping.signal)
      if (!stopping.signal.aborted) await beat()
    }
  })()
  closers.push(async () => {
    stopping.abort()
    await running
    await members.leave(self.node)
  })
}
