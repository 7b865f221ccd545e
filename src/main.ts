import { once } from 'node:events'
import { startService } from './app.ts'
import type { Service, ServiceOptions } from './app.ts'
import type { Config } from './config/config.ts'
import { returnIdleMemory } from './service/idleMemory.ts'
import { shutdownSignal } from './shutdownSignal.ts'

/** Orchestrators kill after 30 s. What is not closed by then waits for a store that hangs. */
const STOP_WITHIN_MS = 25_000

/**
 * Runs the service until SIGTERM or SIGINT; SIGHUP loads rule and notification files again. Resolves when everything is
 * closed. @throws AppError when it cannot start
 */
export async function runService(
  config: Config,
  options: ServiceOptions & { readonly onStarted?: (service: Service) => void },
): Promise<void> {
  const { log, onStarted } = options
  const shutdown = shutdownSignal(['SIGTERM', 'SIGINT'], () => process.exit(130))
  const stopReturning = returnIdleMemory()
  let service: Service | null = null
  const reload = (): void => {
    service?.reload().catch((err: unknown) => log.error({ err }, 'reload failed'))
  }
  process.on('SIGHUP', reload) // before the start: unheard, the signal would end the process
  service = await startService(config, options)
  onStarted?.(service)
  const { signal } = shutdown
  if (!signal.aborted) await once(signal, 'abort')
  log.info('stopping')
  stopReturning()
  const late = setTimeout(() => {
    log.error('could not close everything in time')
    process.exit(1)
  }, STOP_WITHIN_MS)
  await service.stop()
  clearTimeout(late)
  shutdown.dispose()
  process.removeListener('SIGHUP', reload)
}
