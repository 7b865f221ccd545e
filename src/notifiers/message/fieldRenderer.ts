import { errorText } from '../../core/errors.ts'
import type { MessageTemplates } from '../../templates/messageTemplates.ts'
import type { MessageAlert, MessageData } from '../notifier.ts'
import { cut, ELLIPSIS, oneLine } from './cut.ts'
import { backLink, moreAlerts } from './plainText.ts'

/** Renders the templates of one message. A template that fails costs its own field only, and leaves a warning. */
export interface FieldRenderer {
  /** One sentence for each template that failed, to be shown in the message and in the ledger. */
  readonly warnings: readonly string[]
  /** The rendered text; null when the template failed. */
  text(field: string, source: string, view?: MessageData): string | null
  /** The same with HTML auto-escaping. */
  html(field: string, source: string, view?: MessageData): string | null
  warn(sentence: string): void
}

export function createFieldRenderer(templates: MessageTemplates, data: MessageData): FieldRenderer {
  const warnings: string[] = []
  const warn = (sentence: string): void => {
    if (!warnings.includes(sentence)) warnings.push(sentence)
  }
  const render = (mode: 'text' | 'html', field: string, source: string, view: MessageData) => {
    if (!source.includes('{{')) return source
    try {
      return templates[mode](source, view)
    } catch (error) {
      warn(`template of ${field} failed: ${cut(oneLine(errorText(error)), 300)}`)
      return null
    }
  }
  return {
    warnings,
    warn,
    text: (field, source, view = data) => render('text', field, source, view),
    html: (field, source, view = data) => render('html', field, source, view),
  }
}

/** The sentences that must be seen in every channel: why the message comes this way, and what failed in making it. */
export function noticesOf(data: MessageData, renderer: FieldRenderer): readonly string[] {
  return [data.notice, ...renderer.warnings].filter((sentence) => sentence !== '')
}

/** Labels of absurd length must not make a first attempt that takes seconds. */
const MAX_RAW_CHARACTERS = 4_000_000

const LISTS_ALERTS = /\{\{[^}]*\b(?:range|template|block|toJson)\b/

/**
 * Renders a body that lists alerts with as many of them (firing ones first) as fit: at most `maxAlerts`, and fewer until
 * the text is no longer than `maxLength`. Null when the template failed. A body of one alert may still be too long.
 */
export function renderFitting(
  data: MessageData,
  limits: { readonly maxAlerts: number; readonly maxLength: number },
  render: (view: MessageData) => string | null,
  lengthOf: (text: string) => number = (text) => text.length,
): { readonly text: string; readonly omitted: number } | null {
  const total = data.alerts.length
  let count = countWithin(data, Math.min(total, limits.maxAlerts))
  let before = Infinity
  for (;;) {
    const text = render(count === total ? data : { ...data, alerts: firingFirst(data, count) })
    if (text === null) return null
    const length = lengthOf(text)
    const isFinal = length <= limits.maxLength || count <= 1 || length >= before
    if (isFinal) return { text, omitted: total - count }
    before = length
    count = Math.max(1, Math.floor(count * Math.min(0.5, (limits.maxLength * 0.9) / length)))
  }
}

/**
 * A text body from a template, of at most `maxLength` characters: what does not fit is cut, and a count with a link says so.
 * Null when the template failed.
 */
export function boundedText(
  renderer: FieldRenderer,
  field: string,
  source: string,
  data: MessageData,
  limits: { readonly maxAlerts: number; readonly maxLength: number; readonly mark?: string },
): string | null {
  const fitting = renderFitting(data, limitsFor(source, limits), (view) =>
    renderer.text(field, source, view),
  )
  if (fitting === null) return null
  const { text, omitted } = fitting
  if (text.trim() === '' || (omitted === 0 && text.length <= limits.maxLength)) return text
  const tail = omitted > 0 ? `\n${moreAlerts(omitted, data)}` : `\n${backLink(data)}`
  const mark = limits.mark ?? ELLIPSIS
  if (tail.length + mark.length > limits.maxLength / 2) return cut(text, limits.maxLength, mark)
  return cut(text, limits.maxLength - tail.length, mark) + tail
}

/** A template that cannot list alerts sees all of them, so that the counts in it are right. */
function limitsFor<T extends { readonly maxAlerts: number }>(source: string, limits: T): T {
  return LISTS_ALERTS.test(source) ? limits : { ...limits, maxAlerts: Infinity }
}

/** How many of the first `max` alerts stay below MAX_RAW_CHARACTERS together; at least one. */
function countWithin(data: MessageData, max: number): number {
  let room = MAX_RAW_CHARACTERS
  for (let i = 0; i < max; i++) {
    const alert = data.alerts[i] as MessageAlert
    room -= textLength(alert.labels) + textLength(alert.annotations)
    if (room < 0) return Math.max(1, i)
  }
  return max
}

function textLength(labels: MessageAlert['labels']): number {
  let length = 0
  for (const name in labels) length += name.length + (labels[name] as string).length
  return length
}

function firingFirst(data: MessageData, count: number): MessageData['alerts'] {
  const firing = data.alerts.filter((alert) => alert.status === 'firing').slice(0, count)
  const rest = data.alerts.filter((alert) => alert.status !== 'firing')
  return [...firing, ...rest.slice(0, count - firing.length)]
}
