import pc from 'picocolors'

export interface DemoFacts {
  readonly version: string
  readonly dataDir: string
  readonly config: string
  readonly rules: string
  readonly queryApi: string
  readonly serviceUrl: string
  readonly managementUrl: string
  readonly prometheusUrl: string
  readonly inboxUrl: string
}

/** What is said once everything runs: version, data folder, rules, query API, addresses. */
export function startedText(facts: DemoFacts): string {
  const rows: ReadonlyArray<readonly [string, string]> = [
    ['data folder', facts.dataDir],
    ['configuration', facts.config],
    ['rules', facts.rules],
    ['query API', facts.queryApi],
    ['service', facts.serviceUrl],
    ['management', `${facts.managementUrl}/metrics`],
    ['Prometheus', facts.prometheusUrl],
    ['inbox', pc.bold(facts.inboxUrl)],
  ]
  const lines = rows.map(([name, value]) => `  ${name.padEnd(14)} ${value}`)
  const hint = 'Three demo services run and will break in turns. Ctrl-C stops everything.'
  return [`${pc.bold('Tocsin')} ${facts.version} (demo)`, ...lines, '', hint, ''].join('\n')
}

export interface NextCommands {
  readonly inboxUrl: string
  readonly serviceUrl: string
  readonly defaultServiceUrl: boolean
  /** What `tocsin ack` takes: a fingerprint, or matchers. */
  readonly ackTarget: string
}

/** What to try after the first message: three commands that work as they stand. */
export function nextCommandsText(next: NextCommands): string {
  const at = next.defaultServiceUrl ? '' : ` --url ${next.serviceUrl}`
  const rows: ReadonlyArray<readonly [string, string]> = [
    [next.inboxUrl, 'the inbox, in a browser: the message in all five kinds'],
    [`npx tocsin alerts${at}`, 'what is firing'],
    [
      `npx tocsin ack ${next.ackTarget}${at} --note "on it"`,
      'say that you are on it: it stops repeating',
    ],
  ]
  const width = Math.max(...rows.map(([command]) => command.length))
  const lines = rows.map(([command, why]) => `  ${pc.bold(command.padEnd(width))}   ${pc.dim(why)}`)
  return ['', 'The first message was delivered. Try next, in another terminal:', ...lines, ''].join(
    '\n',
  )
}
