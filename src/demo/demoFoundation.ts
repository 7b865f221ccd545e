import { mkdirSync } from 'node:fs'
import { lockDataDir } from '../embedded/dataDirLock.ts'
import {
  startPrometheusServer,
  type PrometheusServer,
  type ScrapeJob,
} from '../embedded/prometheusServer.ts'
import { provision } from '../embedded/provision.ts'
import { startRedisServer, type RedisServer } from '../embedded/redisServer.ts'
import { HOST, stateDir, type DemoRun } from './demoRun.ts'
import { claimPorts } from './demoPorts.ts'
import type { DemoPrinter } from './demoPrinter.ts'
import { DEMO_SERVICES, type DemoServiceKind } from './demoServiceKinds.ts'
import { startDemoServices, type DemoServices } from './demoServices.ts'
import type { DemoOptions, DemoPorts } from './demoSettings.ts'

/** Everything the service stands on in the demo. */
export interface Foundation {
  readonly ports: DemoPorts
  readonly redis: RedisServer
  readonly prometheus: PrometheusServer
}

const SCRAPE_INTERVAL_MS = 2_000

/** Takes the data folder and the ports, then starts the store, the services that break, and what watches them. */
export async function startFoundation(run: DemoRun, printer: DemoPrinter): Promise<Foundation> {
  const { options, closers, stop } = run
  const { print: say, env } = run.context
  const dataDir = stateDir(options)
  mkdirSync(dataDir, { recursive: true })
  const lock = lockDataDir(dataDir, 'demo.lock')
  closers.add(async () => lock.release())
  const ports = await claimPorts(HOST, options.ports)
  const bins = await provision(['redis-server', 'prometheus'], { ...options, env, say })
  stop.throwIfAborted()

  const redis = await startRedisServer({ dataDir, bin: bins['redis-server'], say })
  closers.add(() => redis.stop())
  stop.throwIfAborted()

  const services = await startServices(run, printer)
  const prometheus = await startPrometheusServer({
    dataDir,
    bin: bins.prometheus,
    port: ports.prometheus,
    scrapeIntervalMs: SCRAPE_INTERVAL_MS,
    jobs: scrapeJobs(ports, services),
    say,
  })
  closers.add(() => prometheus.stop())
  stop.throwIfAborted()
  return { ports, redis, prometheus }
}

async function startServices(run: DemoRun, printer: DemoPrinter): Promise<DemoServices> {
  const services = await startDemoServices({
    host: HOST,
    kinds: withCycle(DEMO_SERVICES, run.options),
    now: () => performance.now(),
    onChange: (kind, broken) => printer.service(run.clock.now(), kind, broken),
  })
  run.closers.add(() => services.close())
  return services
}

/** The first service breaks as the options say, the others as they always do. */
function withCycle(
  kinds: readonly DemoServiceKind[],
  { cycle }: Pick<DemoOptions, 'cycle'>,
): readonly DemoServiceKind[] {
  return kinds.map((kind, i) => (i === 0 ? { ...kind, cycle } : kind))
}

/** The instance has a name instead of a port: it stays the same alert when the demo is started again. */
function scrapeJobs(ports: DemoPorts, services: DemoServices): ScrapeJob[] {
  const targets = [...services.addresses].map(([service, address]) => ({
    address,
    labels: { service, instance: `${service}-1` },
  }))
  const tocsin = { address: `${HOST}:${ports.management}`, labels: { instance: 'tocsin-1' } }
  return [
    { name: 'demo', targets },
    { name: 'tocsin', targets: [tocsin] },
  ]
}
