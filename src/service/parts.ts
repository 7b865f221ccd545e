import { dirname } from 'node:path'
import type { Config } from '../config/config.ts'
import { formatProblem } from '../core/problem.ts'
import type { Problem } from '../core/problem.ts'
import type { Clock } from '../core/time.ts'
import { startEvaluatorThread } from '../evaluator/evaluatorThread.ts'
import type { EvaluatorThread } from '../evaluator/evaluatorThread.ts'
import { createNotifierPool } from '../notifiers/notifierPool.ts'
import type { Pipeline } from '../pipeline.ts'
import { createNotificationLoader } from '../routing/notificationLoader.ts'
import { createRuleLoader } from '../rules/loader.ts'
import type { RuleLoader } from '../rules/loader.ts'
import type { RedisOptions } from '../store/redis/connection.ts'
import type { Stores } from '../stores.ts'
import type { Logger } from '../telemetry/log.ts'
import { createMessageTemplates } from '../templates/messageTemplates.ts'
import type { Closers } from './closers.ts'
import { sparingly } from './observe.ts'

/** What the parts of a service share. */
export interface Base {
  readonly config: Config
  readonly log: Logger
  readonly clock: Clock
  readonly node: string
  readonly redis: RedisOptions
  readonly stores: Stores
  readonly closers: Closers
}

/** The notification file and the notifiers that it configures. */
export async function openNotifications({ config, stores, clock, log, closers }: Base) {
  const pool = createNotifierPool({
    network: config.network,
    now: () => clock.now(),
    onUnreadable: (file, err) => log.error({ file, err }, 'a template file cannot be read'),
    createTemplates: (files) => {
      const { templates, problems } = createMessageTemplates(files, { now: () => clock.now() })
      reportProblems(log)('template file', problems)
      return templates
    },
  })
  closers.push(() => pool.close())
  const notifications = createNotificationLoader({
    file: config.notifications,
    store: stores.ruleSets,
    onChange: (next) => pool.use(next),
  })
  await notifications.load()
  reportProblems(log)('notification file', notifications.state.problems)
  const onTemplates = async (): Promise<void> => {
    const { config: inUse } = notifications.state
    if (inUse !== null) await pool.use(inUse)
  }
  return { notifications, pool, onTemplates }
}

/** The evaluator's threads; none when this node does not evaluate. */
export function openEvaluators(base: Base, pipeline: Pipeline): EvaluatorThread[] {
  const { config, redis, node, log, clock, closers } = base
  const [datasource] = config.datasources
  if (!config.roles.includes('evaluator') || datasource === undefined) return []
  if (config.datasources.length > 1) {
    log.warn(
      { datasource: datasource.name },
      'only the first datasource is asked: rules cannot name one yet',
    )
  }
  const onError = sparingly(log)
  const { network, evaluator, outageToleranceMs, externalUrl, externalLabels } = config
  const count = evaluator.threads
  return Array.from({ length: count }, (_, index) => {
    const thread = startEvaluatorThread(
      {
        node,
        datasource,
        network,
        evaluator,
        outageToleranceMs,
        externalUrl,
        externalLabels,
        redis: {
          ...config.redis,
          url: redis.url,
        },
        memberTimeoutMs: evaluator.leaseMs,
        thread: {
          index,
          count,
        },
      },
      { clock, random: Math.random, log: (level, message, fields) => log[level](fields, message) },
    )
    thread.onCommitted((groupId) => {
      pipeline.router
        .routeOutbox(groupId)
        .catch((error: unknown) => onError('routing failed', error))
    })
    closers.push(() => thread.stop())
    return thread
  })
}

/** The loader of the rule files; null when none are configured. */
export async function openRules(
  { config, stores, clock, log, closers }: Base,
  evaluators: readonly EvaluatorThread[],
): Promise<RuleLoader | null> {
  if (config.rules.length === 0) return null
  const rules = createRuleLoader({
    globs: config.rules,
    baseDir: config.file === null ? process.cwd() : dirname(config.file),
    store: stores.ruleSets,
    clock,
    intervalMs: config.watchIntervalMs,
    defaults: { intervalMs: config.evaluationIntervalMs, queryOffsetMs: 0 },
    onChange: (ruleSet) => evaluators.forEach((thread) => thread.update(ruleSet.version)),
    onProblem: (problems) => reportProblems(log)('rule files', problems),
  })
  closers.push(() => rules.stop())
  await rules.start()
  return rules
}

/** Logs problems of files a person wrote. */
export function reportProblems(log: Logger): (what: string, problems: readonly Problem[]) => void {
  return (what, problems) => {
    for (const problem of problems) {
      log[problem.severity === 'error' ? 'error' : 'warn']({ what }, formatProblem(problem))
    }
  }
}
