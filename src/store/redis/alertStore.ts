import type { AlertRecord } from '../../core/alert.ts'
import { SHARDS, shardOf } from '../../core/shard.ts'
import type { AlertChange, AlertStore, AlertView } from '../alertStore.ts'
import type { RedisConnection, ScriptArgument } from './connection.ts'
import { keys } from './keys.ts'
import { RecordTexts, recordText } from './recordTexts.ts'
import { pairs, unpackFingerprints } from './replies.ts'

/** How many changes a process may be behind before it reads a whole shard again. */
const CHANGES_KEPT = 1_000
/** Records written by one script at most: bounds how long the server is busy with one of them. */
const RECORDS_PER_SCRIPT = 2_000

/**
 * Alert records in hashes of Redis, one for each shard, with a version that grows by one with every write and a stream
 * of what changed. The view of a process holds the records as texts (a tenth of the memory of objects for a mass
 * outage) and parses one when it is asked for.
 */
export function createRedisAlertStore(redis: RedisConnection): AlertStore {
  const listeners: Array<(fingerprints: Iterable<string>) => void> = []
  const changed = (fingerprints: Iterable<string>): void => {
    for (const listener of listeners) listener(fingerprints)
  }
  const shards = Array.from({ length: SHARDS }, (_, index) => new Shard(redis, index, changed))
  const view = createView(shards)
  redis.onReconnect(() => shards.forEach((shard) => shard.forgetVersion()))
  return {
    view,
    onChange: (listener) => void listeners.push(listener),
    async sync() {
      await syncAll(redis, shards)
      return view
    },
    async update(changes) {
      const byShard = new Map<Shard, Map<string, AlertChange>>()
      for (const [fingerprint, change] of changes) {
        const shard = shards[shardOf(fingerprint)] as Shard
        let part = byShard.get(shard)
        if (part === undefined) byShard.set(shard, (part = new Map()))
        part.set(fingerprint, change)
      }
      await Promise.all([...byShard].map(([shard, part]) => shard.write(part)))
    },
  }
}

function createView(shards: readonly Shard[]): AlertView {
  return {
    get size() {
      return shards.reduce((sum, shard) => sum + shard.size, 0)
    },
    *ending() {
      for (const shard of shards) yield* shard.ending()
    },
    counts: () => ({
      pending: shards.reduce((sum, shard) => sum + shard.texts.count('pending'), 0),
      firing: shards.reduce((sum, shard) => sum + shard.texts.count('firing'), 0),
      resolved: shards.reduce((sum, shard) => sum + shard.texts.count('resolved'), 0),
    }),
    get: (fingerprint) => shards[shardOf(fingerprint)]?.get(fingerprint),
    *values() {
      for (const shard of shards) yield* shard.values()
    },
  }
}

/** One round trip for all shards that are merely behind; shards never read are read whole. */
async function syncAll(redis: RedisConnection, shards: readonly Shard[]): Promise<void> {
  const known = shards.filter((shard) => shard.version !== null)
  const unknown = shards.filter((shard) => shard.version === null)
  const answers = await redis.batch((b) => {
    for (const s of known) {
      b.call('GET', `${s.tag}:version`)
      b.call('XRANGE', `${s.tag}:changes`, `(${s.version}-0`, '+')
    }
  })
  await Promise.all([
    ...known.map((shard, i) => {
      const lostWrites = Number(answers[i * 2] ?? 0) < (shard.version ?? 0) && !shard.isWriting
      return lostWrites ? shard.readAll() : shard.follow(answers[i * 2 + 1] as ChangeEntry[])
    }),
    ...unknown.map((shard) => shard.readAll()),
  ])
}

type ChangeEntry = [id: string, fields: string[]]

class Shard {
  readonly tag: string
  /** Version of what `#texts` holds; null: unknown, read everything. */
  version: number | null = null
  readonly #redis: RedisConnection
  readonly texts = new RecordTexts()
  #queue: Array<{
    changes: ReadonlyMap<string, AlertChange>
    done: () => void
    failed: (e: unknown) => void
  }> = []
  #writing = false

  readonly #changed: (fingerprints: Iterable<string>) => void

  constructor(redis: RedisConnection, index: number, changed: (fps: Iterable<string>) => void) {
    this.#redis = redis
    this.#changed = changed
    this.tag = keys.alerts(index)
  }

  /** While a write is under way the view may be ahead of an answer that is still on its way. */
  get isWriting(): boolean {
    return this.#writing
  }

  get size(): number {
    return this.texts.size
  }

  get(fingerprint: string): AlertRecord | undefined {
    const text = this.texts.get(fingerprint)
    return text === undefined ? undefined : (JSON.parse(text) as AlertRecord)
  }

  *values(): Generator<AlertRecord> {
    for (const text of this.texts.values()) yield JSON.parse(text) as AlertRecord
  }

  *ending(): Generator<AlertRecord> {
    for (const text of this.texts.ending()) yield JSON.parse(text) as AlertRecord
  }

  forgetVersion(): void {
    this.version = null
  }

  async readAll(): Promise<void> {
    const [version, records] = await this.#redis.batch((b) => {
      b.call('GET', `${this.tag}:version`)
      b.call('HGETALL', `${this.tag}:records`)
    })
    const before = [...this.texts.fingerprints()]
    this.texts.clear()
    for (const [fingerprint, text] of pairs(records)) this.texts.set(fingerprint, text)
    this.#changed(new Set([...before, ...this.texts.fingerprints()]))
    // A write between the two commands makes the version too old, never too new: its change is then read again.
    this.version = Number(version ?? 0)
  }

  /** Applies what changed since `version`. */
  async follow(entries: readonly ChangeEntry[]): Promise<void> {
    const first = entries[0]
    const last = entries.at(-1)
    if (first === undefined || last === undefined || this.version === null) return
    if (idVersion(first[0]) > this.version + 1) return this.readAll()
    const newest = idVersion(last[0])
    const changed = [
      ...new Set(entries.flatMap(([, fields]) => unpackFingerprints(fields[1] ?? ''))),
    ]
    if (changed.length === 0) return void (this.version = Math.max(this.version, newest))
    const [texts] = await this.#redis.batch((b) =>
      b.call('HMGET', `${this.tag}:records`, ...changed),
    )
    if (this.version !== null && newest <= this.version) return // a write of our own got ahead meanwhile
    changed.forEach((fingerprint, i) => {
      const text = (texts as Array<string | null>)[i]
      if (text === null || text === undefined) this.texts.delete(fingerprint)
      else this.texts.set(fingerprint, text)
    })
    this.version = newest
    this.#changed(changed)
  }

  /** Queues changes; while one write is under way, all later ones gather into the next. */
  write(changes: ReadonlyMap<string, AlertChange>): Promise<void> {
    return new Promise((done, failed) => {
      this.#queue.push({ changes, done, failed })
      if (!this.#writing) void this.#drain()
    })
  }

  async #drain(): Promise<void> {
    this.#writing = true
    while (this.#queue.length > 0) {
      const batch = this.#queue
      this.#queue = []
      try {
        await this.#store(batch.map((item) => item.changes))
        batch.forEach((item) => item.done())
      } catch (error) {
        batch.forEach((item) => item.failed(error))
      }
    }
    this.#writing = false
  }

  async #store(changes: ReadonlyArray<ReadonlyMap<string, AlertChange>>): Promise<void> {
    for (;;) {
      if (this.version === null) await this.readAll()
      const next = this.#apply(changes)
      if (await this.#put([...next])) return
    }
  }

  /** Fingerprint to new text (null: remove) of everything that the changes really change. */
  #apply(changes: ReadonlyArray<ReadonlyMap<string, AlertChange>>): Map<string, string | null> {
    const next = new Map<string, AlertRecord | null>()
    for (const part of changes) {
      for (const [fingerprint, change] of part) {
        const pending = next.get(fingerprint)
        const current = pending === undefined ? this.get(fingerprint) : (pending ?? undefined)
        const changed = change(current)
        if (changed !== undefined && changed !== current) next.set(fingerprint, changed)
      }
    }
    const texts = new Map<string, string | null>()
    for (const [fingerprint, record] of next) {
      const text = record === null ? null : recordText(record)
      if (text !== (this.texts.get(fingerprint) ?? null)) texts.set(fingerprint, text)
    }
    return texts
  }

  /** False when another process wrote first: the view is newer then, and the changes must be applied to it again. */
  async #put(texts: ReadonlyArray<readonly [string, string | null]>): Promise<boolean> {
    for (let from = 0; from < texts.length; from += RECORDS_PER_SCRIPT) {
      const part = texts.slice(from, from + RECORDS_PER_SCRIPT)
      const before = this.version ?? 0
      const answer = (await this.#redis.run(
        'putAlerts',
        this.tag,
        before,
        CHANGES_KEPT,
        putArguments(part),
      )) as number[]
      const version = Number(answer[1])
      if (Number(answer[0]) === 0) {
        await this.#catchUp(version)
        return false
      }
      for (const [fingerprint, text] of part) {
        if (text === null) this.texts.delete(fingerprint)
        else this.texts.set(fingerprint, text)
      }
      this.version = version
      this.#changed(part.map(([fingerprint]) => fingerprint))
    }
    return true
  }

  async #catchUp(actual: number): Promise<void> {
    if (this.version === null || actual < this.version) return this.readAll() // the store lost its last writes
    const [entries] = await this.#redis.batch((b) =>
      b.call('XRANGE', `${this.tag}:changes`, `(${this.version}-0`, '+'),
    )
    await this.follow(entries as ChangeEntry[])
  }
}

function putArguments(texts: ReadonlyArray<readonly [string, string | null]>): ScriptArgument[] {
  const puts: ScriptArgument[] = []
  const removes: ScriptArgument[] = []
  for (const [fingerprint, text] of texts) {
    if (text === null) removes.push(fingerprint)
    else puts.push(fingerprint, text)
  }
  const changed = texts.map(([fingerprint]) => fingerprint).join('')
  return [puts.length / 2, ...puts, removes.length, ...removes, changed]
}

function idVersion(id: string): number {
  return Number(id.slice(0, id.indexOf('-')))
}
