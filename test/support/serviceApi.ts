import type { ServiceProcess } from './service.ts'

/** An alert as `GET /v1/alerts` lists it. */
export interface ListedAlert {
  readonly fingerprint: string
  readonly state: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly activeAt: string
  readonly startsAt: string
  readonly endsAt: string | null
}

/** A row of the ledger as `GET /v1/notifications` lists it. */
export interface ListedRow {
  readonly id: string
  readonly status: string
  readonly note: string
  readonly receiver: string
  readonly kind: string
  readonly reason: string
  readonly attempts: ReadonlyArray<{ readonly result: string; readonly answer: string }>
}

export interface ListedRule {
  readonly name: string
  readonly health: string
  readonly lastError: string
}

export interface Status {
  readonly ready: boolean
  readonly notifications: Readonly<Record<string, number>>
  readonly alerts: Readonly<Record<string, number>>
}

/** Alerts in any of the states; without: all that have not ended. */
export async function alertsOf(
  service: ServiceProcess,
  ...states: readonly string[]
): Promise<readonly ListedAlert[]> {
  const query = states.map((state) => `&state=${state}`).join('')
  const { alerts } = await read<{ alerts: ListedAlert[] }>(service, `/v1/alerts?limit=1000${query}`)
  return alerts
}

/** The ledger, newest first. */
export async function rowsOf(service: ServiceProcess): Promise<readonly ListedRow[]> {
  const page = await read<{ notifications: ListedRow[] }>(service, '/v1/notifications?limit=1000')
  return page.notifications
}

export async function rulesOf(service: ServiceProcess): Promise<readonly ListedRule[]> {
  const { groups } = await read<{ groups: Array<{ rules: ListedRule[] }> }>(service, '/v1/rules')
  return groups.flatMap((group) => group.rules)
}

export async function statusOf(service: ServiceProcess): Promise<Status> {
  return read<Status>(service, '/v1/status')
}

/** Whether no notification waits or is being sent. */
export async function isDelivered(service: ServiceProcess): Promise<boolean> {
  const { notifications } = await statusOf(service)
  const { waiting, sending } = notifications
  return waiting === 0 && sending === 0
}

async function read<T>(service: ServiceProcess, path: string): Promise<T> {
  const answer = await service.get(path)
  if (answer.status === 200) return answer.json as T
  throw new Error(`${path} answered ${answer.status}: ${answer.text}`)
}
