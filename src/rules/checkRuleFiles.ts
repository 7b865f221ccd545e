import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { MINUTE } from '../core/time.ts'
import { sortProblems } from '../core/problem.ts'
import type { Problem } from '../core/problem.ts'
import { globFiles } from './globFiles.ts'
import { parseRuleFile, refused } from './parseRuleFile.ts'
import { readRuleFile } from './readRuleFile.ts'
import { nameOf } from './readRuleFiles.ts'

const IN_FOLDERS = '**/*.{yml,yaml,rules}'
/** Unit tests of rules lie beside them. */
const RULE_TEST = /\.test\.ya?ml$/
const DEFAULTS = { intervalMs: MINUTE, queryOffsetMs: 0 }

/**
 * Checks rule files for the command line: files, folders (all their YAML, without `*.test.yml`) and globs, relative to
 * `baseDir`. Resolves to every problem, sorted; a path that leads to no file is one.
 */
export async function checkRuleFiles(
  paths: readonly string[],
  baseDir: string,
): Promise<Problem[]> {
  const problems: Problem[] = []
  const files = new Set<string>()
  for (const path of paths) {
    const folder = await isFolder(path, baseDir)
    const found = await globFiles(
      [folder ? `${path.replace(/\/+$/, '')}/${IN_FOLDERS}` : path],
      baseDir,
    )
    const wanted = found.files.filter((file) => !folder || !RULE_TEST.test(file))
    if (wanted.length === 0) problems.push(...refused(path, 'no rule file is found here').problems)
    for (const failure of found.failures) {
      if (!failure.missing) {
        problems.push(...refused(nameOf(failure.path, baseDir), failure.message).problems)
      }
    }
    for (const file of wanted) files.add(file)
  }
  for (const path of files) problems.push(...(await checkFile(path, nameOf(path, baseDir))))
  return sortProblems(problems)
}

async function checkFile(path: string, name: string): Promise<readonly Problem[]> {
  const read = await readRuleFile(path)
  switch (read.kind) {
    case 'gone':
      return refused(name, 'the file has just vanished').problems
    case 'bad':
      return refused(name, read.message).problems
    case 'text':
      return parseRuleFile(name, read.text, { defaults: DEFAULTS }).problems
  }
}

async function isFolder(path: string, baseDir: string): Promise<boolean> {
  return stat(resolve(baseDir, path)).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
}
