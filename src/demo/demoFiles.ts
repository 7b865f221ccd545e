import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import type { DemoPorts } from './demoSettings.ts'

export interface DemoFilesInput {
  /** Absolute folder of the demo's state. */
  readonly dir: string
  readonly host: string
  readonly ports: DemoPorts
  readonly redisUrl: string
  /** The shipped rule files, absolute. */
  readonly ruleFiles: readonly string[]
}

const HEADER = (purpose: string): string =>
  `# ${purpose}\n# Written by \`tocsin demo\` at every start: copy it to make it your own.\n`

const OWN_RULES = `# Your rules. The demo looks at this folder every two seconds and never changes this file.
# Remove the marks below, save, and watch the screen.
groups:
  - name: mine
    rules: []
    # rules:
    #   - alert: QueueNotEmpty
    #     expr: demo_queue_depth{service="search"} > 0
    #     for: 10s
    #     labels:
    #       severity: warning
    #     annotations:
    #       summary: '{{ $value }} jobs wait in the queue of {{ $labels.service }}'
`

/**
 * Writes the demo's tocsin.yml and alertmanager.yml, and a folder `rules` for the reader's own rule files.
 * Resolves to the path of the tocsin.yml.
 */
export function writeDemoFiles(input: DemoFilesInput): string {
  const config = join(input.dir, 'tocsin.yml')
  const own = join(input.dir, 'rules/mine.yml')
  mkdirSync(dirname(own), { recursive: true })
  if (!existsSync(own)) writeFileSync(own, OWN_RULES)
  writeFileSync(join(input.dir, 'alertmanager.yml'), notificationText(input))
  writeFileSync(config, serviceText(input))
  return config
}

/** The demo's tocsin.yml. */
export function serviceText({ host, ports, redisUrl, ruleFiles }: DemoFilesInput): string {
  const settings = {
    redis: { url: redisUrl },
    data_dir: '.',
    datasources: [{ name: 'demo', url: `http://127.0.0.1:${ports.prometheus}` }],
    rules: [...ruleFiles, 'rules/*.yml'],
    evaluation_interval: '5s',
    watch_interval: '2s',
    notifications: 'alertmanager.yml',
    listen: {
      service: `${host}:${ports.service}`,
      management: `${host}:${ports.management}`,
    },
    external_url: `http://${host}:${ports.service}`,
  }
  return (
    HEADER('Settings of the demo. Files in the folder `rules` beside it are evaluated too.') +
    stringify(settings)
  )
}

/** The demo's alertmanager.yml: one receiver, all five kinds of message, and short waits. */
export function notificationText({ host, ports }: Pick<DemoFilesInput, 'host' | 'ports'>): string {
  const inbox = `http://${host}:${ports.inbox}`
  const settings = {
    route: {
      receiver: 'on-call',
      group_by: ['service'],
      group_wait: '5s',
      group_interval: '20s',
      repeat_interval: '1m',
    },
    receivers: [{ name: 'on-call', ...integrations(inbox, `${host}:${ports.smtp}`) }],
  }
  return HEADER('Who hears about what, in the format of Alertmanager.') + stringify(settings)
}

function integrations(inbox: string, smarthost: string): Readonly<Record<string, unknown>> {
  const common = { send_resolved: true }
  return {
    slack_configs: [{ ...common, api_url: `${inbox}/slack`, channel: '#on-call' }],
    email_configs: [
      {
        ...common,
        to: 'on-call@example.org',
        from: 'tocsin@example.org',
        smarthost,
        require_tls: false,
      },
    ],
    pagerduty_configs: [
      { ...common, url: `${inbox}/pagerduty/v2/enqueue`, routing_key: 'demo'.repeat(8) },
    ],
    sms_configs: [
      {
        ...common,
        api_url: `${inbox}/twilio`,
        account_sid: `AC${'0'.repeat(32)}`,
        auth_token: 'demo',
        from: '+15005550006',
        to: ['+15005550010'],
      },
    ],
    webhook_configs: [{ ...common, url: `${inbox}/webhook` }],
  }
}
