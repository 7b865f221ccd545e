import type { Logger } from '../telemetry/log.ts'

/** What was opened, closed in reverse order. */
export type Closers = Array<() => unknown>

/** Closes everything; one that fails does not keep the others open. */
export async function closeAll(closers: Closers, log: Logger): Promise<void> {
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) {
    try {
      await close()
    } catch (err) {
      log.warn({ err }, 'could not close cleanly')
    }
  }
}
