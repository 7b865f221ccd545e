import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type EvaluatorThread, startEvaluatorThread } from '../../src/evaluator/evaluatorThread.ts'
import type { EvaluatorThreadOptions } from '../../src/evaluator/threadProtocol.ts'
import type { RuleSet } from '../../src/rules/ruleSet.ts'
import { openRedis, type RedisConnection } from '../../src/store/redis/connection.ts'
import {
  createRedisEvaluationStore,
  createRedisOutboxStore,
} from '../../src/store/redis/evaluationStore.ts'
import { createRedisRuleSetStore } from '../../src/store/redis/ruleSetStore.ts'
import { errorText } from '../../src/core/errors.ts'
import { systemClock } from '../../src/system.ts'
import { startTestRedis, type TestRedis } from '../support/redis.ts'
import { alertingRule, type Element, vectorBody } from '../support/ruleRun.ts'

const GROUP = 'ab'.repeat(32)
const NETWORK = {
  connectTimeoutMs: 2_000,
  requestTimeoutMs: 5_000,
  maxConnectionsPerHost: 4,
  maxConnectionAgeMs: 60_000,
  keepAliveTimeoutMs: 30_000,
  maxServerConnections: 10,
  serverRequestTimeoutMs: 1_000,
  reconnectMinMs: 20,
  reconnectMaxMs: 100,
}

let redisServer: TestRedis
let redis: RedisConnection
let datasource: Server
let elements: readonly Element[] = []
const threads: EvaluatorThread[] = []
const logged: string[] = []

beforeAll(async () => {
  redisServer = await startTestRedis()
  redis = await openRedis(redisOptions())
  datasource = createServer((_, response) => response.end(vectorBody(elements)))
  datasource.listen(0, '127.0.0.1')
  await once(datasource, 'listening')
})

afterEach(async () => {
  for (const thread of threads.splice(0)) await thread.stop()
})

afterAll(async () => {
  datasource.closeAllConnections()
  datasource.close()
  await redis.close()
  await redisServer.stop()
})

function redisOptions() {
  return { ...NETWORK, url: redisServer.url, commandTimeoutMs: 2_000 }
}

function start(): EvaluatorThread {
  const options: EvaluatorThreadOptions = {
    node: 'n1',
    thread: { index: 0, count: 1 },
    redis: redisOptions(),
    datasource: {
      name: 'main',
      type: 'prometheus',
      url: `http://127.0.0.1:${(datasource.address() as AddressInfo).port}`,
      basicAuth: null,
      bearerToken: null,
      headers: {},
      tls: null,
      timeoutMs: 2_000,
      maxConnections: 4,
      maxResponseBytes: 1_000_000,
    },
    network: NETWORK,
    evaluator: { leaseMs: 3_000, failureAlertAfterMs: 60_000, refreshMs: 60_000, threads: 1 },
    outageToleranceMs: 60_000,
    externalUrl: 'http://tocsin.example',
    externalLabels: { cluster: 'test' },
    memberTimeoutMs: 10_000,
  }
  const thread = startEvaluatorThread(options, {
    clock: systemClock,
    random: Math.random,
    log: (_, message, { err }) =>
      logged.push(err === undefined ? message : `${message}: ${errorText(err)}`),
  })
  threads.push(thread)
  return thread
}

async function publish(version: string): Promise<void> {
  const ruleSet: RuleSet = {
    version,
    files: [],
    groups: [
      {
        id: GROUP,
        file: 'a.yml',
        name: 'g',
        intervalMs: 100,
        queryOffsetMs: 0,
        limit: 0,
        checksum: 'c',
        rules: [alertingRule({ annotations: { summary: '{{ $labels.instance }} is down' } })],
      },
    ],
  }
  await createRedisRuleSetStore(redis).publish(ruleSet)
}

/** Polls: what is waited for happens in another thread. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 15_000
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`never happened; log: ${logged.join(', ')}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

async function kinds(): Promise<string[]> {
  const batches = await createRedisOutboxStore(redis).read(GROUP, '-', 100)
  return batches.flatMap(({ transitions }) => transitions.map(({ kind }) => kind))
}

test('a thread evaluates published rules through Redis, tells of commits, and survives crash and stop', async () => {
  elements = [[{ __name__: 'up', instance: 'a' }, 0]]
  await publish('v1')
  const thread = start()
  const committed: string[] = []
  thread.onCommitted((groupId, count) => committed.push(`${groupId} ${count}`))
  await until(() => committed.length > 0)
  expect(committed).toEqual([`${GROUP} 1`])
  const [batch] = await createRedisOutboxStore(redis).read(GROUP, '-', 1)
  expect(batch?.origin).toMatchObject({
    file: 'a.yml',
    group: 'g',
    version: 'v1',
    rules: { k1: 'Down' },
  })
  expect(batch?.transitions).toMatchObject([
    {
      kind: 'firing',
      labels: { alertname: 'Down', cluster: 'test', instance: 'a' },
      annotations: { summary: 'a is down' },
    },
  ])

  const metrics = await thread.metrics()
  const names = metrics.map((metric) => (metric as { name: string }).name)
  for (const name of [
    'tocsin_rule_group_duration_seconds',
    'tocsin_rule_group_iterations_missed_total',
    'tocsin_rule_evaluations_total',
    'tocsin_rule_evaluation_failures_total',
    'tocsin_query_duration_seconds',
    'tocsin_evaluator_lag_seconds',
  ]) {
    expect(names).toContain(name)
  }

  await redisServer.restart()
  elements = []
  await until(async () => (await kinds().catch((): string[] => [])).includes('resolved'))
  expect(await kinds()).toEqual(['firing', 'resolved'])

  await thread.stop()
  const store = createRedisEvaluationStore(redis)
  expect(await store.acquire(GROUP, 'another node', Date.now(), 1_000), 'given back').not.toBeNull()
})

test('a thread that cannot start is reported and tried again', async () => {
  await redisServer.kill('SIGKILL')
  const thread = start()
  await until(() =>
    logged.some((line) => line.includes('crashed and will be started again: Redis at')),
  )
  expect(thread.isReady).toBe(false)
  expect(await thread.metrics()).toEqual([])
  await redisServer.restart()
  await until(() => thread.isReady)
})
