import { startService } from './app.ts'
import type { Service, ServiceOptions } from './app.ts'
import type { Config } from './config/config.ts'

/**
 * Runs the service until SIGTERM or SIGINT; SIGHUP loads rule and notification files again. Resolves when everything is
 * closed. @throws AppError when it cannot start
 */
export async function runService(
  config: Config,
  options: ServiceOptions & { readonly onStarted?: (service: Service) => void },
): Promise<void> {
  const { log, onStarted } = options
  let stopRequested: () => void = () => {}
  const stopping = new Promise<void>((resolve) => (stopRequested = resolve))
  const stop = (signal: NodeJS.Signals): void => {
    log.info({ signal }, 'stopping')
    stopRequested()
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  const service = await startService(config, options)
  const reload = (): void => {
    service.reload().catch((err: unknown) => log.error({ err }, 'reload failed'))
  }
  process.on('SIGHUP', reload)
  onStarted?.(service)
  await stopping
  await service.stop()
  process.removeListener('SIGHUP', reload)
}
