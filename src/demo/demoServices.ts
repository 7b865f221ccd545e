import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brokenForMs } from './cycle.ts'
import { metricsText, type DemoServiceKind } from './demoServiceKinds.ts'

export interface DemoServicesOptions {
  readonly host: string
  readonly kinds: readonly DemoServiceKind[]
  /** Monotonic, in ms. */
  readonly now: () => number
  /** Told when a service breaks or heals. */
  readonly onChange: (kind: DemoServiceKind, broken: boolean) => void
}

export interface DemoServices {
  /** `host:port` by service name. */
  readonly addresses: ReadonlyMap<string, string>
  close(): Promise<void>
}

const LOOK_EVERY_MS = 250

/** Starts the small HTTP servers that Prometheus scrapes: real sockets, invented trouble. */
export async function startDemoServices(options: DemoServicesOptions): Promise<DemoServices> {
  const { host, kinds, now } = options
  const startedAt = now()
  const servers = new Map<string, Server>()
  for (const kind of kinds)
    servers.set(kind.name, await serve(host, () => answer(kind, now() - startedAt)))
  const watch = watchChanges(options, startedAt)
  return {
    addresses: new Map([...servers].map(([name, server]) => [name, `${host}:${portOf(server)}`])),
    close: async () => {
      clearInterval(watch)
      for (const server of servers.values()) await closeServer(server)
    },
  }
}

interface Answer {
  readonly status: number
  readonly body: string
}

function answer(kind: DemoServiceKind, elapsedMs: number): Answer {
  const reading = kind.read(elapsedMs, brokenForMs(kind.cycle, elapsedMs))
  if (!reading.answers) return { status: 503, body: 'the demo broke this service for a while\n' }
  return { status: 200, body: metricsText(reading) }
}

async function serve(host: string, respond: () => Answer): Promise<Server> {
  const server = createServer((_request, response) => {
    const { status, body } = respond()
    response.writeHead(status, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
    response.end(body)
  })
  server.listen(0, host)
  await once(server, 'listening')
  return server
}

function watchChanges(options: DemoServicesOptions, startedAt: number): NodeJS.Timeout {
  const broken = new Set<string>()
  return setInterval(() => {
    for (const kind of options.kinds) {
      const isBroken = brokenForMs(kind.cycle, options.now() - startedAt) !== null
      if (isBroken === broken.has(kind.name)) continue
      if (isBroken) broken.add(kind.name)
      else broken.delete(kind.name)
      options.onChange(kind, isBroken)
    }
  }, LOOK_EVERY_MS)
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

async function closeServer(server: Server): Promise<void> {
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}
