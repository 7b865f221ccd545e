// CPU of the evaluator's pure part for a mass outage: node --expose-gc --import tsx bench/evaluate.mjs [series]
import { scanVector } from '../src/datasource/vector.ts'
import { compileRule } from '../src/evaluator/compiledRule.ts'
import { evaluateRule } from '../src/evaluator/evaluateRule.ts'
import { applyOutcome, storedChanges } from '../src/evaluator/outcome.ts'
import { createTracked } from '../src/evaluator/tracked.ts'
import { compileRuleTemplate } from '../src/templates/ruleTemplate.ts'

const SERIES = Number(process.argv[2] ?? 100_000)
const REGIONS = ['eu-west', 'eu-north', 'us-east', 'us-west', 'ap-south']

const rule = compileRule(
  {
    kind: 'alerting',
    key: 'k',
    name: 'ServerDown',
    expr: 'up == 0',
    labels: { severity: 'critical' },
    annotations: {
      summary: '{{ $labels.instance }} is down',
      description: '{{ $labels.instance }} in {{ $labels.pool }} has value {{ $value }}',
    },
    forMs: 0,
    keepFiringMs: 0,
    line: 1,
    column: 1,
  },
  {
    externalLabels: {},
    externalUrl: 'http://tocsin.example',
    datasourceUrl: 'http://prometheus.example',
    compileTemplate: compileRuleTemplate,
  },
)

function answer(at, value, order = (i) => i) {
  const elements = Array.from({ length: SERIES }, (_, n) => {
    const i = order(n)
    const pool = String(Math.floor(i / 100)).padStart(4, '0')
    const metric = {
      __name__: 'up',
      env: 'prod',
      instance: `srv-${pool}-${String(i % 100).padStart(3, '0')}.example:9100`,
      job: 'node',
      pool: `pool-${pool}`,
      region: REGIONS[i % 5],
    }
    return `{"metric":${JSON.stringify(metric)},"value":[${at / 1000},"${value}"]}`
  })
  return Buffer.from(
    `{"status":"success","data":{"resultType":"vector","result":[${elements.join(',')}]}}`,
  )
}

const tracked = createTracked()
let at = Date.UTC(2026, 0, 1)

function tick(name, value, order, times = 1) {
  let cpuMs = Infinity
  let told = 0
  for (let i = 0; i < times; i++) {
    at += 15_000
    const body = answer(at, value, order)
    const before = process.cpuUsage()
    const index = scanVector(body, tracked.index)
    const outcome = evaluateRule(tracked, index, rule, { now: at, limit: 0, refreshMs: 60_000 })
    const { put, remove } = storedChanges(rule.key, outcome.changes)
    applyOutcome(tracked, outcome)
    const { user, system } = process.cpuUsage(before)
    cpuMs = Math.min(cpuMs, (user + system) / 1_000)
    told = outcome.transitions.length + put.length + remove.length
  }
  globalThis.gc?.()
  const memory = process.memoryUsage()
  const columns = [
    name.padEnd(34),
    `${cpuMs.toFixed(1)} ms CPU`.padStart(14),
    `${told} written`.padStart(16),
    `${(memory.heapUsed / 2 ** 20).toFixed(0)} MiB heap`.padStart(14),
    `${(memory.arrayBuffers / 2 ** 20).toFixed(0)} MiB buffers`.padStart(16),
  ]
  console.log(columns.join(''))
}

console.log(`${SERIES} firing series, one rule, two annotations`)
tick('first evaluation', 0)
tick('steady, best of 3', 0, undefined, 3)
tick('all values changed, told', 1)
tick('all values changed, not yet told', 2)
tick('steady, best of 2', 2, undefined, 2)
tick('the changed values told', 2)
tick('order reversed', 2, (i) => SERIES - 1 - i)
tick('steady, best of 10', 2, (i) => SERIES - 1 - i, 10)
