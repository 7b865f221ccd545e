import type { Command } from 'commander'
import type { silenceJson } from '../api/tocsin/silenceJson.ts'
import { createClient, withConnection } from './client.ts'
import type { ApiClient, ConnectionOptions } from './client.ts'
import { CliFailure, printJson } from './io.ts'
import type { CliIo } from './io.ts'
import { asMatcher } from './matcherArgument.ts'
import { renderTable } from './table.ts'
import { spanText } from './texts.ts'

type ListedSilence = ReturnType<typeof silenceJson>

interface AddOptions extends ConnectionOptions {
  readonly for?: string
  readonly until?: string
  readonly start?: string
  readonly comment: string
  readonly by?: string
  readonly json?: boolean
}

interface ListOptions extends ConnectionOptions {
  readonly all?: boolean
  readonly json?: boolean
}

/** `tocsin silence add|list|expire` */
export function addSilenceCommand(program: Command, io: CliIo): void {
  const silence = program.command('silence').description('silences: no messages about what matches')
  addAdd(silence, io)
  addList(silence, io)
  addExpire(silence, io)
}

function addAdd(silence: Command, io: CliIo): void {
  const command = silence
    .command('add')
    .description(
      'silence what matches, such as: tocsin silence add host=db1 --for 2h --comment disk',
    )
    .argument('<matchers...>', 'matchers such as host=db1, or an alert name')
    .option('--for <duration>', 'how long, such as 2h')
    .option('--until <time>', 'end, such as 2026-01-31T12:00:00Z')
    .option('--start <time>', 'begin later than now')
    .requiredOption('--comment <text>', 'why: your colleagues will read it')
    .option(
      '--by <name>',
      'who you are, when the service asks for no token (default: your user name)',
    )
    .option('--json', 'print JSON')
    .action(async (matchers: string[], options: AddOptions) => {
      if ((options.for === undefined) === (options.until === undefined)) {
        throw new CliFailure('say how long: either --for such as 2h, or --until with a time')
      }
      const createdBy = options.by ?? io.env['USER'] ?? io.env['USERNAME']
      const created = await createClient(options, io).request<ListedSilence>(
        'POST',
        '/v1/silences',
        {
          matchers: matchers.map(asMatcher),
          comment: options.comment,
          ...(options.for === undefined ? {} : { duration: options.for }),
          ...(options.until === undefined ? {} : { endsAt: options.until }),
          ...(options.start === undefined ? {} : { startsAt: options.start }),
          ...(createdBy === undefined ? {} : { createdBy }),
        },
      )
      if (options.json === true) return printJson(io, created)
      io.out(`${created.id}\n`)
      io.err(`silenced ${created.matchers.join(' ')} until ${created.endsAt}\n`)
    })
  withConnection(command)
}

function addList(silence: Command, io: CliIo): void {
  const command = silence
    .command('list')
    .description('list silences')
    .option('--all', 'expired ones too')
    .option('--json', 'print JSON')
    .action(async (options: ListOptions) => {
      const found = await list(createClient(options, io), options.all === true)
      if (options.json === true) return printJson(io, found)
      if (found.length === 0) return io.err('no silences\n')
      io.out(silenceTable(found, io))
    })
  withConnection(command)
}

function addExpire(silence: Command, io: CliIo): void {
  const command = silence
    .command('expire')
    .description('end silences now')
    .argument('<id...>', 'id, or its beginning')
    .option('--json', 'print JSON')
    .action(async (ids: string[], options: ListOptions) => {
      const client = createClient(options, io)
      const live = await list(client, false)
      // All are looked up before the first is ended: a typing error ends nothing.
      const chosen = ids.map((id) => choose(live, id))
      const ended: ListedSilence[] = []
      for (const { id } of chosen) {
        ended.push(await client.request('DELETE', `/v1/silences/${encodeURIComponent(id)}`))
      }
      if (options.json === true) return printJson(io, ended)
      for (const { id, matchers } of ended) io.out(`${id} expired: ${matchers.join(' ')}\n`)
    })
  withConnection(command)
}

async function list(client: ApiClient, all: boolean): Promise<readonly ListedSilence[]> {
  const query = all ? '' : '?state=active&state=pending'
  const answer = await client.request<{ silences: ListedSilence[] }>('GET', `/v1/silences${query}`)
  return answer.silences
}

function choose(live: readonly ListedSilence[], prefix: string): ListedSilence {
  const found = live.filter(({ id }) => id.startsWith(prefix))
  const [first] = found
  if (first === undefined) {
    throw new CliFailure(
      `no silence that could be ended begins with ${prefix}: see \`tocsin silence list\``,
    )
  }
  if (found.length > 1)
    throw new CliFailure(`${found.length} silences begin with ${prefix}: give more of the id`)
  return first
}

function silenceTable(silences: readonly ListedSilence[], io: CliIo): string {
  const rows = silences.map((silence) => [
    silence.id,
    silence.state,
    endText(silence, io.now()),
    silence.createdBy,
    silence.matchers.join(' '),
    silence.comment,
  ])
  return renderTable(rows, {
    header: ['ID', 'STATE', 'ENDS', 'BY', 'MATCHERS', 'COMMENT'],
    maxWidth: io.columns,
    flexible: [5, 4, 3],
  })
}

function endText(silence: ListedSilence, now: number): string {
  const rest = Date.parse(silence.endsAt) - now
  return rest > 0 ? `in ${spanText(rest)}` : `${spanText(-rest)} ago`
}
