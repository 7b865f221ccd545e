import { noticesOf, renderFitting } from '../message/fieldRenderer.ts'
import type { FieldRenderer } from '../message/fieldRenderer.ts'
import { moreAlerts, plainText } from '../message/plainText.ts'
import type { MessageData } from '../notifier.ts'

/** Mail servers refuse messages of some megabytes, and readers cut them much earlier. */
const LIMITS = { maxAlerts: 200, maxLength: 700_000 }

/**
 * The HTML part with its notices at the top. A template that fails, or whose result is too large even for one alert, is
 * replaced by our plain text. '' when no HTML part is wanted.
 */
export function htmlBody(source: string, data: MessageData, renderer: FieldRenderer): string {
  if (source === '') return ''
  const fitting = renderFitting(data, LIMITS, (view) => renderer.html('html', source, view))
  if (fitting !== null && fitting.text.length <= LIMITS.maxLength) {
    const more = fitting.omitted > 0 ? [moreText(data, fitting.omitted)] : []
    return withBanner(fitting.text, [...noticesOf(data, renderer), ...more])
  }
  if (fitting !== null) renderer.warn('template of html gave too much text: ours is sent instead')
  const text = plainText(data, noticesOf(data, renderer), { maxAlerts: 200, maxLength: 100_000 })
  return `<!DOCTYPE html><html><body><pre style="white-space:pre-wrap">${escapeHtml(text)}</pre></body></html>`
}

function moreText(data: MessageData, omitted: number): string {
  const shown = data.alerts.length - omitted
  return `Only ${shown} alerts are shown here, ${moreAlerts(omitted, data)}`
}

/** Puts the sentences where a reader sees them first: right after the body tag, or at the start of a fragment. */
function withBanner(html: string, sentences: readonly string[]): string {
  if (sentences.length === 0) return html
  const style =
    'margin:8px;padding:8px 12px;border:1px solid #d9a400;background:#fff8e1;color:#333;font:14px sans-serif'
  const banner = sentences.map((text) => `<p style="${style}">${escapeHtml(text)}</p>`).join('')
  const body = /<body[^>]*>/i.exec(html)
  const at = body === null ? 0 : body.index + body[0].length
  return html.slice(0, at) + banner + html.slice(at)
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
