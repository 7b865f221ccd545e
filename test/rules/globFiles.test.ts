import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { asNobody } from '../support/asNobody.ts'
import { globFiles } from '../../src/rules/globFiles.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tocsin-glob-'))
  for (const file of [
    'a.yml',
    'b.yaml',
    'c.txt',
    'x/a.yml',
    'x/y/b.yml',
    '.hidden/h.yml',
    'x/.h.yml',
    'q[1].yml',
  ]) {
    mkdirSync(dirname(join(dir, file)), { recursive: true })
    writeFileSync(join(dir, file), '')
  }
})
afterEach(() => rmSync(dir, { recursive: true }))

async function found(...globs: string[]): Promise<string[]> {
  const { files } = await globFiles(globs, dir)
  return files.map((file) => relative(dir, file))
}

it.each<[string, string[], string[]]>([
  ['a plain name', ['a.yml'], ['a.yml']],
  ['a star, which matches no folder and no leading dot', ['*.yml'], ['a.yml', 'q[1].yml']],
  ['a star for a folder', ['*/a.yml'], ['x/a.yml']],
  ['any depth, from none', ['**/*.yml'], ['a.yml', 'q[1].yml', 'x/a.yml', 'x/y/b.yml']],
  ['everything below', ['x/**'], ['x/a.yml', 'x/y/b.yml']],
  ['one character', ['?.yml'], ['a.yml']],
  ['a set', ['[ab].y*'], ['a.yml', 'b.yaml']],
  ['a negated set', ['[!a].y*'], ['b.yaml']],
  ['alternatives', ['*.{yml,yaml}'], ['a.yml', 'b.yaml', 'q[1].yml']],
  ['overlapping globs, each file once', ['a.yml', '*.yml'], ['a.yml', 'q[1].yml']],
  ['a dot that is asked for', ['.hidden/*.yml'], ['.hidden/h.yml']],
  ['a name that is missing', ['nope.yml'], []],
])('%s', async (_name, globs, want) => expect(await found(...globs)).toEqual(want))

it('names the globs that match nothing', async () => {
  const { unmatched } = await globFiles(['*.yml', 'nope/*.yml', 'x/*.rules'], dir)
  expect(unmatched).toEqual(['nope/*.yml', 'x/*.rules'])
})

it('does not follow links in circles', async () => {
  symlinkSync(dir, join(dir, 'x/y/loop'))
  const { files } = await globFiles(['**/a.yml'], dir)
  expect(files.length).toBeLessThan(6)
  expect(files).toContain(join(dir, 'a.yml'))
})

it('reports a link that leads nowhere instead of calling the file gone', async () => {
  symlinkSync(join(dir, 'away'), join(dir, 'link.yml'))
  const { failures } = await globFiles(['*.yml'], dir)
  expect(failures).toEqual([
    {
      path: join(dir, 'link.yml'),
      missing: false,
      message: 'cannot be read: this link leads nowhere',
    },
  ])
})

it('reports a folder that may not be listed', async () => {
  chmodSync(join(dir, 'x'), 0o000)
  const { failures } = await asNobody(dir, () => globFiles(['**/*.yml'], dir))
  chmodSync(join(dir, 'x'), 0o700)
  expect(failures).toMatchObject([{ path: join(dir, 'x'), missing: false }])
})
