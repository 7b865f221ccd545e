import { createHash } from 'node:crypto'
import { sortedNames } from '../core/labels.ts'
import type { Rule, RuleGroup } from './ruleSet.ts'

/** A group is its file and its name, as in Prometheus: moving or renaming it starts anew. 32 hexadecimal digits. */
export function groupId(file: string, name: string): string {
  return sha256(`${file};${name}`).slice(0, 32)
}

/** What a rule's state hangs on: its kind, name and labels. Twins are counted in file order: `…`, `…#2`. */
export function ruleKeys(rules: readonly Pick<Rule, 'kind' | 'name' | 'labels'>[]): string[] {
  const seen = new Map<string, number>()
  return rules.map((rule) => {
    const labels = sortedNames(rule.labels).map((name) => [name, rule.labels[name]])
    const key = sha256(JSON.stringify([rule.kind, rule.name, labels])).slice(0, 16)
    const count = (seen.get(key) ?? 0) + 1
    seen.set(key, count)
    return count === 1 ? key : `${key}#${count}`
  })
}

/** Changes exactly when the evaluation of the group would: not with comments, the order of labels, or line numbers. */
export function groupChecksum(group: Omit<RuleGroup, 'id' | 'checksum'>): string {
  const rules = group.rules.map((rule) => [
    rule.kind,
    rule.name,
    rule.expr,
    pairs(rule.labels),
    ...(rule.kind === 'alerting' ? [rule.forMs, rule.keepFiringMs, pairs(rule.annotations)] : []),
  ])
  const { file, name, intervalMs, queryOffsetMs, limit } = group
  return sha256(JSON.stringify([file, name, intervalMs, queryOffsetMs, limit, rules])).slice(0, 32)
}

function pairs(labels: Readonly<Record<string, string>>): string[][] {
  return sortedNames(labels).map((name) => [name, labels[name] as string])
}

/** Hexadecimal. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
