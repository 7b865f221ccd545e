import { isOver, ruleHolder } from '../core/alert.ts'
import type { AlertRecord, Transition } from '../core/alert.ts'
import { fingerprint } from '../core/labels.ts'
import type { TransitionOrigin } from '../store/evaluationStore.ts'
import type { IncomingAlert } from './incomingAlert.ts'
import { mergePeriods, overlaps } from './period.ts'
import type { Period } from './period.ts'

const API = 'api'

/**
 * The record after a client posted the alert at `now`: Alertmanager's merge (`provider/mem`, `alert/alert.go`). While a rule
 * of ours holds the alert firing, the rule says what it is and when it ends, and the client only holds it too.
 * May return `current` itself when nothing changes.
 */
export function mergeIncoming(
  current: AlertRecord | undefined,
  incoming: IncomingAlert,
  now: number,
): AlertRecord {
  const active = incoming.endsAt > now
  if (current === undefined) return posted(incoming, incoming, now)
  if (current.endsAt === null) {
    if (current.status === 'firing') return heldByApi(current, active ? incoming.endsAt : null)
    return active ? { ...posted(incoming, incoming, now), ...heardOf(current) } : current
  }
  const old: Period = { ...current, endsAt: current.endsAt }
  const overlap = overlaps(old, incoming)
  const period = overlap ? mergePeriods(old, incoming, now) : incoming
  const younger = overlap && incoming.updatedAt < current.updatedAt ? current : incoming
  const { startsAt } = period
  const goesOn = !isOver(current, now) && !isOver(period, now) && startsAt < old.endsAt
  const ack = goesOn && current.ack !== null ? { ...current.ack, occurrence: startsAt } : null
  return { ...posted(younger, period, now), ack, ...heardOf(current) }
}

/**
 * The record after one transition of one of our rules; null: remove it; the same object (or undefined): nothing changes.
 * An alert ends when nobody holds it any more, so one rule's end does not end what another rule or a client reports.
 * Applying a transition twice, or an older one after newer ones, changes nothing.
 */
export function applyTransition(
  current: AlertRecord | undefined,
  transition: Transition,
  origin: TransitionOrigin,
): AlertRecord | null | undefined {
  const holder = ruleHolder(origin.groupId, transition.ruleKey)
  const ends = transition.kind === 'resolved' || transition.kind === 'cleared'
  const heardAt = current?.heard?.[holder] ?? -Infinity
  const order = orderOf(transition)
  if (order < heardAt || (order === heardAt && !ends)) return current
  switch (transition.kind) {
    case 'pending':
      return pending(current, transition, origin, holder)
    case 'firing':
    case 'refreshed':
      return firing(current, transition, origin, holder)
    case 'resolved':
      return current === undefined
        ? endedUnseen(transition, origin, holder)
        : released(current, transition, holder)
    case 'cleared':
      return current === undefined ? undefined : released(current, transition, holder)
  }
}

/** Shows only where nothing else is known: a firing alert stays firing, and an ended one must still be told as ended. */
function pending(
  current: AlertRecord | undefined,
  transition: Transition,
  origin: TransitionOrigin,
  holder: string,
): AlertRecord | undefined {
  if (current !== undefined && current.status !== 'pending') return current
  const { activeAt } = transition
  return {
    ...begun(current, transition, origin, holder),
    status: 'pending',
    activeAt,
    startsAt: activeAt,
    heldBy: withHolder(current?.heldBy ?? [], holder),
  }
}

function firing(
  current: AlertRecord | undefined,
  transition: Transition,
  origin: TransitionOrigin,
  holder: string,
): AlertRecord {
  const record = begun(current, transition, origin, holder)
  if (current?.status !== 'firing' || isOver(current, transition.at)) {
    const startsAt = transition.firedAt ?? transition.at
    return {
      ...record,
      status: 'firing',
      activeAt: transition.activeAt,
      startsAt,
      heldBy: [holder],
    }
  }
  const { activeAt, startsAt, ack, timeout } = current
  const apiEndsAt = current.endsAt ?? current.apiEndsAt
  return {
    ...record,
    status: 'firing',
    activeAt,
    startsAt,
    timeout,
    ack,
    heldBy: withHolder(current.heldBy, holder),
    ...(apiEndsAt === undefined ? {} : { apiEndsAt }),
  }
}

/** A rule lets go of an alert. */
function released(
  current: AlertRecord,
  transition: Transition,
  holder: string,
): AlertRecord | null {
  if (!current.heldBy.includes(holder)) return current
  const { at } = transition
  const { apiEndsAt, ...rest } = current
  const apiOver = (apiEndsAt ?? at) <= at
  const heldBy = current.heldBy.filter((other) => other !== holder && !(other === API && apiOver))
  const updatedAt = Math.max(current.updatedAt, at)
  const next = { ...rest, heldBy, updatedAt, ...heardOf(current, holder, orderOf(transition)) }
  if (heldBy.length === 0) {
    if (current.status === 'pending') return null
    return { ...next, status: 'resolved', endsAt: at, timeout: false, ack: null }
  }
  if (apiEndsAt === undefined || !heldBy.includes(API)) return next
  return heldBy.length === 1 ? { ...next, endsAt: apiEndsAt } : { ...next, apiEndsAt }
}

/** An end of which no begin is known (the record was lost): kept, so that whoever heard of the begin hears of the end. */
function endedUnseen(
  transition: Transition,
  origin: TransitionOrigin,
  holder: string,
): AlertRecord | undefined {
  if (transition.firedAt === undefined) return undefined
  return {
    ...begun(undefined, transition, origin, holder),
    status: 'resolved',
    activeAt: transition.activeAt,
    startsAt: transition.firedAt,
    endsAt: transition.at,
    heldBy: [],
  }
}

function begun(
  current: AlertRecord | undefined,
  transition: Transition,
  { groupId, version }: TransitionOrigin,
  holder: string,
): Omit<AlertRecord, 'status' | 'activeAt' | 'startsAt' | 'heldBy' | 'apiEndsAt'> {
  const { ruleKey, at } = transition
  return {
    fingerprint: transition.fingerprint,
    labels: transition.labels,
    annotations: transition.annotations ?? current?.annotations ?? {},
    endsAt: null,
    timeout: false,
    updatedAt: Math.max(current?.updatedAt ?? at, at),
    generatorURL: transition.generatorURL ?? current?.generatorURL ?? '',
    value: transition.value ?? current?.value ?? '',
    source: { kind: 'rule', groupId, ruleKey, version },
    ack: null,
    ...heardOf(current, holder, orderOf(transition)),
  }
}

/** What tells a replay from news; the time itself, unless the wall clock went back. */
function orderOf({ order, at }: Transition): number {
  return order ?? at
}

function heardOf(
  current: AlertRecord | undefined,
  holder?: string,
  at?: number,
): Pick<AlertRecord, 'heard'> {
  if (holder !== undefined && at !== undefined)
    return { heard: { ...current?.heard, [holder]: at } }
  return current?.heard === undefined ? {} : { heard: current.heard }
}

function withHolder(heldBy: readonly string[], holder: string): readonly string[] {
  return heldBy.includes(holder) ? heldBy : [...heldBy, holder]
}

/** A client reports an alert that a rule holds firing: `endsAt` null when the client says it is over. */
function heldByApi(current: AlertRecord, endsAt: number | null): AlertRecord {
  const { apiEndsAt, ...rest } = current
  if (endsAt === null) {
    if (apiEndsAt === undefined && !current.heldBy.includes(API)) return current
    return { ...rest, heldBy: current.heldBy.filter((holder) => holder !== API) }
  }
  return { ...rest, heldBy: withHolder(current.heldBy, API), apiEndsAt: endsAt }
}

function posted(
  content: Pick<IncomingAlert, 'labels' | 'annotations' | 'generatorURL'>,
  { startsAt, endsAt, timeout, updatedAt }: Period,
  now: number,
): AlertRecord {
  const over = endsAt <= now
  return {
    fingerprint: fingerprint(content.labels),
    labels: content.labels,
    annotations: content.annotations,
    status: over ? 'resolved' : 'firing',
    activeAt: startsAt,
    startsAt,
    endsAt,
    timeout,
    updatedAt,
    generatorURL: content.generatorURL,
    value: '',
    source: { kind: 'api' },
    heldBy: over ? [] : [API],
    ack: null,
  }
}
