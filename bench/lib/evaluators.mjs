import { startTocsin } from './tocsin.mjs'
import { startVmalert } from './vmalert.mjs'

/**
 * Starts the evaluator that `system` names on a rule file's text. Tocsin notifies the sink by its routing; vmalert posts its alerts
 * there. Resolves to `{pids, readProgress}`, Tocsin also `countRouted`.
 */
export function startEvaluator(system, scope, { queryUrl, rules, sinkUrl, grouping = {} }) {
  if (system.program !== null) {
    return startVmalert(scope, system.program, { queryUrl, rules, sinkUrl })
  }
  const notifies = { webhookUrl: `${sinkUrl}/webhook`, groupBy: ['alertname'], ...grouping }
  return startTocsin(scope, { evaluates: { queryUrl, rules }, notifies })
}
