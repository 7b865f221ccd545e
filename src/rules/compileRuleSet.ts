import type { Problem } from '../core/problem.ts'
import { sha256 } from './identity.ts'
import { parseRuleFile } from './parseRuleFile.ts'
import type { ParsedRuleFile, ParseOptions } from './parseRuleFile.ts'
import type { RuleFileStatus, RuleGroup, RuleSet } from './ruleSet.ts'

export interface RuleFileSource {
  /** Path relative to the configuration folder, with `/`. */
  readonly file: string
  readonly text: string
}

/** A file that was read and parsed, or could not be. */
export interface LoadedRuleFile extends ParsedRuleFile {
  readonly file: string
  /** Of the text; null when it could not be read. */
  readonly hash: string | null
}

/**
 * Compiles files to one rule set. A file with an error keeps its groups from `previous`, and the rest goes live (I8); a
 * file that is not among `files` is gone, with its groups. Pure.
 */
export function compileRuleSet(
  files: readonly RuleFileSource[],
  previous: RuleSet | null,
  options: ParseOptions,
): RuleSet {
  const loaded = files.map(({ file, text }) => ({
    file,
    hash: sha256(text),
    ...parseRuleFile(file, text, options),
  }))
  return assembleRuleSet(loaded, previous)
}

/** The same, from files that have been parsed. */
export function assembleRuleSet(
  files: readonly LoadedRuleFile[],
  previous: RuleSet | null,
): RuleSet {
  const before = new Map(previous?.files.map((status) => [status.file, status]))
  const groupsBefore = (file: string): RuleGroup[] =>
    previous?.groups.filter((group) => group.file === file) ?? []
  const statuses: RuleFileStatus[] = []
  const groups: RuleGroup[] = []
  for (const loaded of [...files].sort(byFile)) {
    const last = before.get(loaded.file)
    statuses.push(statusOf(loaded, last))
    groups.push(...(loaded.groups ?? groupsBefore(loaded.file)))
  }
  return { version: versionOf(groups), files: statuses, groups }
}

/** All that is wrong with the files of a set. */
export function problemsOf(ruleSet: RuleSet): Problem[] {
  return ruleSet.files.flatMap((status) => status.problems)
}

function statusOf(loaded: LoadedRuleFile, last: RuleFileStatus | undefined): RuleFileStatus {
  const { file, problems } = loaded
  if (loaded.groups !== null) return { file, hash: loaded.hash, stale: false, problems }
  const hash = last?.hash ?? null
  return { file, hash, stale: hash !== null, problems }
}

/** Hash of what is evaluated, and of where it stands in the files, which alerts and the dashboard point at. */
function versionOf(groups: readonly RuleGroup[]): string {
  const content = groups.map((group) => [
    group.id,
    group.checksum,
    group.rules.map((rule) => [rule.line, rule.column]),
  ])
  return sha256(JSON.stringify(content)).slice(0, 32)
}

function byFile(a: LoadedRuleFile, b: LoadedRuleFile): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : 0
}
