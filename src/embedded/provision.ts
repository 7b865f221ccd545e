import * as fs from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { AppError, errorText } from '../core/errors.ts'
import type { Clock } from '../core/time.ts'
import { systemClock } from '../system.ts'
import { fetchServers } from './fetchServers.ts'
import { findServer, type FoundServer } from './findServer.ts'
import { installHint } from './installHint.ts'
import { isLock, tryLock, type Lock } from './lockFile.ts'
import { runs } from './runCommand.ts'
import type { PackageTool, ServerName } from './serverKinds.ts'

export interface ProvisionOptions {
  readonly dataDir: string
  /** Takes one line for the screen. Nothing is fetched without saying so. */
  readonly say: (line: string) => void
  readonly env: NodeJS.ProcessEnv
  readonly clock?: Clock
}

/** Another process that is fetching gets this long. */
const LOCK_WAIT_MS = 5 * 60_000

/**
 * Makes sure that programs are there and tells where: the explicit option, PATH, what was fetched before, and at last
 * the archives of a Debian or Ubuntu, unpacked privately under `<dataDir>/packages`.
 * @throws AppError with the command that installs what is missing.
 */
export async function provision<N extends ServerName>(
  names: readonly N[],
  options: ProvisionOptions,
): Promise<Record<N, FoundServer>> {
  let found = await findAll(names, options)
  const missing = names.filter((name) => !found.has(name))
  if (missing.length > 0) {
    await obtain(missing, options)
    found = await findAll(names, options)
  }
  const still = names.filter((name) => !found.has(name))
  if (still.length > 0) throw missingError(still, options.env, 'what was fetched is gone again')
  return Object.fromEntries(found) as Record<N, FoundServer>
}

/** Those that are there. Unpacked ones must also run: the folder may have come from another machine. */
async function findAll<N extends ServerName>(
  names: readonly N[],
  { dataDir, env }: ProvisionOptions,
): Promise<Map<N, FoundServer>> {
  const found = new Map<N, FoundServer>()
  for (const name of names) {
    const server = findServer(name, { dataDir, env })
    if (server === null) continue
    const usable =
      server.origin !== 'packages' || (await runs(server.path, { ...env, ...server.env })) === null
    if (usable) found.set(name, server)
  }
  return found
}

async function obtain(missing: readonly ServerName[], options: ProvisionOptions): Promise<void> {
  const { dataDir, env } = options
  if (!isOnPath('apt-get', env) || !isOnPath('dpkg-deb', env)) throw missingError(missing, env, '')
  fs.mkdirSync(resolve(dataDir), { recursive: true })
  const lock = await waitForLock(join(resolve(dataDir), 'packages.lock'), options)
  try {
    const found = await findAll(missing, options) // the former holder may have fetched them
    const needed = missing.filter((name) => !found.has(name))
    if (needed.length > 0) await fetchServers(needed, options)
  } catch (error) {
    throw missingError(missing, env, `could not fetch: ${errorText(error)}`, error)
  } finally {
    lock.release()
  }
}

async function waitForLock(path: string, options: ProvisionOptions): Promise<Lock> {
  const clock = options.clock ?? systemClock
  const deadline = performance.now() + LOCK_WAIT_MS
  for (let said = false; ; said = true) {
    const answer = tryLock(path)
    if (isLock(answer)) return answer
    if (!said) options.say(`waiting for process ${answer.pid}, which is fetching packages`)
    if (performance.now() > deadline) {
      const message = `process ${answer.pid} holds ${path} for too long: end it, or remove the file`
      throw new AppError('STARTUP_FAILED', message)
    }
    await clock.sleep(100)
  }
}

function missingError(
  missing: readonly ServerName[],
  env: NodeJS.ProcessEnv,
  why: string,
  cause?: unknown,
): AppError {
  const reason = why === '' ? 'not found on PATH' : why
  const message = `${missing.join(', ')}: ${reason}\n${installHint(missing, packageTool(env))}`
  return new AppError('STARTUP_FAILED', message, { cause })
}

/** The package tool of this system, found by its program. */
function packageTool(env: NodeJS.ProcessEnv): PackageTool | null {
  const programs = { apt: 'apt-get', dnf: 'dnf', apk: 'apk', brew: 'brew' } as const
  const tools = Object.keys(programs) as PackageTool[]
  return tools.find((tool) => isOnPath(programs[tool], env)) ?? null
}

function isOnPath(program: string, env: NodeJS.ProcessEnv): boolean {
  return (env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      fs.accessSync(join(folder, program), fs.constants.X_OK)
      return folder !== ''
    } catch {
      return false
    }
  })
}
