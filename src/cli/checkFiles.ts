import { readFile, stat } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { errorText } from '../core/errors.ts'
import type { Problem } from '../core/problem.ts'
import { sortProblems } from '../core/problem.ts'
import { fileKind } from './fileKind.ts'
import type { CliIo } from './io.ts'

export interface CheckResult {
  /** Sorted. */
  readonly problems: readonly Problem[]
  /** What was looked at, as named. */
  readonly checked: readonly string[]
}

type Place = Pick<CliIo, 'env' | 'cwd'>

/** Checks files of any of our kinds. Folders and patterns hold rule files; a service file brings in those it names. */
export async function checkFiles(paths: readonly string[], place: Place): Promise<CheckResult> {
  const problems: Problem[] = []
  const checked: string[] = []
  const ruleFiles: string[] = []
  for (const path of paths) {
    const kind = await kindOf(path, place.cwd)
    checked.push(path)
    if (kind === 'rules') ruleFiles.push(path)
    else if (kind === 'notifications') problems.push(...(await checkNotifications(path, place.cwd)))
    else if (kind === 'service') {
      const found = await checkService(path, place)
      problems.push(...found.problems)
      checked.push(...found.checked)
    } else problems.push(kind)
  }
  if (ruleFiles.length > 0) problems.push(...(await checkRules(ruleFiles, place.cwd)))
  return { problems: sortProblems(problems), checked }
}

async function kindOf(
  path: string,
  cwd: string,
): Promise<'rules' | 'notifications' | 'service' | Problem> {
  if (/[*?{[]/.test(path)) return 'rules'
  try {
    const full = resolve(cwd, path)
    if ((await stat(full)).isDirectory()) return 'rules'
    const kind = fileKind(await readFile(full, 'utf8'))
    if (kind !== null) return kind
  } catch (error) {
    return problemOf(path, `cannot be read: ${errorText(error)}`)
  }
  return problemOf(
    path,
    'this is none of our files: rule files begin with `groups:`, notification files have `route:`, ' +
      'service files have keys such as `datasources:`',
  )
}

async function checkService(path: string, { env, cwd }: Place): Promise<CheckResult> {
  const { loadConfig } = await import('../config/load.ts')
  const { config, problems } = loadConfig({ file: path, env, cwd })
  if (config === null) return { problems, checked: [] }
  const named = (file: string): string => relative(cwd, file) || file
  const rules = config.rules.map(named)
  const files = config.notifications === null ? [] : [named(config.notifications)]
  const found = await Promise.all([
    rules.length === 0 ? [] : checkRules(rules, cwd),
    ...files.map((file) => checkNotifications(file, cwd)),
  ])
  return { problems: [...problems, ...found.flat()], checked: [...files, ...rules] }
}

async function checkRules(paths: readonly string[], cwd: string): Promise<readonly Problem[]> {
  const { checkRuleFiles } = await import('../rules/checkRuleFiles.ts')
  return checkRuleFiles(paths, cwd)
}

async function checkNotifications(path: string, cwd: string): Promise<readonly Problem[]> {
  let text: string
  try {
    text = await readFile(resolve(cwd, path), 'utf8')
  } catch (error) {
    return [problemOf(path, `the notification file cannot be read: ${errorText(error)}`)]
  }
  const { loadNotificationFile } = await import('../routing/notificationFile.ts')
  return loadNotificationFile(resolve(cwd, path), text).problems.map((problem) => ({
    ...problem,
    file: relative(cwd, problem.file) || problem.file,
  }))
}

function problemOf(file: string, message: string): Problem {
  return { file, line: 1, column: 1, severity: 'error', message }
}
