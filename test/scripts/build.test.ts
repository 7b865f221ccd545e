import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { REPOSITORY } from '../support/redis.ts'

let root: string
beforeEach(() => {
  root = fs.mkdtempSync(join(tmpdir(), 'tocsin-build-'))
  for (const path of ['scripts', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json']) {
    fs.cpSync(join(REPOSITORY, path), join(root, path), { recursive: true })
  }
  fs.writeFileSync(join(root, 'package.json'), '{ "type": "module" }')
  fs.symlinkSync(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'))
  write('src/cli/main.ts', "import { word } from '../word.ts'\nconsole.log(word)\n")
  write('src/word.ts', "export const word = 'hello'\n")
  write('src/store/commit.lua', 'return 1\n')
})
afterEach(() => fs.rmSync(root, { recursive: true, force: true }))

function write(path: string, text: string): void {
  fs.mkdirSync(join(root, path, '..'), { recursive: true })
  fs.writeFileSync(join(root, path), text)
}

function run(...command: string[]): { status: number | null; out: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: root,
    encoding: 'utf8',
  })
  return { status, out: stdout + stderr }
}

async function isStale(): Promise<boolean> {
  const url = pathToFileURL(join(root, 'scripts/build.mjs')).href
  const module = (await import(url)) as { isBuildStale: (root: string) => boolean }
  return module.isBuildStale(root)
}

describe('the build', () => {
  it('makes a program that runs, with its Lua scripts beside it', () => {
    expect(run('scripts/build.mjs')).toEqual({ status: 0, out: '' })
    expect(run('dist/cli/main.js').out).toBe('hello\n')
    expect(fs.statSync(join(root, 'dist/cli/main.js')).mode & 0o111).toBe(0o111)
    expect(fs.readFileSync(join(root, 'dist/store/commit.lua'), 'utf8')).toBe('return 1\n')
  })

  it('is needed again after a source was changed, added or removed', async () => {
    expect(await isStale()).toBe(true)
    run('scripts/build.mjs')
    expect(await isStale()).toBe(false)

    write('src/store/commit.lua', 'return 2\n')
    expect(await isStale()).toBe(true)
    run('scripts/build.mjs')
    expect(await isStale()).toBe(false)

    fs.rmSync(join(root, 'src/store/commit.lua'))
    expect(await isStale()).toBe(true)
    run('scripts/build.mjs')
    expect(fs.existsSync(join(root, 'dist/store/commit.lua'))).toBe(false)
  })

  it('keeps the former result when the sources do not compile', () => {
    run('scripts/build.mjs')
    write('src/word.ts', 'export const word: number = "no number"\n')
    const { status, out } = run('scripts/build.mjs')
    expect(status).toBe(1)
    expect(out).toContain('src/word.ts')
    expect(run('dist/cli/main.js').out).toBe('hello\n')
  })
})
