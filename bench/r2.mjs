// Everyday load: 5,000 quiet rules in 50 groups. See README.md.
import { startEvaluator } from './lib/evaluators.mjs'
import { watchFor } from './lib/iterations.mjs'
import { quietRules } from './lib/load.mjs'
import { startQueryApi } from './lib/queryApi.mjs'
import { figure, runScenario } from './lib/scenario.mjs'
import { startSink } from './lib/sink.mjs'
import { durationText, until } from './lib/time.mjs'

const START_WITHIN_MS = 90_000

async function measure(system, scope, { rules, groups, intervalMs, rounds }) {
  const queryApi = await startQueryApi(scope, { series: 0 })
  const sink = await startSink(scope)
  const evaluator = await startEvaluator(system, scope, {
    queryUrl: queryApi.url,
    rules: quietRules(rules, groups, intervalMs),
    sinkUrl: sink.url,
  })
  const queries = async () => (await queryApi.read()).queries
  await until('every rule has been evaluated', async () => (await queries()) >= rules, {
    withinMs: START_WITHIN_MS + 2 * intervalMs,
    everyMs: 500,
  })
  const watched = await watchFor(evaluator, evaluator.pids(), queries, rounds * intervalMs)
  return figuresOf(watched, rules)
}

/** A round is every rule once, by the queries that were really asked. */
function figuresOf({ done, used }, rules) {
  const rounds = done.queries / rules
  const perRound = (total) => (rounds === 0 ? null : total / rounds)
  const perRule = done.queries === 0 ? null : (used.cpuSeconds * 1e6) / done.queries
  return [
    figure('rounds', rounds, 2),
    figure('rules a second', done.queries / used.wallSeconds, 0),
    figure('missed ticks of groups', done.missed, 0),
    figure('failed evaluations', done.failures, 0),
    figure('iteration of a group, s', done.iterationSeconds / done.iterations, 4),
    figure('CPU a round, s', perRound(used.cpuSeconds), 3),
    ...Object.entries(used.roles).map(([role, { cpuSeconds }]) =>
      figure(`of that ${role}, s`, perRound(cpuSeconds), 3),
    ),
    figure('CPU a rule, µs', perRule, 0),
    ...Object.entries(used.roles).map(([role, { peakMiB }]) =>
      figure(`${role}: peak RSS, MiB`, peakMiB, 0),
    ),
  ]
}

await runScenario({
  name: 'r2',
  title: ({ rules, groups, intervalMs }) =>
    `${rules.toLocaleString('en-US')} quiet rules in ${groups} groups, every ${durationText(intervalMs)}`,
  options: [
    {
      flag: 'rules',
      key: 'rules',
      kind: 'count',
      value: 5_000,
      help: 'rules, none of which fires',
    },
    {
      flag: 'groups',
      key: 'groups',
      kind: 'count',
      value: 50,
      help: 'groups they are dealt out to',
    },
    {
      flag: 'interval',
      key: 'intervalMs',
      kind: 'duration',
      value: 10_000,
      help: 'evaluation interval',
    },
    { flag: 'rounds', key: 'rounds', kind: 'count', value: 3, help: 'rounds to account for' },
  ],
  peer: 'vmalert',
  limitMs: ({ intervalMs, rounds }) => 2 * START_WITHIN_MS + (rounds + 3) * intervalMs,
  measure,
})
