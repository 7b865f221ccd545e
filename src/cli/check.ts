import type { Command } from 'commander'
import type { Problem } from '../core/problem.ts'
import { formatProblem, hasErrors } from '../core/problem.ts'
import { configFile } from './configFile.ts'
import { CliFailure, printJson } from './io.ts'
import type { CliIo } from './io.ts'
import { countText } from './texts.ts'

/** `tocsin check [files...]`: exit code 1 when there is an error. Loads only what the kinds of files need. */
export function addCheckCommand(program: Command, io: CliIo): void {
  program
    .command('check')
    .description('check files as the service would read them: exit code 1 when there is an error')
    .argument('[files...]', 'tocsin.yml (with all it names), alertmanager.yml, rule files, folders')
    .option('--config <file>', 'the service file when no files are named (or TOCSIN_CONFIG)')
    .option('--json', 'print problems as JSON')
    .action(async (files: string[], options: { config?: string; json?: boolean }) => {
      const paths = files.length > 0 ? files : [requireConfig(options.config, io)]
      const { checkFiles } = await import('./checkFiles.ts')
      const { problems, checked } = await checkFiles(paths, io)
      if (options.json === true) printJson(io, problems)
      else printProblems(problems, checked, io)
      if (hasErrors(problems)) throw new CliFailure('')
    })
}

function requireConfig(given: string | undefined, io: CliIo): string {
  const file = configFile(given, io)
  if (file !== null) return file
  throw new CliFailure('nothing to check: name files, or run it where tocsin.yml lies')
}

function printProblems(problems: readonly Problem[], checked: readonly string[], io: CliIo): void {
  for (const problem of problems) io.out(`${formatProblem(problem)}\n`)
  const errors = problems.filter((p) => p.severity === 'error').length
  const found =
    problems.length === 0
      ? 'no problems'
      : `${countText(errors, 'error')}, ${countText(problems.length - errors, 'warning')}`
  io.err(`checked ${checked.join(', ')}: ${found}\n`)
}
