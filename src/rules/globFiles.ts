import { readdir, realpath, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { errorText } from '../core/errors.ts'
import { ANY_DEPTH, parseGlob } from './globPattern.ts'
import type { GlobPattern } from './globPattern.ts'

export interface GlobResult {
  /** Absolute paths of files, sorted, each once. */
  readonly files: readonly string[]
  /** Folders and files that exist and could not be looked at: what is below them is not gone. */
  readonly failures: readonly PathFailure[]
  /** Globs that surely no file matches. */
  readonly unmatched: readonly string[]
}

export interface PathFailure {
  readonly path: string
  /** The folder that a glob starts at does not exist. */
  readonly missing: boolean
  readonly message: string
}

interface Walk {
  readonly files: Set<string>
  readonly failures: PathFailure[]
}

/** Finds the files that any of the globs matches; relative ones start at `baseDir`. Follows links, but not in circles. */
export async function globFiles(globs: readonly string[], baseDir: string): Promise<GlobResult> {
  const files = new Set<string>()
  const failures: PathFailure[] = []
  const unmatched: string[] = []
  for (const glob of globs) {
    const walk: Walk = { files: new Set(), failures }
    const failed = failures.length
    for (const pattern of parseGlob(glob)) await walkPattern(pattern, baseDir, walk)
    const looked = failures.slice(failed).every((failure) => failure.missing)
    if (walk.files.size === 0 && looked) unmatched.push(glob)
    for (const file of walk.files) files.add(file)
  }
  return { files: [...files].sort(), failures, unmatched }
}

async function walkPattern(pattern: GlobPattern, baseDir: string, walk: Walk): Promise<void> {
  const base = resolve(baseDir, pattern.base)
  const found = await kindOf(base)
  if (found.kind === 'folder') await walkFolder(base, pattern.segments, walk, [])
  else if (found.kind === 'failed') fail(walk, base, found.message)
  else walk.failures.push({ path: base, missing: true, message: 'there is no such folder' })
}

async function walkFolder(
  folder: string,
  segments: GlobPattern['segments'],
  walk: Walk,
  parents: readonly string[],
): Promise<void> {
  const [first, ...rest] = segments
  if (first === undefined) return
  if (typeof first === 'string') return walkEntry(join(folder, first), rest, walk, parents, true)
  if (first === ANY_DEPTH) await walkFolder(folder, rest, walk, parents)
  const names = await namesIn(folder, walk)
  for (const name of names) {
    if (first === ANY_DEPTH) {
      if (!name.startsWith('.')) await walkEntry(join(folder, name), segments, walk, parents, false)
    } else if (first.test(name)) await walkEntry(join(folder, name), rest, walk, parents, false)
  }
}

/** `named`: the pattern spells this entry out, so that it may be missing; one that a folder listed may not. */
async function walkEntry(
  path: string,
  rest: GlobPattern['segments'],
  walk: Walk,
  parents: readonly string[],
  named: boolean,
): Promise<void> {
  const found = await kindOf(path)
  if (found.kind === 'failed' || (found.kind === 'missing' && !named)) {
    const message = found.kind === 'failed' ? found.message : 'this link leads nowhere'
    if (rest.length === 0 || found.kind === 'failed') fail(walk, path, message)
    return
  }
  if (found.kind === 'file' && rest.length === 0) walk.files.add(path)
  if (found.kind !== 'folder' || rest.length === 0) return
  const real = await realpath(path).catch(() => path)
  if (!parents.includes(real)) await walkFolder(path, rest, walk, [...parents, real])
}

async function namesIn(folder: string, walk: Walk): Promise<string[]> {
  try {
    return (await readdir(folder)).sort()
  } catch (error) {
    fail(walk, folder, errorText(error))
    return []
  }
}

/** `**` comes to a folder twice, and several globs may: said once. */
function fail(walk: Walk, path: string, message: string): void {
  if (walk.failures.some((failure) => failure.path === path)) return
  walk.failures.push({ path, missing: false, message: `cannot be read: ${message}` })
}

type Kind =
  | { readonly kind: 'file' | 'folder' | 'other' | 'missing' }
  | { readonly kind: 'failed'; readonly message: string }

async function kindOf(path: string): Promise<Kind> {
  try {
    const stats = await stat(path)
    if (stats.isDirectory()) return { kind: 'folder' }
    return { kind: stats.isFile() ? 'file' : 'other' }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' }
    return { kind: 'failed', message: errorText(error) }
  }
}
