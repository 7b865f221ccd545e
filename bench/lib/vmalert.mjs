import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { answersOk, freePort, getText } from './http.mjs'
import { sumMetrics } from './metricsText.mjs'
import { until } from './time.mjs'

const READY_WITHIN_MS = 30_000

/**
 * Starts vmalert, which sends its alerts straight to the sink. It keeps no state on disk. A firing alert is sent again once a
 * minute, as Prometheus does; its own default, at every iteration, would cost it more.
 */
export async function startVmalert(scope, program, { queryUrl, rules, sinkUrl }) {
  const ruleFile = join(scope.dir, 'vmalert-rules.yml')
  writeFileSync(ruleFile, rules)
  const url = `http://127.0.0.1:${await freePort()}`
  const started = scope.start('vmalert', program, [
    `-rule=${ruleFile}`,
    `-datasource.url=${queryUrl}`,
    `-notifier.url=${sinkUrl}`,
    `-httpListenAddr=${url.slice('http://'.length)}`,
    '-rule.evalDelay=0s',
    '-rule.resendDelay=1m',
    '-notifier.sendTimeout=60s',
  ])
  const isReady = () => {
    if (started.isEnded()) throw new Error(`vmalert ended at its start: ${started.logTail()}`)
    return answersOk(`${url}/health`)
  }
  await until('vmalert is ready', isReady, { withinMs: READY_WITHIN_MS })
  return {
    pids: () => ({ service: started.pid }),
    readProgress: async () => progressOf(sumMetrics(await getText(`${url}/metrics`))),
  }
}

function progressOf(metrics) {
  const value = (name) => metrics.get(`vmalert_${name}`) ?? 0
  return {
    iterations: value('iteration_duration_seconds_count'),
    iterationSeconds: value('iteration_duration_seconds_sum'),
    firing: value('alerts_firing'),
    missed: value('iteration_missed_total'),
    evaluations: value('execution_total'),
    failures: value('execution_errors_total'),
  }
}
