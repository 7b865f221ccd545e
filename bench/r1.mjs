// A mass outage: one rule, 100,000 firing series. See README.md.
import { startMeter } from './lib/accounting.mjs'
import { startEvaluator } from './lib/evaluators.mjs'
import { watchFor } from './lib/iterations.mjs'
import { massOutageRules } from './lib/load.mjs'
import { startQueryApi } from './lib/queryApi.mjs'
import { figure, runScenario } from './lib/scenario.mjs'
import { startSink } from './lib/sink.mjs'
import { durationText, monotonicMs, sleep, until } from './lib/time.mjs'

const ARRIVAL_WITHIN_MS = 180_000
const START_WITHIN_MS = 90_000

async function measure(system, scope, options) {
  const { series, intervalMs, rounds } = options
  const queryApi = await startQueryApi(scope, { series })
  const sink = await startSink(scope)
  const evaluator = await startEvaluator(system, scope, {
    queryUrl: queryApi.url,
    rules: massOutageRules(intervalMs),
    sinkUrl: sink.url,
    grouping: { groupWaitMs: options.groupWaitMs, groupIntervalMs: options.groupIntervalMs },
  })
  const pids = evaluator.pids()
  const meter = startMeter(pids)
  const first = await watchFirst(evaluator, queryApi, sink, options)
  const atFirst = meter.read()
  // Half an interval after a query, so that the window holds whole rounds.
  await nextQuery(queryApi, intervalMs)
  await sleep(intervalMs / 2)
  const queries = async () => (await queryApi.read()).massQueriesAt.length
  const steady = await watchFor(evaluator, pids, queries, rounds * intervalMs)
  return [...firstFigures(first, atFirst), ...steadyFigures(steady)]
}

/** Seconds from the first query, as the stub saw it, until each thing was true. */
async function watchFirst(evaluator, queryApi, sink, { series, intervalMs, groupIntervalMs }) {
  const withinMs = ARRIVAL_WITHIN_MS + groupIntervalMs
  const queriedAt = await until('the mass query is asked', () => firstQueryAt(queryApi), {
    withinMs: START_WITHIN_MS + intervalMs,
  })
  const since = (at) => (at - queriedAt) / 1_000
  const iterated = until('the first iteration is over', () => firstIteration(evaluator, series), {
    withinMs,
    everyMs: 250,
  })
  const isRouted = async () => (await evaluator.countRouted()) >= series && monotonicMs()
  const routed =
    evaluator.countRouted === undefined
      ? null
      : until('all alerts are routed', isRouted, { withinMs, everyMs: 50 })
  const arrived = until('all alerts arrive', () => allArrived(sink, series, routed !== null), {
    withinMs,
    everyMs: 100,
  })
  const [iterationSeconds, routedAt, arrival] = await Promise.all([iterated, routed, arrived])
  return {
    iterationSeconds,
    routedSeconds: routedAt === null ? null : since(routedAt),
    arrivedSeconds: since(arrival.at),
    requests: arrival.requests,
  }
}

async function firstQueryAt(queryApi) {
  const { massQueriesAt } = await queryApi.read()
  return massQueriesAt[0] ?? null
}

async function nextQuery(queryApi, intervalMs) {
  const { massQueriesAt: before } = await queryApi.read()
  const isAsked = async () => (await queryApi.read()).massQueriesAt.length > before.length
  await until('the query is asked again', isAsked, { withinMs: START_WITHIN_MS + intervalMs })
}

async function firstIteration(evaluator, series) {
  const { firing, iterations, iterationSeconds } = await evaluator.readProgress()
  return firing >= series && iterations > 0 && iterationSeconds
}

/** Our webhook must hold all alerts of the group at once; a peer may hand them over in several requests. */
async function allArrived(sink, series, atOnce) {
  const { arrivals } = await sink.read()
  let alerts = 0
  for (const [i, arrival] of arrivals.entries()) {
    alerts = atOnce ? arrival.alerts : alerts + arrival.alerts
    if (alerts >= series) return { at: arrival.at, requests: i + 1 }
  }
  return null
}

function firstFigures(first, used) {
  const section = 'first iteration: everything is new'
  return [
    figure('evaluator’s own figure, s', first.iterationSeconds, 2, section),
    figure('query until all are routed, s', first.routedSeconds, 2, section),
    figure('query until all arrived, s', first.arrivedSeconds, 2, section),
    figure('requests until all arrived', first.requests, 0, section),
    figure('CPU until all arrived, s', used.cpuSeconds, 2, section),
    ...memoryFigures(used, section),
  ]
}

function steadyFigures({ done, used }) {
  const section = 'steady iterations: nothing is new'
  const each = (total) => (done.queries === 0 ? null : total / done.queries)
  return [
    figure('evaluator’s own figure, s', each(done.iterationSeconds), 3, section),
    figure('CPU a round, s', each(used.cpuSeconds), 3, section),
    ...Object.entries(used.roles).map(([role, { cpuSeconds }]) =>
      figure(`of that ${role}, s`, each(cpuSeconds), 3, section),
    ),
    figure('rounds', done.queries, 0, section),
    figure('missed rounds', done.missed, 0, section),
    ...memoryFigures(used, section),
  ]
}

function memoryFigures({ roles }, section) {
  return Object.entries(roles).flatMap(([role, { peakMiB, rssMiB }]) => [
    figure(`${role}: peak RSS, MiB`, peakMiB, 0, section),
    figure(`${role}: RSS at the end, MiB`, rssMiB, 0, section),
  ])
}

await runScenario({
  name: 'r1',
  title: ({ series, intervalMs }) =>
    `one rule, ${series.toLocaleString('en-US')} firing series, every ${durationText(intervalMs)}`,
  options: [
    { flag: 'series', key: 'series', kind: 'count', value: 100_000, help: 'firing series' },
    {
      flag: 'interval',
      key: 'intervalMs',
      kind: 'duration',
      value: 15_000,
      help: 'evaluation interval of the rule’s group',
    },
    { flag: 'rounds', key: 'rounds', kind: 'count', value: 3, help: 'steady iterations' },
    { flag: 'group-wait', key: 'groupWaitMs', kind: 'duration', value: 0, help: 'group_wait' },
    {
      flag: 'group-interval',
      key: 'groupIntervalMs',
      kind: 'duration',
      value: 60_000,
      help: 'group_interval',
    },
  ],
  peer: 'vmalert',
  limitMs: ({ intervalMs, rounds, groupIntervalMs }) =>
    2 * START_WITHIN_MS + ARRIVAL_WITHIN_MS + groupIntervalMs + (rounds + 4) * intervalMs,
  measure,
})
