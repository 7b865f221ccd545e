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
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    process.once('SIGTERM', resolve)
    process.once('SIGINT', resolve)
  })
  const service = await startService(config, options)
  const reload = (): void => {
    service.reload().catch((err: unknown) => log.error({ err }, 'reload failed'))
  }
  process.on('SIGHUP', reload)
  onStarted?.(service)
  const signal = await stopped
  log.info({ signal }, 'stopping')
  await service.stop()
  process.removeListener('SIGHUP', reload)
}
