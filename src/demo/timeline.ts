import pc from 'picocolors'
import type { HistoryEntry } from '../store/historyStore.ts'

type Paint = (text: string) => string
type Detail = NonNullable<HistoryEntry['detail']>

/** Widths of the columns that say what happened, and to whom. */
const WHAT_WIDTH = 26
const SUBJECT_WIDTH = 18
/** Longer details are cut: the history API has them whole. */
const MAX_DETAILS = 140

/**
 * One line of the timeline for people who watch a terminal: time first (local), then what, whom it is about, and the
 * details. Null for entries that nobody wants to watch. Coloured when the terminal takes colours.
 */
export function formatTimeline(entry: HistoryEntry): string | null {
  if (entry.kind === 'transition' && entry.what === 'refreshed') return null
  const details = DETAILS[entry.kind](entry.detail ?? {}, entry)
  const text = details.filter((part) => part !== '').join(', ')
  return timelineLine(entry.at, entry.what, subject(entry), text, paintOf(entry))
}

/** A line in the timeline's columns; `at` is epoch ms. */
export function timelineLine(
  at: number,
  what: string,
  about: string,
  details: string,
  paint: Paint = String,
): string {
  const columns = [
    pc.dim(clockTime(at)),
    paint(clean(what).padEnd(WHAT_WIDTH)),
    clean(about).padEnd(SUBJECT_WIDTH),
    shorten(clean(details)),
  ]
  return columns.join('  ').trimEnd()
}

function subject({ alertname, groupKey }: HistoryEntry): string {
  return alertname || groupLabels(groupKey ?? '')
}

/** The labels of a group key: `{}/{team="db"}:{service="checkout"}` is about `service=checkout`. */
function groupLabels(groupKey: string): string {
  const labels = groupKey.slice(groupKey.lastIndexOf(':{') + 1)
  return labels.replaceAll(/[{}"]/g, '') || 'all alerts'
}

const DETAILS: Readonly<
  Record<HistoryEntry['kind'], (detail: Detail, entry: HistoryEntry) => readonly string[]>
> = {
  transition: (detail) => [
    textOf(detail['labels']),
    prefixed('value ', shortNumber(textOf(detail['value']))),
    textOf(detail['cause']),
  ],
  flush: (detail) => [
    addressee(detail),
    prefixed('by ', textOf(detail['by'])),
    counted(detail, 'firing'),
    counted(detail, 'resolved'),
  ],
  delivery: (detail) => [
    addressee(detail),
    textOf(detail['answer']),
    textOf(detail['note']),
    Number(detail['attempt']) > 1 ? `attempt ${detail['attempt']}` : '',
    Number(detail['durationMs']) > 0 ? `${detail['durationMs']} ms` : '',
    typeof detail['nextAttemptAt'] === 'number'
      ? `again at ${clockTime(detail['nextAttemptAt'])}`
      : '',
  ],
  action: generic,
  reload: generic,
}

/** `slack to on-call`, from the integration `on-call/slack/0` and the receiver. */
function addressee(detail: Detail): string {
  const receiver = textOf(detail['receiver'])
  const kind = textOf(detail['integration']).split('/').at(-2)
  return kind === undefined ? prefixed('to ', receiver) : `${kind} to ${receiver}`
}

function counted(detail: Detail, name: 'firing' | 'resolved'): string {
  return Number(detail[name]) > 0 ? `${detail[name]} ${name}` : ''
}

function generic(detail: Detail, entry: HistoryEntry): readonly string[] {
  const parts = Object.entries(detail).map(([name, value]) => prefixed(`${name} `, textOf(value)))
  return [prefixed('by ', entry.by ?? ''), ...parts]
}

function prefixed(prefix: string, text: string): string {
  return text === '' ? '' : prefix + text
}

function textOf(value: Detail[string] | undefined): string {
  return value === undefined || value === null ? '' : String(value)
}

/** `0.25431234` is `0.2543` to a person. */
function shortNumber(text: string): string {
  const value = Number(text)
  if (text === '' || !Number.isFinite(value) || Number.isInteger(value)) return text
  return String(Number(value.toPrecision(4)))
}

const BAD = /^(?:dead|retry|fallback)|bad|fail/
const GOOD = /^(?:resolved|delivered|cleared|all alerts resolved|some alerts resolved)/

function paintOf({ kind, what }: HistoryEntry): Paint {
  if (BAD.test(what)) return pc.red
  if (GOOD.test(what)) return pc.green
  switch (kind) {
    case 'transition':
      return what === 'firing' ? pc.red : pc.yellow
    case 'flush':
      return pc.cyan
    case 'delivery':
      return pc.yellow
    case 'action':
    case 'reload':
      return pc.magenta
  }
}

function clockTime(at: number): string {
  const time = new Date(at)
  const parts = [time.getHours(), time.getMinutes(), time.getSeconds()]
  return parts.map((part) => String(part).padStart(2, '0')).join(':')
}

function shorten(text: string): string {
  return text.length > MAX_DETAILS ? `${text.slice(0, MAX_DETAILS - 1)}…` : text
}

/** Text from alerts and providers may hold line ends and terminal sequences: neither belongs on this screen. */
function clean(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/\p{Cc}/gu, '')
}
