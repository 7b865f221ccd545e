import { AppError } from '../../src/core/errors.ts'
import type { Transition } from '../../src/core/alert.ts'
import type {
  EvaluationCommit,
  EvaluationStore,
  GroupHealth,
  StoredInstance,
} from '../../src/store/evaluationStore.ts'

interface StoredGroup {
  node: string | null
  until: number
  epoch: number
  slot: number | null
  health: GroupHealth | null
  readonly states: Map<string, StoredInstance>
}

/** Keeps the promises of EvaluationStore in memory, and can fail like a store that is away. */
export class MemoryEvaluationStore implements EvaluationStore {
  readonly groups = new Map<string, StoredGroup>()
  /** Everything committed, oldest first. */
  readonly commits: EvaluationCommit[] = []
  /** `refuse`: nothing is carried out. `lose-answer`: it is carried out, but the caller never hears of it. */
  mode: 'up' | 'refuse' | 'lose-answer' = 'up'

  get transitions(): Transition[] {
    return this.commits.flatMap((commit) => commit.transitions)
  }

  acquire(...[groupId, node, now, ttlMs]: Parameters<EvaluationStore['acquire']>) {
    return this.#reply(() => {
      const group = this.#group(groupId)
      if (group.node !== null && group.node !== node && group.until > now) return null
      Object.assign(group, { node, until: now + ttlMs, epoch: group.epoch + 1 })
      return { groupId, epoch: group.epoch }
    })
  }

  renew(...[leases, now, ttlMs]: Parameters<EvaluationStore['renew']>) {
    return this.#reply(() => {
      const lost = leases.filter(({ groupId, epoch }) => this.#group(groupId).epoch !== epoch)
      for (const lease of leases) {
        if (!lost.includes(lease)) this.#group(lease.groupId).until = now + ttlMs
      }
      return new Set(lost.map(({ groupId }) => groupId))
    })
  }

  release(...[leases]: Parameters<EvaluationStore['release']>) {
    return this.#reply(() => {
      for (const { groupId, epoch } of leases) {
        const group = this.#group(groupId)
        if (group.epoch === epoch) group.node = null
      }
    })
  }

  load(groupId: string) {
    return this.#reply(() => {
      const { slot, states } = this.#group(groupId)
      return structuredClone({ slot, instances: [...states.values()] })
    })
  }

  commit(commit: EvaluationCommit) {
    return this.#reply(() => {
      const group = this.#group(commit.lease.groupId)
      if (group.epoch !== commit.lease.epoch) return 'fenced' as const
      if (group.slot !== commit.after) return 'stale' as const
      for (const instance of commit.put) group.states.set(keyOf(instance), instance)
      for (const instance of commit.remove) group.states.delete(keyOf(instance))
      Object.assign(group, { slot: commit.slot, health: commit.health })
      this.commits.push(structuredClone(commit))
      return 'committed' as const
    })
  }

  health(groupIds: readonly string[]) {
    return this.#reply(() => groupIds.map((id) => this.groups.get(id)?.health ?? null))
  }

  forget(...[lease]: Parameters<EvaluationStore['forget']>) {
    return this.#reply(() => {
      const group = this.#group(lease.groupId)
      if (group.epoch !== lease.epoch) return
      group.states.clear()
      Object.assign(group, { node: null, slot: null, health: null })
    })
  }

  #group(id: string): StoredGroup {
    const known = this.groups.get(id)
    if (known !== undefined) return known
    const group = { node: null, until: 0, epoch: 0, slot: null, health: null, states: new Map() }
    this.groups.set(id, group)
    return group
  }

  async #reply<T>(action: () => T): Promise<T> {
    await Promise.resolve()
    if (this.mode === 'up') return action()
    if (this.mode === 'lose-answer') action()
    throw new AppError('STORE_FAILED', 'Redis failed: connection refused')
  }
}

function keyOf({ ruleKey, fingerprint }: Pick<StoredInstance, 'ruleKey' | 'fingerprint'>): string {
  return `${ruleKey}/${fingerprint}`
}
