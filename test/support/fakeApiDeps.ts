import type { ApiDeps } from '../../src/api/deps.ts'
import type { Config, TokenConfig } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { AlertRecord } from '../../src/core/alert.ts'
import { compileMatchers } from '../../src/core/matcher.ts'
import type { IncomingAlert } from '../../src/routing/incomingAlert.ts'
import { silenceState } from '../../src/routing/silence.ts'
import type { Silence } from '../../src/routing/silence.ts'
import type { AlertView } from '../../src/store/alertStore.ts'
import type { DeliveryRow, GroupSummary } from '../../src/store/groupStore.ts'
import type { HistoryEntry } from '../../src/store/historyStore.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { START } from './alertBuilder.ts'
import { createFakeClock } from './fakeClock.ts'
import type { FakeClock } from './fakeClock.ts'

/** What a test put in, and what the servers did with it. */
export interface FakeApi {
  readonly deps: ApiDeps
  readonly clock: FakeClock
  readonly alerts: Map<string, AlertRecord>
  readonly silences: Silence[]
  readonly groups: GroupSummary[]
  readonly rows: Map<string, DeliveryRow>
  readonly history: HistoryEntry[]
  readonly accepted: IncomingAlert[]
  readonly hints: string[]
  readonly logLines: string[]
}

/** Ports kept in memory that hold their promises as far as one process can tell. */
export function fakeApi(over: Partial<ApiDeps> = {}): FakeApi {
  const clock = createFakeClock(START)
  const alerts = new Map<string, AlertRecord>()
  const silences: Silence[] = []
  const groups: GroupSummary[] = []
  const rows = new Map<string, DeliveryRow>()
  const history: HistoryEntry[] = []
  const accepted: IncomingAlert[] = []
  const hints: string[] = []
  const logLines: string[] = []
  let ids = 0
  const deps: ApiDeps = {
    alerts: fakeAlertStore(alerts),
    silences: fakeSilenceStore(silences),
    groups: { list: async () => groups },
    ledger: fakeLedger(rows),
    history: {
      append: async (entries) => void history.unshift(...entries),
      read: async ({ fingerprint, kind, from = 0, to = Infinity, limit }) =>
        history
          .filter((e) => fingerprint === undefined || e.fingerprint === fingerprint)
          .filter((e) => kind === undefined || e.kind === kind)
          .filter((e) => e.at >= from && e.at <= to)
          .slice(0, limit),
    },
    evaluations: { health: async (groupIds) => groupIds.map(() => null) },
    intake: { accept: async (incoming) => void accepted.push(...incoming) },
    ruleSet: async () => null,
    notifications: () => ({ config: null, file: null, stale: false, problems: [] }),
    members: async () => [],
    routing: {
      silencedBy: (labels, now) =>
        silences
          .filter((s) => silenceState(s, now) === 'active' && compileMatchers(s.matchers)(labels))
          .map((s) => s.id),
      inhibitedBy: () => [],
      receivers: () => ['team'],
    },
    datasources: async () => [],
    hint: async (kind) => void hints.push(kind),
    reload: async () => ({ ok: true, problems: [] }),
    readiness: async () => ({ ready: true, checks: [] }),
    metrics: createMetrics({ clock, processMetrics: false }),
    config: testConfig(),
    clock,
    newId: () => `id-${++ids}`,
    version: '1.2.3',
    startedAt: START,
    log: createLog({ env: {}, isTty: false, write: (line) => void logLines.push(line) }),
    ...over,
  }
  return { deps, clock, alerts, silences, groups, rows, history, accepted, hints, logLines }
}

/** The default configuration, with tokens when given. */
export function testConfig(tokens: readonly TokenConfig[] = []): Config {
  const { config } = loadConfig({ file: null, env: {}, cwd: '/srv' })
  if (config === null) throw new Error('the default configuration must be valid')
  return { ...config, auth: { disabled: false, tokens } }
}

function fakeAlertStore(alerts: Map<string, AlertRecord>): ApiDeps['alerts'] {
  const view: AlertView = {
    get size() {
      return alerts.size
    },
    get: (fingerprint) => alerts.get(fingerprint),
    values: () => alerts.values(),
    *ending() {
      for (const alert of alerts.values()) if (alert.endsAt !== null) yield alert
    },
    counts: () => {
      const counts = { pending: 0, firing: 0, resolved: 0 }
      for (const { status } of alerts.values()) counts[status]++
      return counts
    },
  }
  return {
    view,
    sync: async () => view,
    update: async (changes) => {
      for (const [fingerprint, change] of changes) {
        const next = change(alerts.get(fingerprint))
        if (next === null) alerts.delete(fingerprint)
        else if (next !== undefined) alerts.set(fingerprint, next)
      }
    },
  }
}

function fakeSilenceStore(silences: Silence[]): ApiDeps['silences'] {
  const view = { version: 1, silences }
  return {
    view,
    sync: async () => view,
    put: async (silence) => {
      const at = silences.findIndex((known) => known.id === silence.id)
      if (at < 0) silences.push(silence)
      else silences[at] = silence
    },
    collect: async () => 0,
  }
}

function fakeLedger(rows: Map<string, DeliveryRow>): ApiDeps['ledger'] {
  return {
    list: async ({ status, receiver, groupId, limit, after }) => {
      const found = [...rows.values()]
        .filter((row) => status === undefined || row.status === status)
        .filter((row) => receiver === undefined || row.receiver === receiver)
        .filter((row) => groupId === undefined || row.groupId === groupId)
        .sort((a, b) => b.createdAt - a.createdAt)
      const begin = after === undefined ? 0 : found.findIndex((row) => row.id === after) + 1
      const page = found.slice(begin, begin + limit)
      const hasMore = begin + limit < found.length
      return { deliveries: page, next: hasMore ? (page.at(-1)?.id ?? null) : null }
    },
    get: async (id) => rows.get(id) ?? null,
    replay: async (id, now, deadlineAt) => {
      const row = rows.get(id)
      if (row?.status !== 'dead') return false
      rows.set(id, { ...row, status: 'waiting', nextAttemptAt: now, deadlineAt })
      return true
    },
    counts: async () => {
      const counts = { waiting: 0, sending: 0, delivered: 0, dead: 0, superseded: 0, suppressed: 0 }
      for (const row of rows.values()) counts[row.status]++
      return { ...counts, oldestWaitingAt: null }
    },
  }
}

/** A waiting row of the ledger, with what a test wants different. */
export function buildDelivery(other: Partial<DeliveryRow> = {}): DeliveryRow {
  return {
    id: 'd1',
    groupId: 'g1',
    groupKey: '{}:{}',
    receiver: 'team',
    integration: 'team/webhook/0',
    kind: 'webhook',
    reason: 'first',
    priority: 'other',
    status: 'waiting',
    note: '',
    createdAt: START,
    deadlineAt: START + 86_400_000,
    nextAttemptAt: START,
    attempts: [],
    firingCount: 1,
    resolvedCount: 0,
    firing: [],
    resolved: [],
    ...other,
  }
}
