// Compiles src to dist: `npm run build`. dist is replaced as a whole, so that half a build never runs.
import * as fs from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isStale } from './lib/freshness.mjs'
import { runStep } from './lib/terminal.mjs'

/** Sources that dist is made from, below the repository. */
const SOURCES = [
  'src',
  'tsconfig.json',
  'tsconfig.build.json',
  'package-lock.json',
  'scripts/build.mjs',
]
/** Written last; its time is the time the build began, so that a change made meanwhile counts as newer. */
const STAMP = 'dist/.built'
const PROGRAM = 'cli/main.js'

export function isBuildStale(root) {
  return isStale(
    join(root, STAMP),
    SOURCES.map((source) => join(root, source)),
  )
}

/** True when dist is complete. Compiler messages go to the screen; a failed build leaves the former dist in place. */
export function build(root) {
  const startedAt = new Date()
  const fresh = join(root, 'dist.new')
  fs.rmSync(fresh, { recursive: true, force: true })
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const options = ['-p', 'tsconfig.build.json', '--outDir', fresh, '--noEmitOnError']
  if (runStep(root, process.execPath, [compiler, ...options]) !== 0) return false
  copyAssets(join(root, 'src'), fresh)
  const program = join(fresh, PROGRAM)
  if (fs.existsSync(program)) fs.chmodSync(program, 0o755)
  fs.writeFileSync(join(fresh, '.built'), '')
  fs.utimesSync(join(fresh, '.built'), startedAt, startedAt)
  replace(join(root, 'dist'), fresh)
  return true
}

/** What the compiler does not carry over: Lua scripts and other files that the code reads beside itself. */
function copyAssets(from, to) {
  for (const entry of fs.readdirSync(from, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isFile() || path.endsWith('.ts')) continue
    const target = join(to, relative(from, path))
    fs.mkdirSync(dirname(target), { recursive: true })
    fs.copyFileSync(path, target)
  }
}

function replace(target, fresh) {
  const old = `${target}.old`
  fs.rmSync(old, { recursive: true, force: true })
  if (fs.existsSync(target)) fs.renameSync(target, old)
  fs.renameSync(fresh, target)
  fs.rmSync(old, { recursive: true, force: true })
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  process.exitCode = build(fileURLToPath(new URL('..', import.meta.url))) ? 0 : 1
}
