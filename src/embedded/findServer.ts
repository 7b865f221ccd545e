import { accessSync, constants, readdirSync, statSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { AppError } from '../core/errors.ts'
import { SERVER_KINDS, type ServerName } from './serverKinds.ts'

export interface FoundServer {
  readonly path: string
  /** What the program needs in its environment beside the caller's own. */
  readonly env: Readonly<Record<string, string>>
  readonly origin: 'option' | 'path' | 'packages'
}

export interface FindOptions {
  readonly dataDir: string
  readonly env: NodeJS.ProcessEnv
}

/**
 * Looks for a program: the explicit option, then PATH, then what was unpacked under `<dataDir>/packages`.
 * Null when it is in none of them. @throws AppError when the option names something that cannot be run.
 */
export function findServer(name: ServerName, { dataDir, env }: FindOptions): FoundServer | null {
  const kind = SERVER_KINDS[name]
  const chosen = env[kind.option]
  if (chosen !== undefined && chosen !== '') return fromOption(kind.option, chosen)

  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const onPath = firstProgram(folders, kind.programs)
  if (onPath !== null) return { path: onPath, env: {}, origin: 'path' }

  const root = packagesDir(dataDir)
  const unpacked = firstProgram([join(root, 'usr/bin'), join(root, 'usr/sbin')], kind.programs)
  return unpacked === null
    ? null
    : { path: unpacked, env: libraryEnv(root, env), origin: 'packages' }
}

/** Where packages are unpacked privately. */
export function packagesDir(dataDir: string): string {
  return join(resolve(dataDir), 'packages')
}

/** LD_LIBRARY_PATH with the libraries unpacked under `root` in front of the caller's. Empty when there are none. */
export function libraryEnv(root: string, env: NodeJS.ProcessEnv): Record<string, string> {
  const folders = [join(root, 'usr/lib'), join(root, 'lib')].flatMap(multiarchFolders)
  if (folders.length === 0) return {}
  const before = env['LD_LIBRARY_PATH']
  return { LD_LIBRARY_PATH: [...folders, ...(before ? [before] : [])].join(delimiter) }
}

/** `usr/lib/x86_64-linux-gnu` and the like: folders named after machine, system and ABI. */
function multiarchFolders(lib: string): string[] {
  try {
    return readdirSync(lib, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name.includes('-linux-'))
      .map((entry) => join(lib, entry.name))
  } catch {
    return []
  }
}

function fromOption(option: string, chosen: string): FoundServer {
  const path = resolve(chosen)
  if (!isProgram(path)) {
    const message = `${option} points at ${path}, which is not a program that can be run: correct or unset ${option}`
    throw new AppError('STARTUP_FAILED', message)
  }
  return { path, env: {}, origin: 'option' }
}

function firstProgram(folders: readonly string[], programs: readonly string[]): string | null {
  for (const program of programs) {
    for (const folder of folders) {
      const path = resolve(folder, program)
      if (isProgram(path)) return path
    }
  }
  return null
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
