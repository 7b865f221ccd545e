import type { FastifyRequest } from 'fastify'
import type { HistoryEntry } from '../store/historyStore.ts'
import { actor } from './access.ts'
import type { ApiDeps } from './deps.ts'

/** What a person did, before who and when are known. */
export type Action = Pick<HistoryEntry, 'what' | 'detail' | 'fingerprint' | 'alertname'> & {
  readonly kind?: HistoryEntry['kind']
  /** Who the client says it is. */
  readonly stated?: string | undefined
}

/** Writes a person's change into the history, after it was stored. */
export async function recordAction(
  deps: Pick<ApiDeps, 'history' | 'clock'>,
  request: FastifyRequest,
  { stated, kind = 'action', ...action }: Action,
): Promise<void> {
  await deps.history.append([{ ...action, at: deps.clock.now(), kind, by: actor(request, stated) }])
}
