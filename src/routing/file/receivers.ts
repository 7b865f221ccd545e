import { nearest } from '../../config/nearest.ts'
import { integrationConfigs } from '../../notifiers/configs.ts'
import type { IntegrationConfigKind } from '../../notifiers/integrationConfig.ts'
import { readString, readTextMap } from '../../notifiers/settings/read.ts'
import { checkKeys } from '../../notifiers/settings/section.ts'
import type { Section } from '../../notifiers/settings/section.ts'
import type { Integration, Receiver } from '../notificationConfig.ts'
import { listItems } from './listItems.ts'

/** Kinds of Alertmanager that a file may have in receivers which no route uses. */
const UNSUPPORTED = [
  'discord',
  'incidentio',
  'jira',
  'mattermost',
  'msteams',
  'msteamsv2',
  'opsgenie',
  'pushover',
  'rocketchat',
  'sns',
  'telegram',
  'victorops',
  'webex',
  'wechat',
]
  .map((kind) => ({ kind, key: `${kind}_configs` }))
  .filter(({ key }) => integrationConfigs.every((supported) => supported.key !== key))

const KEYS = [
  'name',
  'labels',
  'fallback',
  ...integrationConfigs.map((kind) => kind.key),
  ...UNSUPPORTED.map((kind) => kind.key),
]

export interface ReceiverContext {
  readonly global: Section | null
  /** Folder of the file. */
  readonly baseDir: string
}

export interface CompiledReceiver extends Receiver {
  /** Kinds it has that we cannot send to: it must not be used. */
  readonly unsupported: readonly string[]
}

/** All receivers by name, with their fallbacks checked. */
export function compileReceivers(
  root: Section,
  context: ReceiverContext,
): ReadonlyMap<string, CompiledReceiver> {
  const receivers = new Map<string, CompiledReceiver>()
  const fallbacks: Array<{ readonly section: Section; readonly receiver: CompiledReceiver }> = []
  for (const section of listItems(root, 'receivers')) {
    if (section === null) continue
    const receiver = compileReceiver(section, context)
    if (receiver === null) continue
    if (receivers.has(receiver.name)) {
      section.report(['name'], `receiver "${receiver.name}" is there twice: names are unique`)
    }
    receivers.set(receiver.name, receiver)
    if (receiver.fallback !== null) fallbacks.push({ section, receiver })
  }
  for (const { section, receiver } of fallbacks) {
    const problem = fallbackProblem(receiver, receivers)
    if (problem !== null) section.report(['fallback'], problem)
  }
  return receivers
}

/** Why a receiver cannot be used where it is named, or null. */
export function receiverProblem(
  name: string,
  receivers: ReadonlyMap<string, CompiledReceiver>,
): string | null {
  const receiver = receivers.get(name)
  if (receiver === undefined) {
    const near = nearest(name, [...receivers.keys()])
    return `receiver "${name}" does not exist${near === null ? '' : `; did you mean "${near}"?`}`
  }
  const [kind] = receiver.unsupported
  if (kind === undefined) return null
  const supported = integrationConfigs.map((known) => known.key).join(', ')
  return `receiver "${name}" has ${kind}_configs, which is not supported yet; supported are ${supported}`
}

function fallbackProblem(
  receiver: CompiledReceiver,
  receivers: ReadonlyMap<string, CompiledReceiver>,
): string | null {
  const chain = [receiver.name]
  for (let next = receiver.fallback; next !== null;) {
    chain.push(next)
    if (next === receiver.name) return `the fallback leads back: ${chain.join(' -> ')}`
    if (chain.indexOf(next) < chain.length - 1) return null // a cycle further on, reported there
    if (chain.length === 2) {
      const problem = receiverProblem(next, receivers)
      if (problem !== null) return problem
    }
    next = receivers.get(next)?.fallback ?? null
  }
  return null
}

function compileReceiver(section: Section, context: ReceiverContext): CompiledReceiver | null {
  checkKeys(section, KEYS)
  const name = readString(section, 'name')
  if (name === null) {
    section.report([], 'a receiver needs a name')
    return null
  }
  const label = readTextMap(section, 'labels')?.['name']
  if (label !== undefined && label !== name) {
    section.report(['labels', 'name'], `the label name is always the receiver's name, "${name}"`)
  }
  return {
    name,
    fallback: readString(section, 'fallback'),
    integrations: integrationConfigs.flatMap((kind) =>
      compileIntegrations(section, name, kind, context),
    ),
    unsupported: UNSUPPORTED.filter(({ key }) => listItems(section, key).length > 0).map(
      ({ kind }) => kind,
    ),
  }
}

function compileIntegrations(
  section: Section,
  receiver: string,
  known: IntegrationConfigKind,
  { global, baseDir }: ReceiverContext,
): readonly Integration[] {
  const { kind, key } = known
  return listItems(section, key).flatMap((item, index): Integration[] => {
    if (item === null) return []
    const compiled = known.compile({
      value: item.value,
      text: (path) => item.text(path),
      report: (path, message, severity) => item.report(path, message, severity),
      global: global?.value ?? {},
      globalText: (path) => (global === null ? null : global.text(path)),
      baseDir,
    })
    return compiled === null
      ? []
      : [{ key: `${receiver}/${kind}/${index}`, kind, index, ...compiled }]
  })
}
