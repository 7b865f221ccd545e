import { once } from 'node:events'
import { startService } from './app.ts'
import type { Service, ServiceOptions } from './app.ts'
import type { Config } from './config/config.ts'
import { returnIdleMemory } from './service/idleMemory.ts'
import { shutdownSignal } from './shutdownSignal.ts'

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
  const service = await startService(config, options)
  const reload = (): void => {
    service.reload().catch((err: unknown) => log.error({ err }, 'reload failed'))
  }
  process.on('SIGHUP', reload)
  onStarted?.(service)
  const { signal } = shutdown
  if (!signal.aborted) await once(signal, 'abort')
  log.info('stopping')
  stopReturning()
  await service.stop()
  shutdown.dispose()
  process.removeListener('SIGHUP', reload)
}
