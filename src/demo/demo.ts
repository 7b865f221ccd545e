import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { AppError } from '../core/errors.ts'
import { formatProblem } from '../core/problem.ts'
import { systemClock } from '../system.ts'
import { Closers } from './closers.ts'
import { DemoEnd } from './demoEnd.ts'
import { writeDemoFiles } from './demoFiles.ts'
import type { DemoService } from './demoParts.ts'
import { startFoundation, type Foundation } from './demoFoundation.ts'
import { DemoPrinter } from './demoPrinter.ts'
import { HOST, stateDir, type DemoContext, type DemoRun } from './demoRun.ts'
import { DEMO_SETTINGS, type DemoOptions, type DemoPorts } from './demoSettings.ts'
import { nextCommandsText, startedText } from './demoTexts.ts'
import { queryApiText } from './queryApi.ts'
import { shutdownSignal } from '../shutdownSignal.ts'

/** The kinds of one message arrive together: what to try next comes after all of them. */
const AFTER_FIRST_MS = 1_500
/** Closing the terminal counts. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const SHIPPED_RULES = ['demo.yml', 'tocsin.yml']

/**
 * `tocsin demo`: everything on this machine. A private Redis and Prometheus, three services that break in turns, an
 * inbox that plays all providers, and the real service between them. Resolves after an orderly stop (Ctrl-C, or the
 * limits in the options); whatever was started is stopped then, the store last.
 * @throws AppError when something cannot be started, naming it and what to do.
 */
export async function runDemo(options: DemoOptions, context: DemoContext): Promise<void> {
  const closers = new Closers()
  const shutdown = shutdownSignal(SIGNALS, () => process.exit(130))
  const stop = shutdown.signal
  const clock = context.clock ?? systemClock
  try {
    await startAndWait({ options, context, clock, closers, stop })
    context.print('\nstopping …')
  } catch (error) {
    if (!stop.aborted) throw error // else it was stopped in the middle of its start
  } finally {
    await closers.closeAll()
    shutdown.dispose()
  }
  context.print(`stopped. State is kept in ${stateDir(options)}: start again to go on from here`)
}

async function startAndWait(run: DemoRun): Promise<void> {
  const { options, context, clock, stop } = run
  const end = new DemoEnd(options)
  let ports = options.ports
  let hinted = false
  const printer: DemoPrinter = new DemoPrinter(context.print, () => {
    end.delivered()
    if (hinted || printer.ackTarget === null) return // nothing that could be acknowledged
    hinted = true
    void sayNext(run, ports, printer)
  })
  const base = await startFoundation(run, printer)
  ports = base.ports
  const { config, service } = await startService(run, base, printer)
  context.print(await facts(run, base, config, service))
  await end.wait(clock, stop, Promise.race([base.redis.exited, base.prometheus.exited]))
}

/** Starts the inbox, and the real service between Prometheus and the inbox. `config` is the path of its tocsin.yml. */
async function startService(
  run: DemoRun,
  base: Foundation,
  printer: DemoPrinter,
): Promise<{ config: string; service: DemoService }> {
  const { parts, log, print: say } = run.context
  const { ports, redis } = base
  const inbox = await parts.startInbox({
    host: HOST,
    port: ports.inbox,
    smtpPort: ports.smtp,
    onMessage: () => {},
  })
  run.closers.add(() => inbox.close())
  const config = writeDemoFiles({
    dir: stateDir(run.options),
    host: HOST,
    ports,
    redisUrl: redis.url,
    ruleFiles: shippedRules(),
  })
  const onHistory = printer.history.bind(printer)
  const service = await parts.startService(readConfig(config), { log, onHistory, say })
  run.closers.add(() => service.stop())
  run.stop.throwIfAborted()
  return { config, service }
}

/** Rule files of the package: `rules` lies beside `src` and `dist`. */
function shippedRules(): string[] {
  return SHIPPED_RULES.map((name) => resolve(import.meta.dirname, '../../rules', name)).filter(
    (file) => existsSync(file),
  )
}

/** The environment does not count here: the demo's settings must fit each other. */
function readConfig(file: string): Config {
  const { config, problems } = loadConfig({ file, env: {}, cwd: process.cwd() })
  if (config !== null) return config
  throw new AppError('CONFIG_INVALID', problems.map(formatProblem).join('\n'))
}

async function facts(
  run: DemoRun,
  base: Foundation,
  config: string,
  service: DemoService,
): Promise<string> {
  const { ports, prometheus } = base
  const { rules, groups, ruleFiles } = service.summary()
  const serviceUrl = `http://${HOST}:${ports.service}`
  return startedText({
    version: run.context.version,
    dataDir: stateDir(run.options),
    config,
    rules: `${rules} in ${groups} groups, from ${ruleFiles} files`,
    queryApi: await queryApiText(prometheus.url),
    serviceUrl,
    managementUrl: `http://${HOST}:${ports.management}`,
    prometheusUrl: prometheus.url,
    inboxUrl: `http://${HOST}:${ports.inbox}`,
  })
}

async function sayNext(run: DemoRun, ports: DemoPorts, printer: DemoPrinter): Promise<void> {
  await run.clock.sleep(AFTER_FIRST_MS, run.stop)
  const { ackTarget } = printer
  if (run.stop.aborted || ackTarget === null) return
  run.context.print(
    nextCommandsText({
      inboxUrl: `http://${HOST}:${ports.inbox}`,
      serviceUrl: `http://${HOST}:${ports.service}`,
      defaultServiceUrl: String(ports.service) === DEMO_SETTINGS.servicePort.fallback,
      ackTarget,
    }),
  )
}
