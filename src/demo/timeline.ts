import pc from 'picocolors'
import type { HistoryEntry } from '../store/historyStore.ts'

type Paint = (text: string) => string
type Detail = NonNullable<HistoryEntry['detail']>
type Fact = Detail[string]

/** Width of the column that says what happened, and of the one that says to whom. */
const WHAT_WIDTH = 22
const SUBJECT_WIDTH = 24
/** Longer details are cut: the history API has them whole. */
const MAX_FACTS = 120

/**
 * One line of the timeline for people who watch a terminal: time first, then what, whom it is about, and the details.
 * Null for entries that nobody wants to watch. Coloured when the terminal takes colours.
 */
export function formatTimeline(entry: HistoryEntry): string | null {
  if (isQuiet(entry)) return null
  return timelineLine(entry.at, entry.what, subject(entry), facts(entry), paintOf(entry))
}

/** A line in the timeline's columns; `at` is epoch ms, shown in local time. */
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
    clean(details),
  ]
  return columns.join('  ').trimEnd()
}

/** Refreshes of annotations and evaluations without news are for the history, not for the screen. */
function isQuiet(entry: HistoryEntry): boolean {
  return entry.kind === 'transition' && entry.what === 'refreshed'
}

function subject(entry: HistoryEntry): string {
  const detail = entry.detail ?? {}
  const name = entry.alertname ?? groupName(entry.groupKey) ?? ''
  const where = detail['service'] ?? detail['instance']
  return typeof where === 'string' && where !== '' ? `${name} ${where}`.trim() : name
}

/** The labels of a group key such as `{}/{team="db"}:{service="checkout"}`, without the route. */
function groupName(groupKey: string | undefined): string | undefined {
  if (groupKey === undefined) return undefined
  const labels = /:(\{[^{}]*\})$/.exec(groupKey)?.[1] ?? groupKey
  return labels.replaceAll(/[{}"]/g, '')
}

const HIDDEN = new Set(['service', 'instance', 'fingerprint', 'id', 'groupId', 'deliveryId'])
const WORDS: Readonly<Record<string, (value: Fact) => string>> = {
  durationMs: (value) => `${value} ms`,
  attempt: (value) => (Number(value) > 1 ? `attempt ${value}` : ''),
  integration: String,
  receiver: (value) => `to ${value}`,
  note: (value) => `"${value}"`,
  comment: (value) => `"${value}"`,
  reason: String,
  answer: String,
  error: String,
}

function facts(entry: HistoryEntry): string {
  const detail = entry.detail ?? {}
  const parts = Object.entries(detail)
    .filter(([name, value]) => !HIDDEN.has(name) && value !== null && value !== '')
    .map(([name, value]) => (WORDS[name] ?? ((fact) => `${name} ${fact}`))(value))
  const by = entry.by === undefined ? [] : [`by ${entry.by}`]
  const text = [...by, ...parts].filter((part) => part !== '').join(', ')
  return text.length > MAX_FACTS ? `${text.slice(0, MAX_FACTS - 1)}…` : text
}

const BAD = /fail|dead|error|gave up|bad|rejected|unavailable/
const GOOD = /^(?:resolved|delivered|cleared|all resolved|all alerts resolved)/

function paintOf({ kind, what }: HistoryEntry): Paint {
  if (BAD.test(what)) return pc.red
  if (GOOD.test(what)) return pc.green
  if (kind === 'action' || kind === 'reload') return pc.magenta
  if (kind === 'flush') return pc.cyan
  if (kind === 'delivery') return pc.yellow
  return what.startsWith('firing') ? pc.red : pc.yellow
}

function clockTime(at: number): string {
  const time = new Date(at)
  const parts = [time.getHours(), time.getMinutes(), time.getSeconds()]
  return parts.map((part) => String(part).padStart(2, '0')).join(':')
}

/** Text from alerts and providers may hold line ends and terminal sequences: neither belongs on this screen. */
function clean(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/\p{Cc}/gu, '')
}
