import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { formatProblem } from '../../src/core/problem.ts'
import { checkRuleFiles } from '../../src/rules/checkRuleFiles.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tocsin-check-'))
  mkdirSync(join(dir, 'rules/deep'), { recursive: true })
  writeFileSync(join(dir, 'rules/good.yml'), 'groups: []')
  writeFileSync(join(dir, 'rules/good.test.yaml'), 'rule_files: [good.yml]')
  writeFileSync(join(dir, 'rules/deep/bad.yaml'), 'groups: 5')
  writeFileSync(join(dir, 'rules/empty.yml'), '')
})
afterEach(() => rmSync(dir, { recursive: true }))

it.each<[string, string[], string[]]>([
  ['a good file', ['rules/good.yml'], []],
  ['an empty file', ['rules/empty.yml'], []],
  [
    'a folder, without tests',
    ['rules/'],
    ['rules/deep/bad.yaml:1:9: "groups" must be a list, not 5'],
  ],
  ['a glob', ['rules/**/b*.yaml'], ['rules/deep/bad.yaml:1:9: "groups" must be a list, not 5']],
  [
    'a file named twice',
    ['rules/deep/bad.yaml', 'rules'],
    ['rules/deep/bad.yaml:1:9: "groups" must be a list, not 5'],
  ],
  ['a path to nothing', ['nope.yml'], ['nope.yml:1:1: no rule file is found here']],
])('%s', async (_name, paths, want) => {
  expect((await checkRuleFiles(paths, dir)).map(formatProblem)).toEqual(want)
})
