// `npm test`: type check, lint, format check and all tests, on a fresh clone too. Further arguments go to vitest.
// The last line says `N passed, N failed`; a failed check counts as one failure.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, isBuildStale } from './build.mjs'
import { checkNode, installDependencies } from './lib/setUp.mjs'
import { runNpm, runStep, say } from './lib/terminal.mjs'
import { countTests } from './lib/testSummary.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
checkNode(process.versions.node)
installDependencies(root)

const checks = [
  ['build', () => !isBuildStale(root) || build(root)],
  ['type check', () => runNpm(root, ['run', '--silent', 'typecheck']) === 0],
  ['lint', () => runNpm(root, ['run', '--silent', 'lint']) === 0],
  ['format check', () => runNpm(root, ['run', '--silent', 'format:check']) === 0],
]
const failedChecks = checks
  .filter(([name, passes]) => !passesAloud(name, passes))
  .map(([name]) => name)

say('tests')
const { code, report } = runVitest(process.argv.slice(2))
const tests = countTests(report)
const failed = tests.failed + failedChecks.length
if (failedChecks.length > 0) say(`failed: ${failedChecks.join(', ')}`)
process.stdout.write(`${tests.passed} passed, ${failed} failed\n`)
process.exitCode = failed > 0 ? 1 : code

function passesAloud(name, passes) {
  say(name)
  return passes()
}

/** Runs all tests; the report is null when vitest did not get as far as writing one. */
function runVitest(extra) {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-test-'))
  const file = join(folder, 'report.json')
  try {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
    const code = runStep(root, process.execPath, [vitest, 'run', ...reporters, ...extra])
    return { code, report: readReport(file) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}
