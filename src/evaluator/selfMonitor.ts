import { createHash } from 'node:crypto'
import { errorText } from '../core/errors.ts'
import { DatasourceError } from '../datasource/datasourceError.ts'
import type { Querier } from '../datasource/querier.ts'
import type { RuleGroup } from '../rules/ruleSet.ts'
import type { EvaluationStore, GroupHealth } from '../store/evaluationStore.ts'
import type { RuleEnvironment } from './compiledRule.ts'

/** The group that watches the evaluation of all others. No rule file can have its identity. */
export const SELF_GROUP_ID = createHash('sha256').update('tocsin;self').digest('hex')
export const SELF_ALERT = 'TocsinEvaluationFailing'

/** Stand for texts that only the monitor knows. */
const SUMMARY = '{{ summary }}'
const DESCRIPTION = '{{ description }}'
const INTERVAL_MS = 15_000
const SHORTEST_INTERVAL_MS = 1_000

/** How many rules fail, and how. */
export interface FailureReport {
  readonly failing: number
  readonly rules: number
  /** Epoch ms of the oldest failure. */
  readonly since: number
  readonly lastError: string
}

/**
 * The rule group that raises an alert when rules could not be evaluated for `failureAlertAfterMs`. It runs like any
 * other group (lease, states, outbox), but its query reads the health that all evaluators committed.
 */
export function selfGroup(failureAlertAfterMs: number): RuleGroup {
  return {
    id: SELF_GROUP_ID,
    file: '',
    name: 'tocsin',
    intervalMs: Math.max(SHORTEST_INTERVAL_MS, Math.min(INTERVAL_MS, failureAlertAfterMs)),
    queryOffsetMs: 0,
    limit: 0,
    checksum: SELF_GROUP_ID,
    rules: [
      {
        kind: 'alerting',
        key: 'evaluation-failing',
        name: SELF_ALERT,
        expr: 'tocsin_rules_failing > 0',
        labels: { severity: 'critical' },
        annotations: { summary: SUMMARY, description: DESCRIPTION },
        forMs: 0,
        keepFiringMs: 0,
        line: 0,
        column: 0,
      },
    ],
  }
}

/** What fails for longer than `failureAlertAfterMs`; null: nothing. Rules that were never evaluated count as good. */
export function failureReport(
  health: ReadonlyArray<GroupHealth | null>,
  now: number,
  failureAlertAfterMs: number,
): FailureReport | null {
  const rules = health.flatMap((group) => group?.rules ?? [])
  const failing = rules.filter(
    ({ failingSince }) => failingSince !== null && now - failingSince >= failureAlertAfterMs,
  )
  const newest = failing.toSorted(
    (a, b) => (b.lastEvaluationAt ?? 0) - (a.lastEvaluationAt ?? 0),
  )[0]
  if (newest === undefined) return null
  const since = failing.reduce((min, rule) => Math.min(min, rule.failingSince ?? min), now)
  return { failing: failing.length, rules: rules.length, since, lastError: newest.lastError }
}

/**
 * Querier and templates of the self group. The "answer" is one element for the datasource while rules fail; a store
 * that cannot be read is a failed query, which changes nothing.
 */
export function createSelfMonitor(
  store: Pick<EvaluationStore, 'health'>,
  groupIds: () => readonly string[],
  datasource: string,
  failureAlertAfterMs: number,
): { readonly querier: Querier; readonly compileTemplate: RuleEnvironment['compileTemplate'] } {
  let report: FailureReport | null = null
  return {
    querier: {
      name: 'tocsin',
      query: async (_, at) => {
        try {
          report = failureReport(await store.health(groupIds()), at, failureAlertAfterMs)
        } catch (error) {
          throw new DatasourceError(`health cannot be read: ${errorText(error)}`, { cause: error })
        }
        return vectorOf(report, datasource)
      },
      close: () => Promise.resolve(),
    },
    compileTemplate: (text) => ({
      template: {
        literal: text !== SUMMARY && text !== DESCRIPTION,
        render: () => ({ text: textOf(text, report, datasource), error: null }),
      },
    }),
  }
}

function vectorOf(report: FailureReport | null, datasource: string): Buffer {
  const element = { metric: { datasource }, value: [0, String(report?.failing ?? 0)] }
  const result = report === null ? [] : [element]
  return Buffer.from(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }))
}

function textOf(text: string, report: FailureReport | null, datasource: string): string {
  if (report === null) return text
  const count = `${report.failing} of ${report.rules} rules`
  switch (text) {
    case SUMMARY:
      return `${count} cannot be evaluated`
    case DESCRIPTION:
      return (
        `Their alerts neither fire nor resolve. Failing since ${new Date(report.since).toISOString()} ` +
        `with datasource ${datasource}. Last error: ${report.lastError}`
      )
    default:
      return text
  }
}
