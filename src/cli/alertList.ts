import type { alertJson } from '../api/tocsin/alertJson.ts'
import type { ApiClient } from './client.ts'
import type { CliIo } from './io.ts'
import { renderTable } from './table.ts'
import { labelsText, spanText } from './texts.ts'

/** An alert as `GET /v1/alerts` has it. */
export type ListedAlert = ReturnType<typeof alertJson>

const PAGE_SIZE = 5_000

/** Reads alerts, page by page, until all or `limit` of them are there. */
export async function fetchAlerts(
  client: ApiClient,
  query: { readonly states: readonly string[]; readonly match: readonly string[] },
  limit = Infinity,
): Promise<{ readonly alerts: readonly ListedAlert[]; readonly total: number }> {
  const alerts: ListedAlert[] = []
  let after: string | null = null
  for (;;) {
    const parameters = new URLSearchParams({
      limit: String(Math.min(PAGE_SIZE, limit - alerts.length)),
    })
    for (const state of query.states) parameters.append('state', state)
    for (const match of query.match) parameters.append('match', match)
    if (after !== null) parameters.set('after', after)
    const page: { alerts: ListedAlert[]; total: number; next: string | null } =
      await client.request('GET', `/v1/alerts?${parameters.toString()}`)
    alerts.push(...page.alerts)
    after = page.next
    if (after === null || alerts.length >= limit) return { alerts, total: page.total }
  }
}

/** A table of alerts, as wide as the screen at most. */
export function alertTable(alerts: readonly ListedAlert[], io: CliIo): string {
  const rows = alerts.map((alert) => [
    alert.state,
    alert.labels['alertname'] ?? '',
    spanText(io.now() - Date.parse(alert.startsAt)),
    alert.fingerprint,
    alert.ack === null ? labelsText(alert.labels) : `(${alert.ack.by}) ${labelsText(alert.labels)}`,
  ])
  return renderTable(rows, {
    header: ['STATE', 'ALERT', 'SINCE', 'FINGERPRINT', 'LABELS'],
    maxWidth: io.columns,
    flexible: [4, 1],
  })
}
