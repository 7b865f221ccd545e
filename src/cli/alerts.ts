import { Option } from 'commander'
import type { Command } from 'commander'
import { alertTable, fetchAlerts } from './alertList.ts'
import { createClient, withConnection } from './client.ts'
import type { ConnectionOptions } from './client.ts'
import { CliFailure, printJson } from './io.ts'
import type { CliIo } from './io.ts'
import { asMatcher } from './matcherArgument.ts'

const STATES = ['pending', 'firing', 'suppressed', 'acknowledged', 'resolved']

interface AlertsOptions extends ConnectionOptions {
  readonly state?: string[]
  readonly limit: string
  readonly json?: boolean
}

/** `tocsin alerts [matchers...]` */
export function addAlertsCommand(program: Command, io: CliIo): void {
  const command = program
    .command('alerts')
    .description('list alerts, newest first: an alert name, or matchers such as severity=page')
    .argument('[matchers...]')
    .addOption(
      new Option('--state <states...>', 'only these states (default: all but resolved)').choices(
        STATES,
      ),
    )
    .option('--limit <count>', 'how many at most', '100')
    .option('--json', 'print JSON')
    .action(async (matchers: string[], options: AlertsOptions) => {
      await listAlerts(matchers, options, io)
    })
  withConnection(command)
}

async function listAlerts(matchers: string[], options: AlertsOptions, io: CliIo): Promise<void> {
  const limit = /^[1-9]\d{0,8}$/.test(options.limit) ? Number(options.limit) : null
  if (limit === null) throw new CliFailure('--limit must be a whole number from 1')
  const query = { states: options.state ?? [], match: matchers.map(asMatcher) }
  const { alerts, total } = await fetchAlerts(createClient(options, io), query, limit)
  if (options.json === true) return printJson(io, alerts)
  if (alerts.length === 0) return io.err('no alerts\n')
  io.out(alertTable(alerts, io))
  if (total > alerts.length) io.err(`${alerts.length} of ${total}: see more with --limit\n`)
}
