import { parentPort, workerData } from 'node:worker_threads'
import { createPrometheusQuerier } from '../datasource/prometheus.ts'
import { openRedis } from '../store/redis/connection.ts'
import {
  createRedisEvaluationStore,
  createRedisOutboxStore,
} from '../store/redis/evaluationStore.ts'
import { returnIdleMemory } from '../service/idleMemory.ts'
import { createRedisMemberStore } from '../store/redis/memberStore.ts'
import { createRedisRuleSetStore } from '../store/redis/ruleSetStore.ts'
import { systemClock } from '../system.ts'
import { compileRuleTemplate } from '../templates/ruleTemplate.ts'
import { createEvaluator, type Evaluator } from './evaluator.ts'
import { followRules } from './followRules.ts'
import type { Log } from './groupRunner.ts'
import { createEvaluatorMetrics } from './metrics.ts'
import type { EvaluatorThreadOptions, FromThread, ToThread } from './threadProtocol.ts'

/**
 * Entry of an evaluator thread and its composition root: own connection to Redis, own connections to the datasource.
 * What throws here ends the thread; the main thread starts another one.
 */
const options = workerData as EvaluatorThreadOptions
if (parentPort === null) throw new Error('this file is the entry of a worker thread')
const port = parentPort
const send = (message: FromThread): void => port.postMessage(message)
const log: Log = (level, message, fields) => send({ type: 'log', level, message, fields })

const clock = systemClock
const stopReturning = returnIdleMemory()
const redis = await openRedis({ ...options.redis, ...options.network })
const members = createRedisMemberStore(redis)
const outbox = createRedisOutboxStore(redis)
const querier = createPrometheusQuerier(options.datasource, options.network)
// The metrics want to ask the evaluator, which is made with the metrics.
let evaluator: Evaluator | null = null
const metrics = createEvaluatorMetrics(
  () => evaluator?.snapshot() ?? { pending: 0, firing: 0, groups: 0 },
)
evaluator = createEvaluator({
  clock,
  store: createRedisEvaluationStore(redis),
  querier,
  environment: {
    externalLabels: options.externalLabels,
    externalUrl: options.externalUrl,
    datasourceUrl: withoutUser(options.datasource.url),
    compileTemplate: compileRuleTemplate,
  },
  refreshMs: options.evaluator.refreshMs,
  outageToleranceMs: options.outageToleranceMs,
  leaseMs: options.evaluator.leaseMs,
  failureAlertAfterMs: options.evaluator.failureAlertAfterMs,
  metrics,
  log,
  random: Math.random,
  onCommitted: (groupId, transitions) => send({ type: 'committed', groupId, transitions }),
  node: options.node,
  share: options.thread,
  members: async () =>
    (await members.alive(clock.now() - options.memberTimeoutMs))
      .filter((member) => member.roles.includes('evaluator'))
      .map((member) => member.node),
  knownGroups: () => outbox.groups(),
})
const running = evaluator
running.start()
const rules = followRules({
  clock,
  ruleSets: createRedisRuleSetStore(redis),
  log,
  onRuleSet: (ruleSet) => running.update(ruleSet),
})

port.on('message', (message: ToThread) => {
  switch (message.type) {
    case 'update':
      rules.look()
      break
    case 'metrics':
      void sendMetrics(message.id)
      break
    case 'stop':
      void stop()
  }
})
send({ type: 'ready' })

async function sendMetrics(id: number): Promise<void> {
  send({ type: 'metrics', id, metrics: await metrics.registry.getMetricsAsJSON() })
}

/** In reverse order of the start. Closing the port lets the thread end. */
async function stop(): Promise<void> {
  await rules.stop()
  await running.stop()
  await querier.close()
  await redis.close()
  stopReturning()
  send({ type: 'stopped' })
  port.close()
}

/** The link in notifications must not carry a password. */
function withoutUser(address: string): string {
  const url = new URL(address)
  url.username = ''
  url.password = ''
  return url.href.replace(/\/$/, '')
}
