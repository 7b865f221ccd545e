import type { Command } from 'commander'
import { createClient, withConnection } from './client.ts'
import type { ConnectionOptions } from './client.ts'
import { CliFailure, printJson } from './io.ts'
import type { CliIo } from './io.ts'
import { printable } from './table.ts'
import { countText, spanText } from './texts.ts'

/** The parts of `GET /v1/status` that are shown. */
export interface ServiceStatus {
  readonly version: string
  readonly uptimeMs: number
  readonly ready: boolean
  readonly checks: ReadonlyArray<{
    readonly name: string
    readonly ok: boolean
    readonly message: string
  }>
  readonly members: ReadonlyArray<{ readonly node: string; readonly roles: readonly string[] }>
  readonly datasources: ReadonlyArray<{
    readonly name: string
    readonly reachable: boolean | null
    readonly lastError: string
  }>
  readonly alerts: Readonly<Record<string, number>>
  readonly notifications: Readonly<Record<string, number>>
  readonly oldestUndeliveredAt: string | null
  readonly rules: { readonly groups: number; readonly staleFiles: readonly string[] }
  readonly notificationFile: { readonly file: string | null; readonly stale: boolean }
}

/** `tocsin status`: exit code 1 when the service is not ready. */
export function addStatusCommand(program: Command, io: CliIo): void {
  const command = program
    .command('status')
    .description('how the service is doing')
    .option('--json', 'print JSON')
    .action(async (options: ConnectionOptions & { readonly json?: boolean }) => {
      const status = await createClient(options, io).request<ServiceStatus>('GET', '/v1/status')
      if (options.json === true) printJson(io, status)
      else io.out(statusText(status, io.now()))
      if (!status.ready) throw new CliFailure('')
    })
  withConnection(command)
}

/** The status as aligned lines. */
export function statusText(status: ServiceStatus, now: number): string {
  const rows: Array<readonly [string, string]> = [
    [
      'Tocsin',
      `${status.version}, up ${spanText(status.uptimeMs)}, ${status.ready ? 'ready' : 'NOT READY'}`,
    ],
    ...status.checks.filter((c) => !c.ok).map((c) => [`  ${c.name}`, c.message] as const),
    [
      'members',
      status.members.map((m) => `${m.node} (${m.roles.join(', ')})`).join('; ') || 'none',
    ],
    ...status.datasources.map((d) => ['datasource', datasourceText(d)] as const),
    ['alerts', countsText(status.alerts)],
    ['notifications', countsText(status.notifications) + waitingText(status, now)],
    ['rules', rulesText(status)],
    ['notification file', notificationFileText(status)],
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, text]) => `${name.padEnd(width)}  ${printable(text)}\n`).join('')
}

function countsText(counts: Readonly<Record<string, number>>): string {
  const present = Object.entries(counts).filter(([, count]) => count > 0)
  return present.map(([name, count]) => `${count} ${name}`).join(', ') || 'none'
}

function waitingText(status: ServiceStatus, now: number): string {
  if (status.oldestUndeliveredAt === null) return ''
  return `; the oldest waits for ${spanText(now - Date.parse(status.oldestUndeliveredAt))}`
}

function datasourceText(datasource: ServiceStatus['datasources'][number]): string {
  if (datasource.reachable === null) return `${datasource.name}: not asked yet`
  return datasource.reachable
    ? `${datasource.name}: reachable`
    : `${datasource.name}: NOT REACHABLE: ${datasource.lastError}`
}

function rulesText({ rules }: ServiceStatus): string {
  const stale = rules.staleFiles.length
  const bad = stale === 0 ? '' : `; BAD, last good version in use: ${rules.staleFiles.join(', ')}`
  return `${countText(rules.groups, 'group')}${bad}`
}

function notificationFileText({ notificationFile: { file, stale } }: ServiceStatus): string {
  if (file === null) return 'none: nobody is notified'
  return stale ? `${file}: BAD, last good version in use` : file
}
