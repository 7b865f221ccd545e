import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { REPOSITORY } from './redis.ts'
import { until } from './until.ts'

/** Test files run in processes of their own, all children of one vitest: they share one build. */
const OWN_BUILD = join(REPOSITORY, `dist.tests-${process.ppid}`)
const PROGRAM = 'cli/main.js'
const BUILD_WITHIN_MS = 60_000

let program: Promise<string> | null = null

/**
 * The compiled command line: `dist` when it is up to date, else a build of its own that stays the same for the whole
 * run, whatever is edited meanwhile. Resolves to the path of its entry.
 */
export function builtProgram(): Promise<string> {
  program ??= findOrBuild()
  return program
}

async function findOrBuild(): Promise<string> {
  const own = join(OWN_BUILD, PROGRAM)
  if (existsSync(own)) return own
  if (await isDistFresh()) return join(REPOSITORY, 'dist', PROGRAM)
  const fresh = `${OWN_BUILD}.new`
  if (!isFirst(fresh)) {
    await until('the build is done', () => existsSync(own), { withinMs: BUILD_WITHIN_MS })
  } else if (existsSync(own)) rmSync(fresh, { recursive: true })
  else build(fresh)
  return own
}

/** Removes what `builtProgram` built for the tests of this vitest process. */
export function removeOwnBuild(vitestPid: number): void {
  rmSync(join(REPOSITORY, `dist.tests-${vitestPid}`), { recursive: true, force: true })
}

async function isDistFresh(): Promise<boolean> {
  const script = pathToFileURL(join(REPOSITORY, 'scripts/build.mjs')).href
  const { isBuildStale } = (await import(script)) as { isBuildStale: (root: string) => boolean }
  return !isBuildStale(REPOSITORY)
}

function isFirst(folder: string): boolean {
  try {
    mkdirSync(folder)
    return true
  } catch {
    return false
  }
}

function build(fresh: string): void {
  const compiler = join(REPOSITORY, 'node_modules/typescript/bin/tsc')
  const options = ['-p', 'tsconfig.build.json', '--outDir', fresh]
  const { stdout } = spawnSync(process.execPath, [compiler, ...options], {
    cwd: REPOSITORY,
    encoding: 'utf8',
  })
  // What the type check says is its own matter: the code runs, or a test fails.
  if (!existsSync(join(fresh, PROGRAM))) throw new Error(`the build failed: ${stdout}`)
  copyAssets(join(REPOSITORY, 'src'), fresh)
  renameSync(fresh, OWN_BUILD)
}

function copyAssets(from: string, to: string): void {
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isFile() || path.endsWith('.ts')) continue
    const target = join(to, relative(from, path))
    mkdirSync(join(target, '..'), { recursive: true })
    copyFileSync(path, target)
  }
}
