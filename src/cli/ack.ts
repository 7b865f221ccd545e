import type { Command } from 'commander'
import { alertTable, fetchAlerts } from './alertList.ts'
import type { ListedAlert } from './alertList.ts'
import { createClient, withConnection } from './client.ts'
import type { ApiClient, ConnectionOptions } from './client.ts'
import { CliFailure, printJson } from './io.ts'
import type { CliIo } from './io.ts'
import { asMatcher } from './matcherArgument.ts'
import { printable } from './table.ts'

interface AckOptions extends ConnectionOptions {
  readonly note?: string
  readonly for?: string
  readonly until?: string
  readonly by?: string
  readonly all?: boolean
  readonly undo?: boolean
  readonly json?: boolean
}

const ACKNOWLEDGEABLE = ['firing', 'acknowledged', 'suppressed']

/** `tocsin ack <alert...>` */
export function addAckCommand(program: Command, io: CliIo): void {
  const command = program
    .command('ack')
    .description('acknowledge a firing alert: no repeats until it resolves (or for a while)')
    .argument('<alert...>', 'fingerprint or its beginning, alert name, or matchers')
    .option('--note <text>', 'what you are doing about it')
    .option('--for <duration>', 'page again after this time, such as 2h')
    .option('--until <time>', 'page again after this time, such as 2026-01-31T12:00:00Z')
    .option(
      '--by <name>',
      'who you are, when the service asks for no token (default: your user name)',
    )
    .option('--all', 'all alerts that match')
    .option('--undo', 'take the acknowledgement back')
    .option('--json', 'print JSON')
    .action(async (targets: string[], options: AckOptions) => {
      const client = createClient(options, io)
      const found = await findAlerts(client, targets)
      requireOne(found, targets, options, io)
      const done: ListedAlert[] = []
      for (const alert of found) done.push(await change(client, alert, options, io))
      if (options.json === true) return printJson(io, done)
      for (const alert of done) io.out(`${outcome(alert, options)}\n`)
    })
  withConnection(command)
}

async function findAlerts(client: ApiClient, targets: string[]): Promise<readonly ListedAlert[]> {
  const [only = ''] = targets
  if (targets.length === 1 && /^[0-9a-f]{4,16}$/.test(only)) {
    const { alerts } = await fetchAlerts(client, { states: ACKNOWLEDGEABLE, match: [] })
    const found = alerts.filter((alert) => alert.fingerprint.startsWith(only))
    if (found.length > 0) return found
  }
  const match = targets.map(asMatcher)
  return (await fetchAlerts(client, { states: ACKNOWLEDGEABLE, match })).alerts
}

function requireOne(
  found: readonly ListedAlert[],
  targets: readonly string[],
  options: AckOptions,
  io: CliIo,
): void {
  if (found.length === 0) {
    const message = `no firing alert matches ${targets.join(' ')}: see \`tocsin alerts\``
    throw new CliFailure(message)
  }
  if (found.length === 1 || options.all === true) return
  io.err(alertTable(found, io))
  throw new CliFailure(
    `${found.length} alerts match: name one by its fingerprint, or take them all with --all`,
  )
}

async function change(
  client: ApiClient,
  alert: ListedAlert,
  options: AckOptions,
  io: CliIo,
): Promise<ListedAlert> {
  const path = `/v1/alerts/${alert.fingerprint}/ack`
  if (options.undo === true) return client.request('DELETE', path)
  const by = options.by ?? io.env['USER'] ?? io.env['USERNAME']
  return client.request('POST', path, {
    ...(options.note === undefined ? {} : { note: options.note }),
    ...(options.for === undefined ? {} : { duration: options.for }),
    ...(options.until === undefined ? {} : { until: options.until }),
    ...(by === undefined ? {} : { by }),
  })
}

function outcome(alert: ListedAlert, options: AckOptions): string {
  const name = printable(`${alert.labels['alertname'] ?? ''} (${alert.fingerprint})`)
  if (options.undo === true) return `${name} pages again`
  const until = alert.ack?.until ?? null
  const end = until === null ? 'until it resolves' : `until ${until}`
  return `${name} acknowledged by ${printable(alert.ack?.by ?? '')} ${end}`
}
