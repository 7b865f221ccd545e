import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { stringify } from 'yaml'
import type { Clock } from '../core/time.ts'
import { systemClock } from '../system.ts'
import type { FoundServer } from './findServer.ts'
import { endLeftover } from './leftover.ts'
import { claimPort } from './ports.ts'
import { pidFile, SupervisedServer, type ServerEnd } from './supervisedServer.ts'

export interface ScrapeJob {
  readonly name: string
  /** `host:port` and the labels its series get. */
  readonly targets: ReadonlyArray<{
    readonly address: string
    readonly labels?: Readonly<Record<string, string>>
  }>
}

export interface PrometheusServerOptions {
  /** Its files go to `<dataDir>/prometheus`. */
  readonly dataDir: string
  readonly bin: Pick<FoundServer, 'path' | 'env'>
  /** On loopback; 0: any free one. */
  readonly port: number
  readonly scrapeIntervalMs: number
  readonly jobs: readonly ScrapeJob[]
  /** Further command line options, such as `--web.enable-remote-write-receiver`. */
  readonly args?: readonly string[]
  /** How to choose another port, for the message when it is taken. */
  readonly portRemedy?: string
  readonly say?: (line: string) => void
  readonly clock?: Clock
}

export interface PrometheusServer {
  readonly url: string
  /** 0 while it is being restarted. */
  readonly pid: number
  readonly exited: Promise<ServerEnd>
  stop(): Promise<void>
}

const NAME = 'prometheus'
const HOST = '127.0.0.1'
const RETENTION = '6h'
const READY_WITHIN_MS = 60_000
const STOP_WITHIN_MS = 10_000

/** Starts a private Prometheus on loopback with a generated configuration. @throws AppError when it does not start. */
export async function startPrometheusServer(
  options: PrometheusServerOptions,
): Promise<PrometheusServer> {
  const { bin, clock = systemClock, say = () => {}, portRemedy = 'the port option' } = options
  const dir = join(resolve(options.dataDir), 'prometheus')
  mkdirSync(dir, { recursive: true })
  const config = join(dir, 'prometheus.yml')
  writeFileSync(config, prometheusConfig(options.scrapeIntervalMs, options.jobs))
  await endLeftover(pidFile(dir, NAME), dir, { clock, withinMs: STOP_WITHIN_MS, say }) // it has the port
  const port = await claimPort(HOST, options.port, 'private Prometheus', portRemedy)
  const url = `http://${HOST}:${port}`
  const server = await SupervisedServer.start({
    name: NAME,
    program: bin,
    args: [...settings(dir, config, `${HOST}:${port}`), ...(options.args ?? [])],
    dir,
    isReady: () => isReady(url),
    readyWithinMs: READY_WITHIN_MS,
    stopWithinMs: STOP_WITHIN_MS,
    say,
    clock,
  })
  return {
    url,
    exited: server.exited,
    get pid() {
      return server.pid
    },
    stop: () => server.stop(),
  }
}

/** The text of a prometheus.yml that scrapes the jobs. */
export function prometheusConfig(scrapeIntervalMs: number, jobs: readonly ScrapeJob[]): string {
  const interval = `${scrapeIntervalMs}ms`
  return stringify({
    global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: '1m' },
    scrape_configs: jobs.map((job) => ({
      job_name: job.name,
      static_configs: job.targets.map(({ address, labels }) => ({
        targets: [address],
        ...(labels === undefined ? {} : { labels }),
      })),
    })),
  })
}

function settings(dir: string, config: string, address: string): string[] {
  return [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(dir, 'data')}`,
    `--storage.tsdb.retention.time=${RETENTION}`,
    `--web.listen-address=${address}`,
    '--log.level=warn',
  ]
}

async function isReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(2_000) })
    await answer.arrayBuffer()
    return answer.ok
  } catch {
    return false
  }
}
