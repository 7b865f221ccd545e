import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { REPOSITORY } from '../support/redis.ts'

async function load<T>(file: string): Promise<T> {
  return (await import(pathToFileURL(join(REPOSITORY, 'scripts/lib', file)).href)) as T
}

describe('what npm start becomes', async () => {
  const { programArguments } = await load<{ programArguments: (given: string[]) => string[] }>(
    'programArguments.mjs',
  )
  it.each([
    ['the demo without options', [], ['demo']],
    ['the demo with its options', ['--inbox-port', '9000'], ['demo', '--inbox-port', '9000']],
    ['the service with a configuration', ['--config', 'a.yml'], ['run', '--config', 'a.yml']],
    ['the service with --config=', ['-v', '--config=a.yml'], ['run', '-v', '--config=a.yml']],
  ])('%s', (_name, given, want) => expect(programArguments(given)).toEqual(want))
})

describe('the check of the Node.js version', () => {
  const check = (version: string): { status: number | null; stderr: string } => {
    const script = `import { checkNode } from './scripts/lib/setUp.mjs'; checkNode('${version}')`
    const options = { cwd: REPOSITORY, encoding: 'utf8' } as const
    return spawnSync(process.execPath, ['--input-type=module', '-e', script], options)
  }
  it.each([['20.19.0'], ['20.20.2'], ['22.0.0'], ['24.1.0']])('%s is good', (version) => {
    expect(check(version)).toMatchObject({ status: 0, stderr: '' })
  })
  it.each([['20.18.3'], ['18.20.4'], ['9.99.0']])('%s is too old, and says so', (version) => {
    const { status, stderr } = check(version)
    expect(status).toBe(1)
    expect(stderr).toContain(`Node.js 20.19 or newer is needed, this is ${version}`)
  })
})

describe('the count of tests', async () => {
  type Count = { passed: number; failed: number }
  const { countTests } = await load<{ countTests: (report: unknown) => Count }>('testSummary.mjs')
  const file = (status: string, ...results: string[]): object => ({
    status,
    assertionResults: results.map((result) => ({ status: result })),
  })
  it.each([
    ['all passed', 2, 0, [file('passed', 'passed', 'passed')], { passed: 2, failed: 0 }],
    ['one failed', 1, 1, [file('failed', 'passed', 'failed')], { passed: 1, failed: 1 }],
    ['a file that does not load', 0, 0, [file('failed')], { passed: 0, failed: 1 }],
    ['a file whose clean-up fails', 1, 0, [file('failed', 'passed')], { passed: 1, failed: 1 }],
  ])('%s', (_name, numPassedTests, numFailedTests, testResults, want) => {
    expect(countTests({ numPassedTests, numFailedTests, testResults })).toEqual(want)
  })
  it('no report at all', () => expect(countTests(null)).toEqual({ passed: 0, failed: 1 }))
})
