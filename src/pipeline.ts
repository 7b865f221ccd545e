import type { Transition } from './core/alert.ts'
import type { Clock } from './core/time.ts'
import { createDeliverer } from './notifiers/deliver.ts'
import type { DeliveryObserver } from './notifiers/attempt.ts'
import type { Deliverer } from './notifiers/deliver.ts'
import type { Notifier } from './notifiers/notifier.ts'
import type { JobQueue } from './queue/jobs.ts'
import { createDispatcher } from './routing/dispatcher.ts'
import type { Dispatcher } from './routing/dispatcher.ts'
import type { Integration, NotificationConfig } from './routing/notificationConfig.ts'
import { createRouter } from './routing/router.ts'
import type { Router } from './routing/router.ts'
import { createSuppressor } from './routing/suppression.ts'
import type { Suppressor } from './routing/suppression.ts'
import { createSweep } from './routing/sweep.ts'
import type { RepairKind, Sweep } from './routing/sweep.ts'
import type { Stores } from './stores.ts'

export interface PipelineOptions {
  readonly stores: Stores
  readonly queue: JobQueue
  readonly clock: Clock
  readonly config: () => NotificationConfig | null
  readonly notifier: (integration: Integration) => Notifier
  /** Name of this node, the same after a restart. */
  readonly node: string
  /** Kinds whose rows this process sends; none when it has no notifier role. */
  readonly sendKinds: readonly string[]
  readonly dispatches: boolean
  readonly delivery: {
    readonly concurrency: number
    readonly retryMinMs: number
    readonly retryMaxMs: number
    readonly retrySlowMs: number
    readonly deadlineMs: number
    readonly retentionMs: number
  }
  readonly requestTimeoutMs: number
  readonly externalUrl: string
  readonly random: () => number
  readonly newId: () => string
  readonly observe: PipelineObserver
}

export interface PipelineObserver extends DeliveryObserver {
  transition(kind: Transition['kind'], count: number): void
  flush(outcome: string, count: number): void
  repair(what: RepairKind, count: number): void
}

/** Everything between the evaluator's outbox and the providers: router, dispatcher, deliverer and sweep, wired. */
export interface Pipeline {
  readonly router: Router
  readonly dispatcher: Dispatcher
  readonly deliverer: Deliverer
  readonly sweep: Sweep
  readonly suppressor: Suppressor
  /** Takes back what an earlier life of this node had claimed, then runs until `stop`. */
  start(): Promise<void>
  /** Finishes what is in flight. */
  stop(): Promise<void>
}

export function createPipeline(options: PipelineOptions): Pipeline {
  const { stores, queue, clock, config, observe, node, random, newId } = options
  const { alerts, silences, groups, ledger, history, outbox } = stores
  const suppressor = createSuppressor(alerts, silences, config)
  const onError = (message: string, error: unknown): void => observe.error(message, error)
  const common = {
    alerts,
    silences,
    groups,
    history,
    queue,
    clock,
    suppressor,
    config,
    node,
    newId,
  }
  const dispatcher = createDispatcher({
    ...common,
    deadlineMs: options.delivery.deadlineMs,
    rejoin: (fingerprints) => router.rejoin(fingerprints),
    onFlush: (outcome, count) => observe.flush(outcome, count),
    onError,
  })
  const router = createRouter({
    alerts,
    groups,
    outbox,
    history,
    clock,
    config,
    onDue: (at) => dispatcher.dueAt(at),
    onTransition: (kind, count) => observe.transition(kind, count),
  })
  const deliverer = createDeliverer({
    ...common,
    ledger,
    random,
    observe,
    notifier: options.notifier,
    backoff: options.delivery,
    requestTimeoutMs: options.requestTimeoutMs,
    externalUrl: options.externalUrl,
    deadlineMs: options.delivery.deadlineMs,
    concurrency: options.delivery.concurrency,
  })
  const sweep = createSweep({
    router,
    alerts,
    silences,
    outbox,
    groups,
    ledger,
    queue,
    clock,
    onError,
    store: stores.sweep,
    onDue: (at) => dispatcher.dueAt(at),
    deliveryRetentionMs: options.delivery.retentionMs,
    onRepair: (what, count) => observe.repair(what, count),
  })
  const stopping = new AbortController()
  const running: Array<Promise<void>> = []
  return {
    router,
    dispatcher,
    deliverer,
    sweep,
    suppressor,
    async start() {
      await Promise.all([alerts.sync(), silences.sync()])
      const now = clock.now()
      await stores.sweep.look(now, node)
      await queue.start(options.sendKinds, ({ kind }) => deliverer.pump(kind))
      if (!options.dispatches) return
      await router.rerouteAll()
      running.push(dispatcher.run(stopping.signal), sweep.run(stopping.signal))
    },
    async stop() {
      stopping.abort()
      await Promise.all(running)
      await deliverer.stop()
      await queue.close()
    },
  }
}
