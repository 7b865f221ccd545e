import type { Command } from 'commander'
import type { Service } from '../app.ts'
import { formatProblem } from '../core/problem.ts'
import type { Logger } from '../telemetry/log.ts'
import { configFile } from './configFile.ts'
import { CliFailure } from './io.ts'
import type { CliIo } from './io.ts'

interface RunOptions {
  readonly config?: string
  readonly roles?: string
}

/** `tocsin run`: the service, until SIGTERM or SIGINT. */
export function addRunCommand(program: Command, io: CliIo): void {
  program
    .command('run')
    .description('run the service')
    .option(
      '--config <file>',
      'service file (or TOCSIN_CONFIG; default: tocsin.yml, if there is one)',
    )
    .option(
      '--roles <roles>',
      'comma-separated: evaluator, dispatcher, notifier, api (or TOCSIN_ROLES; default: all)',
    )
    .action((options: RunOptions) => run(options, io))
}

async function run(options: RunOptions, io: CliIo): Promise<void> {
  const [{ loadConfig }, { createLog }, { runService }] = await Promise.all([
    import('../config/load.ts'),
    import('../telemetry/log.ts'),
    import('../main.ts'),
  ])
  const env = options.roles === undefined ? io.env : { ...io.env, TOCSIN_ROLES: options.roles }
  const file = configFile(options.config, io)
  const { config, problems } = loadConfig({ file, env, cwd: io.cwd })
  for (const problem of problems) io.err(`${formatProblem(problem)}\n`)
  if (config === null) throw new CliFailure('not started: the configuration has errors')
  const log = createLog({ env, isTty: io.isTty, write: (line) => io.out(line) })
  await runService(config, {
    log,
    say: (line) => log.info(line),
    onStarted: (service) => logStart(log, service, config.file),
  })
}

function logStart(log: Logger, service: Service, file: string | null): void {
  const { addresses } = service
  const config = file ?? 'defaults and environment'
  log.info({ ...service.summary(), config, ...addresses }, 'started')
}
