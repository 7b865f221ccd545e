import { startService } from './app.ts'
import type { Service } from './app.ts'
import { loadConfig } from './config/load.ts'
import type { Environment } from './config/environment.ts'
import { AppError } from './core/errors.ts'
import { formatProblem } from './core/problem.ts'
import { runDemo } from './demo/demo.ts'
import { readDemoOptions } from './demo/demoSettings.ts'
import type { DemoSettingName } from './demo/demoSettings.ts'
import { startInbox } from './demo/inbox/inbox.ts'
import { formatTimeline } from './demo/timeline.ts'
import { createLog } from './telemetry/log.ts'
import { VERSION } from './version.ts'

/**
 * Runs the service until SIGTERM or SIGINT; SIGHUP loads rule and notification files again. Resolves when everything is
 * closed. @throws AppError when the configuration is bad or something cannot be started
 */
export async function runService(options: {
  readonly file: string | null
  readonly env: Environment
  readonly cwd: string
}): Promise<void> {
  const { config, problems } = loadConfig(options)
  if (config === null) {
    throw new AppError(
      'CONFIG_INVALID',
      ['the configuration is bad:', ...problems.map(formatProblem)].join('\n  '),
    )
  }
  const isTty = process.stdout.isTTY
  const log = createLog({ env: options.env, isTty })
  for (const problem of problems) log.warn(formatProblem(problem))
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    process.once('SIGTERM', resolve)
    process.once('SIGINT', resolve)
  })
  const service = await startService(config, {
    log,
    say: (line) => log.info(line),
    ...(isTty ? { onHistory: printTimeline } : {}),
  })
  const reload = reloadOnHangup(service, (err) => log.error({ err }, 'reload failed'))
  log.info({ ...service.summary(), ...service.addresses }, 'Tocsin has started')
  const signal = await stopped
  log.info({ signal }, 'stopping')
  await service.stop()
  process.removeListener('SIGHUP', reload)
}

/** Runs the demo: real servers on this machine, services that break, and an inbox that plays all providers. */
export async function runDemoService(options: {
  readonly given: Readonly<Partial<Record<DemoSettingName, string>>>
  readonly env: NodeJS.ProcessEnv
  readonly print: (text: string) => void
}): Promise<void> {
  const { given, env, print } = options
  const log = createLog({
    env: { TOCSIN_LOG_LEVEL: 'warn', TOCSIN_LOG: 'text', ...env },
    isTty: process.stdout.isTTY,
  })
  const parts = { startService, startInbox }
  await runDemo(readDemoOptions(given, env), { version: VERSION, parts, log, print, env })
}

function reloadOnHangup(service: Service, onError: (error: unknown) => void): () => void {
  const reload = (): void => {
    service.reload().catch(onError)
  }
  process.on('SIGHUP', reload)
  return reload
}

function printTimeline(entry: Parameters<typeof formatTimeline>[0]): void {
  const line = formatTimeline(entry)
  if (line !== null) process.stdout.write(`${line}\n`)
}
