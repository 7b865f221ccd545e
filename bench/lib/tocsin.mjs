import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROGRAM } from './built.mjs'
import { answersOk, getText } from './http.mjs'
import { sumMetrics } from './metricsText.mjs'
import { notificationFile } from './notificationFile.mjs'
import { startRedis } from './redis.mjs'
import { until } from './time.mjs'

const READY_WITHIN_MS = 60_000

/** Alerts that are members of a notification group, over all groups. The group keys are listed in src/store/redis/keys.ts. */
const COUNT_MEMBERS = `
local members = 0
for _, key in ipairs(redis.call('KEYS', 'tocsin:{g:*}:m:*')) do
  members = members + redis.call('HLEN', key)
end
return members`

/**
 * Starts Tocsin from `dist` with a private Redis. `evaluates`: `{queryUrl, rules}` (text of a rule file) or null;
 * `notifies`: see `notificationFile`.
 */
export async function startTocsin(scope, { evaluates = null, notifies }) {
  const redis = await startRedis(scope)
  const config = writeConfig(scope.dir, redis.url, evaluates, notifies)
  let service = await startService(scope, config, 1)
  let starts = 1
  return {
    get url() {
      return service.url
    },
    pids: () => ({ service: service.process.pid, redis: redis.pid }),
    readProgress: async () =>
      progressOf(sumMetrics(await getText(`${service.management}/metrics`))),
    countRouted: () => redis.evaluateNumber(COUNT_MEMBERS),
    /** Ends the service, and with `redisToo` its store, and keeps their data. */
    async down(signal, { redisToo = false } = {}) {
      await service.process.end(signal)
      if (redisToo) await redis.end(signal)
    },
    async up() {
      if (redis.isEnded()) await redis.restart()
      service = await startService(scope, config, ++starts)
    },
  }
}

/** JSON is YAML. */
function writeConfig(dir, redisUrl, evaluates, notifies) {
  mkdirSync(join(dir, 'rules'))
  if (evaluates !== null) writeFileSync(join(dir, 'rules/bench.yml'), evaluates.rules)
  writeFileSync(join(dir, 'alertmanager.yml'), notificationFile(notifies))
  const config = {
    redis: { url: redisUrl },
    data_dir: join(dir, 'tocsin'),
    datasources: evaluates === null ? [] : [{ name: 'default', url: evaluates.queryUrl }],
    rules: evaluates === null ? [] : ['rules/*.yml'],
    notifications: 'alertmanager.yml',
    listen: { service: '127.0.0.1:0', management: '127.0.0.1:0' },
  }
  const file = join(dir, 'tocsin.yml')
  writeFileSync(file, JSON.stringify(config, null, 1))
  return file
}

async function startService(scope, config, number) {
  const args = [PROGRAM, 'run', '--config', config]
  const started = scope.start(`tocsin-${number}`, process.execPath, args, cleanEnvironment())
  const line = await until('Tocsin says where it listens', () => startedLine(started), {
    withinMs: READY_WITHIN_MS,
  })
  const { service, management } = line
  await until('Tocsin is ready', () => answersOk(`${management}/-/ready`), {
    withinMs: READY_WITHIN_MS,
  })
  return { process: started, url: service, management }
}

function startedLine(started) {
  if (started.isEnded()) throw new Error(`Tocsin ended at its start: ${started.logTail()}`)
  const lines = readFileSync(started.logFile, 'utf8').split('\n')
  const line = lines.find((text) => text.includes('"msg":"started"'))
  return line === undefined ? null : JSON.parse(line)
}

/** Without the caller's own TOCSIN_ variables, which would change what is measured. */
function cleanEnvironment() {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('TOCSIN_'))
  return { ...Object.fromEntries(own), TOCSIN_LOG: 'json' }
}

function progressOf(metrics) {
  const value = (name) => metrics.get(`tocsin_${name}`) ?? 0
  return {
    iterations: value('rule_group_duration_seconds_count'),
    iterationSeconds: value('rule_group_duration_seconds_sum'),
    firing: value('tracked_alerts'),
    missed: value('rule_group_iterations_missed_total'),
    evaluations: value('rule_evaluations_total'),
    failures: value('rule_evaluation_failures_total'),
  }
}
