import type { AlertRecord } from '../core/alert.ts'
import { labelValue } from '../core/labels.ts'
import type { Labels } from '../core/labels.ts'
import { compileMatchers } from '../core/matcher.ts'
import type { LabelPredicate } from '../core/matcher.ts'
import type { InhibitRule } from './notificationConfig.ts'

export type SourceAlert = Pick<AlertRecord, 'fingerprint' | 'labels' | 'endsAt'>

/** Which alerts are kept quiet by others (Alertmanager's `inhibit`), with every firing source considered. */
export interface Inhibitor {
  /** Takes a firing alert in, or its new end. Alerts that no rule has as a source cost nothing. */
  add(alert: SourceAlert): void
  remove(fingerprint: string): void
  /** The fingerprint of a firing alert that inhibits these labels at `now`, by the first rule that does; null: none. */
  inhibitedBy(labels: Labels, now: number): string | null
}

interface CompiledRule {
  readonly isSource: LabelPredicate
  readonly isTarget: LabelPredicate
  readonly equal: readonly string[]
  /** Sources by the values of the equal labels. One that matches the target side too cannot inhibit its like. */
  readonly oneSided: Map<string, Bucket>
  readonly twoSided: Map<string, Bucket>
}

interface Bucket {
  readonly key: string
  readonly owner: Map<string, Bucket>
  /** Fingerprint to end; Infinity while it has none. */
  readonly sources: Map<string, number>
  /** The source that ends last: when it is over, all are. Null: to be found again. */
  latest: string | null
}

export function createInhibitor(rules: readonly InhibitRule[]): Inhibitor {
  const compiled = rules.map(compileRule)
  const placed = new Map<string, readonly Bucket[]>()
  const remove = (fingerprint: string): void => {
    for (const bucket of placed.get(fingerprint) ?? []) takeOut(bucket, fingerprint)
    placed.delete(fingerprint)
  }
  return {
    add(alert) {
      const { fingerprint, labels, endsAt } = alert
      let buckets = placed.get(fingerprint)
      if (buckets === undefined) {
        buckets = compiled
          .filter((rule) => rule.isSource(labels))
          .map((rule) => bucketOf(rule, labels))
        if (buckets.length === 0) return
        placed.set(fingerprint, buckets)
      }
      for (const bucket of buckets) putIn(bucket, fingerprint, endsAt ?? Infinity)
    },
    remove,
    inhibitedBy(labels, now) {
      for (const rule of compiled) {
        if (rule.oneSided.size === 0 && rule.twoSided.size === 0) continue
        if (!rule.isTarget(labels)) continue
        const key = equalKey(rule.equal, labels)
        const source =
          firingSource(rule.oneSided.get(key), now) ??
          (rule.isSource(labels) ? null : firingSource(rule.twoSided.get(key), now))
        if (source !== null) return source
      }
      return null
    },
  }
}

function compileRule({ sourceMatchers, targetMatchers, equal }: InhibitRule): CompiledRule {
  return {
    isSource: compileMatchers(sourceMatchers),
    isTarget: compileMatchers(targetMatchers),
    equal,
    oneSided: new Map(),
    twoSided: new Map(),
  }
}

function bucketOf(rule: CompiledRule, labels: Labels): Bucket {
  const owner = rule.isTarget(labels) ? rule.twoSided : rule.oneSided
  const key = equalKey(rule.equal, labels)
  let bucket = owner.get(key)
  if (bucket === undefined) {
    bucket = { key, owner, sources: new Map(), latest: null }
    owner.set(key, bucket)
  }
  return bucket
}

function putIn(bucket: Bucket, fingerprint: string, endsAt: number): void {
  const before = bucket.sources.get(fingerprint)
  bucket.sources.set(fingerprint, endsAt)
  const latestEnd = bucket.latest === null ? undefined : bucket.sources.get(bucket.latest)
  if (bucket.sources.size === 1) bucket.latest = fingerprint
  else if (bucket.latest === fingerprint && before !== undefined && endsAt < before)
    bucket.latest = null
  else if (latestEnd !== undefined && endsAt > latestEnd) bucket.latest = fingerprint
}

function takeOut(bucket: Bucket, fingerprint: string): void {
  bucket.sources.delete(fingerprint)
  if (bucket.latest === fingerprint) bucket.latest = null
  if (bucket.sources.size === 0) bucket.owner.delete(bucket.key)
}

function firingSource(bucket: Bucket | undefined, now: number): string | null {
  if (bucket === undefined) return null
  bucket.latest ??= findLatest(bucket.sources)
  const endsAt = bucket.latest === null ? undefined : bucket.sources.get(bucket.latest)
  return endsAt !== undefined && endsAt > now ? bucket.latest : null
}

function findLatest(sources: ReadonlyMap<string, number>): string | null {
  let latest: string | null = null
  let latestEnd = -Infinity
  for (const [fingerprint, endsAt] of sources) {
    if (endsAt === Infinity) return fingerprint
    if (endsAt > latestEnd) {
      latest = fingerprint
      latestEnd = endsAt
    }
  }
  return latest
}

/** Distinct for distinct values, so that no two label sets are taken for equal by accident; a missing label is ''. */
function equalKey(equal: readonly string[], labels: Labels): string {
  const [only] = equal
  if (only === undefined) return ''
  if (equal.length === 1) return labelValue(labels, only)
  return JSON.stringify(equal.map((name) => labelValue(labels, name)))
}
