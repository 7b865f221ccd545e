import { Agent } from 'undici'
import { parseYamlText } from '../../../src/config/yamlText.ts'
import type { NetworkConfig } from '../../../src/config/config.ts'
import { fingerprint } from '../../../src/core/labels.ts'
import { createHttpAgent } from '../../../src/network/httpAgent.ts'
import { integrationConfigs } from '../../../src/notifiers/configs.ts'
import { DeliveryError } from '../../../src/notifiers/notifier.ts'
import type {
  MessageAlert,
  MessageData,
  Notifier,
  Outgoing,
} from '../../../src/notifiers/notifier.ts'
import { createNotifier } from '../../../src/notifiers/registry.ts'
import type { NotifierDeps, OpenNotifier } from '../../../src/notifiers/registry.ts'
import type { EmailSettings } from '../../../src/notifiers/email/config.ts'
import type { PagerdutySettings } from '../../../src/notifiers/pagerduty/config.ts'
import type { SlackSettings } from '../../../src/notifiers/slack/config.ts'
import type { SmsSettings } from '../../../src/notifiers/sms/config.ts'
import type { WebhookSettings } from '../../../src/notifiers/webhook/config.ts'
import { createMessageTemplates } from '../../../src/templates/messageTemplates.ts'
import type { MessageTemplates } from '../../../src/templates/messageTemplates.ts'

export const NOW = Date.UTC(2026, 10, 20, 6, 41, 34, 660)

export const NETWORK: NetworkConfig = {
  connectTimeoutMs: 1000,
  requestTimeoutMs: 5000,
  maxConnectionsPerHost: 4,
  maxConnectionAgeMs: 60_000,
  keepAliveTimeoutMs: 10_000,
  maxServerConnections: 100,
  serverRequestTimeoutMs: 5000,
  reconnectMinMs: 10,
  reconnectMaxMs: 100,
}

/** A firing alert with these labels, or what the test wants different. */
export function alert(
  labels: Readonly<Record<string, string>>,
  other: Partial<MessageAlert> = {},
): MessageAlert {
  return {
    status: 'firing',
    labels,
    annotations: { summary: 'disk is full' },
    startsAt: NOW,
    endsAt: null,
    generatorURL: 'http://prom.example/graph?g0.expr=a&b',
    fingerprint: fingerprint(labels),
    ack: null,
    ...other,
  }
}

export const DISK = { alertname: 'Disk', instance: 'h1', severity: 'critical' }

export function messageData(other: Partial<MessageData> = {}): MessageData {
  return {
    receiver: 'ops',
    status: 'firing',
    alerts: [alert(DISK)],
    groupKey: '{}:{alertname="Disk"}',
    groupLabels: { alertname: 'Disk' },
    commonLabels: DISK,
    commonAnnotations: { summary: 'disk is full' },
    externalURL: 'http://tocsin.example',
    reason: 'first',
    reasonText: 'first notification',
    notice: '',
    ...other,
  }
}

export function outgoing(
  data: Partial<MessageData> = {},
  other: Partial<Omit<Outgoing, 'data'>> = {},
): Outgoing {
  return { data: messageData(data), idempotencyKey: 'n-1', memo: {}, ...other }
}

/** As many firing alerts of one group as asked for, each with labels and annotations of usual size. */
export function manyAlerts(count: number): readonly MessageAlert[] {
  return Array.from({ length: count }, (_, i) =>
    alert(
      { alertname: 'Disk', instance: `host-${i}`, job: 'node', severity: 'critical', team: 'db' },
      { annotations: { summary: `disk of host-${i} is full`, runbook: 'http://runbook/disk' } },
    ),
  )
}

/** The real engine with the built-in definitions. */
export const TEMPLATES: MessageTemplates = createMessageTemplates([], { now: () => NOW }).templates

/** What `{{ .Nope }}` fails with. */
export const NOPE = `template: :1:3: executing "" at <.Nope>: can't evaluate field Nope in type *template.Data`

/** Compiles an item as it stands in a notification file. Problems are `path: message`. */
export function compileItem(
  kind: string,
  item: string,
  global = '',
): {
  readonly compiled: { readonly settings: unknown; readonly sendResolved: boolean } | null
  readonly problems: readonly string[]
} {
  const own = parseYamlText('a.yml', item)
  const globals = parseYamlText('a.yml', global)
  const problems: string[] = []
  const compiled = configOf(kind).compile({
    value: (own.value ?? {}) as Record<string, unknown>,
    global: (globals.value ?? {}) as Record<string, unknown>,
    text: (path) => own.sourceText(path),
    globalText: (path) => globals.sourceText(path),
    report: (path, message, severity = 'error') => {
      problems.push(`${severity === 'warning' ? 'warning ' : ''}${path.join('.')}: ${message}`)
    },
    baseDir: '/etc/tocsin',
  })
  return { compiled, problems }
}

function configOf(kind: string) {
  const config = integrationConfigs.find((candidate) => candidate.kind === kind)
  if (config === undefined) throw new Error(`no kind ${kind}`)
  return config
}

interface SettingsByKind {
  email: EmailSettings
  pagerduty: PagerdutySettings
  slack: SlackSettings
  sms: SmsSettings
  webhook: WebhookSettings
}

/** The settings of a good item. */
export function settingsOf<K extends keyof SettingsByKind>(
  kind: K,
  item: string,
  global = '',
): SettingsByKind[K] {
  const { compiled, problems } = compileItem(kind, item, global)
  if (compiled === null) throw new Error(problems.join('\n'))
  return compiled.settings as SettingsByKind[K]
}

/** A notifier made from YAML, with everything that must be closed after a test. */
export function openNotifier(
  kind: keyof SettingsByKind,
  item: string,
  other: Partial<NotifierDeps> & { readonly global?: string } = {},
): OpenNotifier {
  const agent = createHttpAgent(other.network ?? NETWORK)
  const agents: Agent[] = [agent]
  const deps: NotifierDeps = {
    network: NETWORK,
    templates: TEMPLATES,
    agent: (tls) => {
      if (tls === undefined || tls === null) return agent
      agents.push(createHttpAgent(NETWORK, { tls }))
      return agents.at(-1) as Agent
    },
    now: () => NOW,
    hostname: 'tocsin.test',
    ...other,
  }
  const integration = { key: `ops/${kind}/0`, kind, index: 0, sendResolved: true }
  const settings = settingsOf(kind, item, other.global)
  const notifier = createNotifier({ ...integration, settings }, deps)
  const close = async (): Promise<void> => {
    await notifier.close()
    await Promise.all(agents.map((a) => a.destroy()))
  }
  return { ...notifier, close }
}

/** The error of a send that must fail: `reason: message`. */
export async function failureOf(
  notifier: Notifier,
  message: Outgoing = outgoing(),
  signal: AbortSignal = new AbortController().signal,
): Promise<DeliveryError> {
  try {
    await notifier.send(message, signal)
  } catch (error) {
    if (error instanceof DeliveryError) return error
    throw error
  }
  throw new Error('the send succeeded')
}

export const NO_SIGNAL = new AbortController().signal
