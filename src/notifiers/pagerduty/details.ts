import { alertJson } from '../message/alertJson.ts'
import { renderFitting } from '../message/fieldRenderer.ts'
import type { FieldRenderer } from '../message/fieldRenderer.ts'
import { valueJson } from '../message/goJson.ts'
import { firingCount, moreAlerts } from '../message/plainText.ts'
import { renderStructure } from '../message/structure.ts'
import type { MessageData } from '../notifier.ts'

/** Room for the details in bytes of JSON; the event as a whole may have 512,000. */
const LIMITS = { maxAlerts: 500, maxLength: 380_000 }

/**
 * The incident's details: Alertmanager's four built-in ones, and the configured ones over them. As many alerts as there is
 * room for; `omitted` counts the others and links to them.
 */
export function renderDetails(
  configured: Readonly<Record<string, unknown>>,
  data: MessageData,
  renderer: FieldRenderer,
): object {
  const firing = firingCount(data)
  const counts = { num_firing: firing, num_resolved: data.alerts.length - firing }
  const fitting = renderFitting(
    data,
    LIMITS,
    (view) =>
      valueJson({
        ...(Object.hasOwn(configured, 'firing') ? {} : { firing: alertsOf(view, 'firing') }),
        ...(Object.hasOwn(configured, 'resolved') ? {} : { resolved: alertsOf(view, 'resolved') }),
        ...counts,
        ...renderConfigured(configured, view, renderer),
      }),
    (json) => Buffer.byteLength(json),
  )
  if (fitting === null) return counts
  const details = JSON.parse(fitting.text) as object
  return fitting.omitted > 0 ? { ...details, omitted: moreAlerts(fitting.omitted, data) } : details
}

function alertsOf(view: MessageData, status: 'firing' | 'resolved'): readonly unknown[] {
  return view.alerts
    .filter((alert) => alert.status === status)
    .map((alert) => JSON.parse(alertJson(alert)) as unknown)
}

/** A detail whose template fails says so in its place. */
function renderConfigured(
  configured: Readonly<Record<string, unknown>>,
  view: MessageData,
  renderer: FieldRenderer,
): object {
  const rendered = renderStructure(
    configured,
    (source) => renderer.text('details', source, view) ?? '(its template failed)',
    1,
  )
  return rendered as object
}
