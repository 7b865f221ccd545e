import type { Problem } from '../core/problem.ts'

/** The compiled rules, as they are cached in Redis under their version. Plain data: survives JSON. */
export interface RuleSet {
  /** Hash of the content of all files. Every evaluator evaluates one version. */
  readonly version: string
  readonly files: readonly RuleFileStatus[]
  /** Sorted by file, then position. */
  readonly groups: readonly RuleGroup[]
}

/** One file is one unit (I8): a bad one keeps its last good groups, and says so here. */
export interface RuleFileStatus {
  readonly file: string
  /** Hash of the text that `groups` come from; null when no version of the file was ever good. */
  readonly hash: string | null
  /** The text on disk is bad, and the groups are those of the last good one. */
  readonly stale: boolean
  readonly problems: readonly Problem[]
}

export interface RuleGroup {
  /** Hash of file and name: the group's identity in the store. Hexadecimal. */
  readonly id: string
  readonly file: string
  readonly name: string
  readonly intervalMs: number
  readonly queryOffsetMs: number
  /** 0: unlimited. */
  readonly limit: number
  readonly rules: readonly Rule[]
  /** Hash over everything that matters to evaluation: an unchanged group keeps running untouched. */
  readonly checksum: string
}

export type Rule = AlertingRule | RecordingRule

interface RuleBase {
  /** Identity inside the group: hash of name and labels, with `#2`, `#3` for repeats. State is carried over by it. */
  readonly key: string
  readonly name: string
  /** As written. */
  readonly expr: string
  /** Group labels with the rule's own on top. Raw: values may be templates. */
  readonly labels: Readonly<Record<string, string>>
  readonly line: number
  readonly column: number
}

export interface AlertingRule extends RuleBase {
  readonly kind: 'alerting'
  readonly forMs: number
  readonly keepFiringMs: number
  readonly annotations: Readonly<Record<string, string>>
}

/** Checked and shown, not evaluated: the datasource's own rules write series. */
export interface RecordingRule extends RuleBase {
  readonly kind: 'recording'
}
