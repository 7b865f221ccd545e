import { sortedNames } from '../core/labels.ts'
import type { Labels } from '../core/labels.ts'
import type { MessageAlert, MessageData } from '../notifiers/notifier.ts'
import { asList, asStruct, asText, STRINGS } from './engine/params.ts'
import { timeFromMs, ZERO_TIME } from './engine/timeValue.ts'
import { stringList } from './engine/stringList.ts'
import { List, StringMap, Struct } from './engine/value.ts'
import type { Method, Methods, StructType, Value } from './engine/value.ts'

const roots = new WeakMap<MessageData, Struct>()

/** The `.` of message templates: Alertmanager's `template.Data`, with `.Notice` and each alert's `.Ack` added. */
export function messageValue(data: MessageData): Struct {
  let root = roots.get(data)
  if (root === undefined) {
    root = new Struct(DATA_TYPE, () => dataFields(data))
    roots.set(data, root)
  }
  return root
}

const DATA_TYPE: StructType = {
  name: '*template.Data',
  fields: [
    { name: 'Receiver', json: 'receiver' },
    { name: 'Status', json: 'status' },
    { name: 'Alerts', json: 'alerts' },
    { name: 'NotificationReason', json: 'notification_reason' },
    { name: 'GroupLabels', json: 'groupLabels' },
    { name: 'CommonLabels', json: 'commonLabels' },
    { name: 'CommonAnnotations', json: 'commonAnnotations' },
    { name: 'RouteLabels', json: 'routeLabels' },
    { name: 'ExternalURL', json: 'externalURL' },
    { name: 'Notice', json: null },
  ],
}

function dataFields(data: MessageData): ReadonlyMap<string, Value> {
  return new Map<string, Value>([
    ['Receiver', data.receiver],
    ['Status', data.status],
    ['Alerts', alertList(data.alerts.map(alertValue))],
    ['NotificationReason', data.reasonText],
    ['GroupLabels', keyValues(data.groupLabels)],
    ['CommonLabels', keyValues(data.commonLabels)],
    ['CommonAnnotations', keyValues(data.commonAnnotations)],
    ['RouteLabels', keyValues({})],
    ['ExternalURL', data.externalURL],
    ['Notice', data.notice],
  ])
}

const ALERT_TYPE: StructType = {
  name: 'template.Alert',
  fields: [
    { name: 'Status', json: 'status' },
    { name: 'Labels', json: 'labels' },
    { name: 'Annotations', json: 'annotations' },
    { name: 'StartsAt', json: 'startsAt' },
    { name: 'EndsAt', json: 'endsAt' },
    { name: 'GeneratorURL', json: 'generatorURL' },
    { name: 'Fingerprint', json: 'fingerprint' },
    { name: 'Ack', json: null },
  ],
}
const ACK_TYPE: StructType = {
  name: '*template.Ack',
  fields: [
    { name: 'By', json: 'by' },
    { name: 'Note', json: 'note' },
  ],
}

function alertValue(alert: MessageAlert): Struct {
  return new Struct(ALERT_TYPE, () => {
    return new Map<string, Value>([
      ['Status', alert.status],
      ['Labels', keyValues(alert.labels)],
      ['Annotations', keyValues(alert.annotations)],
      ['StartsAt', timeFromMs(alert.startsAt)],
      ['EndsAt', alert.endsAt === null ? ZERO_TIME : timeFromMs(alert.endsAt)],
      ['GeneratorURL', alert.generatorURL],
      ['Fingerprint', alert.fingerprint],
      ['Ack', alert.ack === null ? null : ackValue(alert.ack)],
    ])
  })
}

function ackValue(ack: { readonly by: string; readonly note: string }): Struct {
  const values = new Map([
    ['By', ack.by],
    ['Note', ack.note],
  ])
  return new Struct(ACK_TYPE, () => values)
}

function alertList(alerts: readonly Value[]): List {
  return new List(alerts, 'template.Alerts', ALERTS_METHODS)
}

function withStatus(status: MessageAlert['status']): Method<List> {
  return {
    params: [],
    call: (self) =>
      alertList(self.items.filter((a) => a instanceof Struct && a.values.get('Status') === status)),
  }
}

const ALERTS_METHODS: Methods<List> = new Map([
  ['Firing', withStatus('firing')],
  ['Resolved', withStatus('resolved')],
])

/** Alertmanager's KV: a label set whose pairs come with `alertname` first. */
function keyValues(entries: Labels): StringMap {
  return new StringMap(entries, 'template.KV', KV_METHODS)
}

function orderedNames(entries: Labels): string[] {
  const rest = sortedNames(entries).filter((name) => name !== 'alertname')
  return Object.hasOwn(entries, 'alertname') ? ['alertname', ...rest] : rest
}

const KV_METHODS: Methods<StringMap> = new Map<string, Method<StringMap>>([
  ['SortedPairs', { params: [], call: ({ entries }) => pairList(entries, orderedNames(entries)) }],
  ['Names', { params: [], call: ({ entries }) => stringList(orderedNames(entries)) }],
  [
    'Values',
    {
      params: [],
      call: (self) => stringList(orderedNames(self.entries).map((name) => self.get(name))),
    },
  ],
  ['Remove', { params: [STRINGS], call: (self, [names]) => without(self, names ?? null) }],
  [
    'String',
    { params: [], call: ({ entries }) => pairsText(pairList(entries, orderedNames(entries))) },
  ],
])

function without(self: StringMap, names: Value): StringMap {
  const removed = new Set(names === null ? [] : asList(names).items)
  const kept = Object.entries(self.entries).filter(([name]) => !removed.has(name))
  return keyValues(Object.assign(Object.create(null), Object.fromEntries(kept)) as Labels)
}

const PAIR_TYPE: StructType = {
  name: 'template.Pair',
  fields: [
    { name: 'Name', json: 'Name' },
    { name: 'Value', json: 'Value' },
  ],
}

function pairList(entries: Labels, names: readonly string[]): List {
  const pairs = names.map((name) => {
    return new Struct(
      PAIR_TYPE,
      () =>
        new Map([
          ['Name', name],
          ['Value', entries[name] ?? ''],
        ]),
    )
  })
  return new List(pairs, 'template.Pairs', PAIRS_METHODS)
}

function partsOf(pairs: List, part: 'Name' | 'Value'): string[] {
  return pairs.items.map((pair) => {
    return asText(asStruct(pair).values.get(part))
  })
}

function pairsText(pairs: List): string {
  const values = partsOf(pairs, 'Value')
  return partsOf(pairs, 'Name')
    .map((name, i) => `${name}=${values[i]}`)
    .join(', ')
}

const PAIRS_METHODS: Methods<List> = new Map<string, Method<List>>([
  ['Names', { params: [], call: (self) => stringList(partsOf(self, 'Name')) }],
  ['Values', { params: [], call: (self) => stringList(partsOf(self, 'Value')) }],
  ['String', { params: [], call: pairsText }],
])
