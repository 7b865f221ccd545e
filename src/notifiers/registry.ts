import type { Dispatcher } from 'undici'
import type { NetworkConfig, TlsConfig } from '../config/config.ts'
import { AppError } from '../core/errors.ts'
import type { Integration } from '../routing/notificationConfig.ts'
import type { MessageTemplates } from '../templates/messageTemplates.ts'
import { createEmailNotifier } from './email/notifier.ts'
import { deadline } from './http/transportFailure.ts'
import type { Notifier } from './notifier.ts'
import { createPagerdutyNotifier } from './pagerduty/notifier.ts'
import { createSlackNotifier } from './slack/notifier.ts'
import { createSmsNotifier } from './sms/notifier.ts'
import { createWebhookNotifier } from './webhook/notifier.ts'

/** What notifiers are given from outside. */
export interface NotifierDeps {
  readonly network: NetworkConfig
  readonly templates: MessageTemplates
  /**
   * The shared pool of HTTP connections for these TLS settings (none: the default pool). Whoever gives it closes it; a
   * notifier asks once, at its first send. @throws when a TLS file cannot be read
   */
  agent(tls?: TlsConfig | null): Dispatcher
  /** Epoch ms. */
  now(): number
  /** Name of this machine: the right side of Message-IDs. */
  readonly hostname: string
}

/** A notifier that holds connections of its own until it is closed. */
export type OpenNotifier = Notifier & { close(): Promise<void> }

/** What every factory gets beside its settings. */
export interface NotifierOptions {
  readonly sendResolved: boolean
  readonly deps: NotifierDeps
}

/** Factories by kind, each taking the settings that the kind's `config.ts` compiled. */
const FACTORIES: ReadonlyMap<string, (settings: never, options: NotifierOptions) => OpenNotifier> =
  new Map<string, (settings: never, options: NotifierOptions) => OpenNotifier>([
    ['email', createEmailNotifier],
    ['pagerduty', createPagerdutyNotifier],
    ['slack', createSlackNotifier],
    ['sms', createSmsNotifier],
    ['webhook', createWebhookNotifier],
  ])

/** Makes the notifier of one integration. Opens nothing before the first send. @throws AppError on an unknown kind */
export function createNotifier(integration: Integration, deps: NotifierDeps): OpenNotifier {
  const factory = FACTORIES.get(integration.kind)
  if (factory === undefined) {
    throw new AppError('CONFIG_INVALID', `no notifier of kind "${integration.kind}"`)
  }
  const { settings, sendResolved } = integration
  const notifier = factory(settings as never, { sendResolved, deps })
  // One attempt as a whole (several numbers, an edit and then a post) ends in time, or its claim on the ledger row would.
  const timeoutMs = deps.network.requestTimeoutMs
  return {
    ...notifier,
    send: (message, signal) => notifier.send(message, deadline(signal, timeoutMs)),
  }
}
