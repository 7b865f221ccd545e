import { errorText } from '../core/errors.ts'
import { MINUTE } from '../core/time.ts'
import type { RuleGroup, RuleSet } from '../rules/ruleSet.ts'
import type { Lease } from '../store/evaluationStore.ts'
import { type GroupSource, GroupRunner, type RunnerDeps } from './groupRunner.ts'
import { createEvaluatorMetrics } from './metrics.ts'
import type { EvaluatorSnapshot } from './metrics.ts'
import { isOwner, type Share } from './ownership.ts'
import { createSelfMonitor, SELF_GROUP_ID, selfGroup } from './selfMonitor.ts'

export interface EvaluatorDeps extends RunnerDeps {
  /** Name of this member. */
  readonly node: string
  /** Which part of this member's groups is ours: there is one evaluator for each thread. */
  readonly share: Share
  /** Names of all live members that evaluate. */
  readonly members: () => Promise<readonly string[]>
  /** Ids of all groups that ever had states: finds those whose rules were removed while nobody ran. */
  readonly knownGroups: () => Promise<readonly string[]>
  readonly leaseMs: number
  readonly failureAlertAfterMs: number
}

export interface Evaluator {
  start(): void
  /** Finishes the iterations that run, and gives all leases back. */
  stop(): Promise<void>
  /** Unchanged groups keep running untouched. The first call makes evaluation begin. */
  update(ruleSet: RuleSet): void
  snapshot(): EvaluatorSnapshot
}

/** How often groups that should be ours are tried for. */
const ACQUIRE_EVERY_MS = 2_000
const ACQUIRE_AT_ONCE = 32
const SWEEP_EVERY_MS = 5 * MINUTE
/** Intervals of groups whose rules are gone from all files. */
const REMOVED_INTERVAL_MS = MINUTE

/**
 * Evaluates the rule groups that rendezvous hashing assigns to this member, each under a fenced lease. Keeps nothing
 * that another member could not take over from the store.
 */
export function createEvaluator(deps: EvaluatorDeps): Evaluator {
  return new LeasedGroups(deps)
}

class LeasedGroups implements Evaluator {
  readonly #deps: EvaluatorDeps
  readonly #selfDeps: RunnerDeps
  readonly #holder: string
  readonly #runners = new Map<string, GroupRunner>()
  readonly #stop = new AbortController()
  #sources = new Map<string, GroupSource>()
  #version: string | null = null
  #nextSweepAt = -Infinity
  readonly #failing = new Set<string>()
  #wake = new AbortController()
  #loops: Array<Promise<void>> = []

  constructor(deps: EvaluatorDeps) {
    this.#deps = deps
    this.#holder = `${deps.node}/${deps.share.index}`
    const monitor = createSelfMonitor(
      deps.store,
      () => [...this.#sources].filter(([, { removed }]) => !removed).map(([id]) => id),
      deps.querier.name,
      deps.failureAlertAfterMs,
    )
    const { compileTemplate, querier } = monitor
    this.#selfDeps = {
      ...deps,
      querier,
      environment: { ...deps.environment, compileTemplate },
      // Shown nowhere: what is measured about rule groups is about the rules that people wrote.
      metrics: createEvaluatorMetrics(() => ({ pending: 0, firing: 0, groups: 0 })),
    }
  }

  start(): void {
    this.#loops = [this.#reconcileLoop(), this.#renewLoop()]
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    this.#wake.abort()
    const runners = [...this.#runners.values()]
    for (const runner of runners) runner.stop()
    await Promise.all([...this.#loops, ...runners.map((runner) => runner.ended)])
    await this.#release(runners.map((runner) => runner.lease))
  }

  update(ruleSet: RuleSet): void {
    const { version } = ruleSet
    const before = this.#sources
    const sources = ruleSet.groups.map((group): [string, GroupSource] => [
      group.id,
      { group, version, removed: false },
    ])
    this.#sources = new Map(sources)
    this.#version = version
    for (const [id, { group }] of before) {
      if (this.#sources.has(id)) continue
      const emptied = { ...group, rules: [], checksum: '' }
      this.#sources.set(id, { group: emptied, version, removed: true })
    }
    for (const [id, runner] of this.#runners) {
      const source = this.#sources.get(id)
      if (source !== undefined) runner.update(source)
    }
    this.#wake.abort()
  }

  snapshot(): EvaluatorSnapshot {
    let pending = 0
    let firing = 0
    for (const runner of this.#runners.values()) {
      const counts = runner.counts()
      pending += counts.pending
      firing += counts.firing
    }
    return { pending, firing, groups: this.#runners.size }
  }

  async #reconcileLoop(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#wake = new AbortController()
      await this.#guarded('assign rule groups', async () => {
        if (this.#version === null) return
        await this.#sweep()
        await this.#reconcile()
      })
      if (this.#stop.signal.aborted) return
      await this.#deps.clock.sleep(ACQUIRE_EVERY_MS, this.#wake.signal)
    }
  }

  async #renewLoop(): Promise<void> {
    const { clock, store, leaseMs } = this.#deps
    for (;;) {
      await clock.sleep(leaseMs / 3, this.#stop.signal)
      if (this.#stop.signal.aborted) return
      await this.#guarded('renew leases', async () => {
        const leases = [...this.#runners.values()].map((runner) => runner.lease)
        if (leases.length === 0) return
        const lost = await store.renew(leases, clock.now(), leaseMs)
        for (const id of lost) this.#runners.get(id)?.abandon()
      })
    }
  }

  /** Takes the groups that are ours and free, gives away those that are not ours any more. */
  async #reconcile(): Promise<void> {
    const { node, share } = this.#deps
    // Our own heartbeat may be late; that must not make us give everything away.
    const members = [...new Set([...(await this.#deps.members()), node])]
    const mine = (id: string): boolean => isOwner(id, node, members, share)
    const missing: GroupSource[] = []
    for (const source of [...this.#sources.values(), this.#selfSource()]) {
      if (mine(source.group.id) && !this.#runners.has(source.group.id)) missing.push(source)
    }
    const before = this.#runners.size
    for (let i = 0; i < missing.length && !this.#stop.signal.aborted; i += ACQUIRE_AT_ONCE) {
      await Promise.all(missing.slice(i, i + ACQUIRE_AT_ONCE).map((source) => this.#take(source)))
    }
    const groups = this.#runners.size
    if (groups > before)
      this.#deps.log('info', 'took rule groups', { taken: groups - before, groups })
    for (const [id, runner] of this.#runners) if (!mine(id)) runner.stop()
  }

  async #take(source: GroupSource): Promise<void> {
    const { store, clock, leaseMs } = this.#deps
    const { group } = source
    const lease = await store.acquire(group.id, this.#holder, clock.now(), leaseMs)
    if (lease === null) return
    if (this.#stop.signal.aborted) return this.#release([lease])
    const deps = group.id === SELF_GROUP_ID ? this.#selfDeps : this.#deps
    const current = this.#sources.get(group.id) ?? source
    const runner = new GroupRunner(deps, current, lease)
    this.#runners.set(group.id, runner)
    void this.#seeOff(runner, group)
  }

  /** What is left to do when a runner has ended. */
  async #seeOff(runner: GroupRunner, group: RuleGroup): Promise<void> {
    const { log } = this.#deps
    const end = await runner.ended
    if (this.#stop.signal.aborted) return // stop() releases all leases at once
    this.#runners.delete(group.id)
    const fields = { group: group.name, file: group.file, id: group.id }
    switch (end) {
      case 'lost':
        log('warn', 'lost a rule group', fields)
        break
      case 'forgotten':
        this.#sources.delete(group.id)
        log('info', 'forgot a rule group that no file names any more', fields)
        break
      case 'stopped':
        await this.#release([runner.lease])
        log('info', 'gave a rule group back', fields)
    }
  }

  /** Finds groups with states that no file names: their rules were removed while nobody evaluated them. */
  async #sweep(): Promise<void> {
    const { clock, knownGroups, store } = this.#deps
    if (clock.now() < this.#nextSweepAt) return
    const version = this.#version ?? ''
    const ids = (await knownGroups()).filter((id) => id !== SELF_GROUP_ID && !this.#sources.has(id))
    const health = await store.health(ids)
    ids.forEach((id, i) => {
      if (health[i] === null || this.#sources.has(id)) return
      this.#sources.set(id, { group: removedGroup(id), version, removed: true })
    })
    this.#nextSweepAt = clock.now() + SWEEP_EVERY_MS
  }

  #selfSource(): GroupSource {
    const group = selfGroup(this.#deps.failureAlertAfterMs)
    return { group, version: this.#version ?? '', removed: false }
  }

  async #release(leases: readonly Lease[]): Promise<void> {
    await this.#guarded('release leases', () => this.#deps.store.release(leases))
  }

  /** What fails here is tried again by the loop; leases end by themselves. Told once an outage. */
  async #guarded(what: string, action: () => Promise<void>): Promise<void> {
    try {
      await action()
      this.#failing.delete(what)
    } catch (error) {
      if (this.#failing.has(what)) return
      this.#failing.add(what)
      this.#deps.log('warn', `could not ${what}, will try again`, { err: errorText(error) })
    }
  }
}

function removedGroup(id: string): RuleGroup {
  return {
    id,
    file: '',
    name: '',
    intervalMs: REMOVED_INTERVAL_MS,
    queryOffsetMs: 0,
    limit: 0,
    rules: [],
    checksum: '',
  }
}
