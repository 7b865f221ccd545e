import { relative, resolve, sep } from 'node:path'
import type { Problem } from '../core/problem.ts'
import { globFiles } from './globFiles.ts'
import type { PathFailure } from './globFiles.ts'
import { readRuleFile } from './readRuleFile.ts'
import type { FileRead } from './readRuleFile.ts'

/** What stands on the disk at one moment. */
export interface DiskState {
  /** By path relative to the configuration folder. Bad ones are there too: only what is gone is missing. */
  readonly files: ReadonlyMap<string, Exclude<FileRead, { kind: 'gone' }>>
  /** Globs without a match. */
  readonly warnings: readonly Problem[]
}

/**
 * Reads all files that the globs match. `known` are the files of the last rule set: what cannot be looked at any more (no
 * permission, or the whole folder is away, as when a volume is not mounted) is bad, not gone (I5). Never throws.
 */
export async function readRuleFiles(
  globs: readonly string[],
  baseDir: string,
  known: readonly string[],
): Promise<DiskState> {
  const found = await globFiles(globs, baseDir)
  const files = new Map<string, Exclude<FileRead, { kind: 'gone' }>>()
  for (const failure of found.failures) {
    for (const file of affected(failure, baseDir, known)) {
      files.set(file, {
        kind: 'bad',
        message: `${nameOf(failure.path, baseDir)}: ${failure.message}`,
      })
    }
  }
  for (const path of found.files) {
    const read = await readRuleFile(path)
    if (read.kind !== 'gone') files.set(nameOf(path, baseDir), read)
  }
  return { files, warnings: found.unmatched.map(noMatch) }
}

/** A file's name in rule sets and problems: relative, with `/` on all systems. */
export function nameOf(path: string, baseDir: string): string {
  return relative(baseDir, path).split(sep).join('/') || '.'
}

function affected(failure: PathFailure, baseDir: string, known: readonly string[]): string[] {
  const below = known.filter((file) => isBelow(resolve(baseDir, file), failure.path))
  if (below.length > 0 || failure.missing) return below
  return [nameOf(failure.path, baseDir)]
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

function noMatch(glob: string): Problem {
  const message = 'no rule file matches this path, so that nothing is evaluated from it'
  return { file: glob, line: 1, column: 1, severity: 'warning', message }
}
