import * as fs from 'node:fs'
import { join, resolve } from 'node:path'
import { AppError } from '../core/errors.ts'
import { DebianArchive } from './debianArchive.ts'
import { findServer, packagesDir } from './findServer.ts'
import { mergeTree } from './mergeTree.ts'
import { runs } from './runCommand.ts'
import { SERVER_KINDS, type ServerName } from './serverKinds.ts'

/**
 * Fetches programs from the system's package archives into `<dataDir>/packages`. The caller holds the lock. Files are
 * moved there only after every program ran once, so half a download never counts.
 * @throws AppError when an archive has no such package, or the program does not run.
 */
export async function fetchServers(
  names: readonly ServerName[],
  options: {
    readonly dataDir: string
    readonly say: (line: string) => void
    readonly env: NodeJS.ProcessEnv
  },
): Promise<void> {
  const { say, env } = options
  const root = packagesDir(options.dataDir)
  const work = join(resolve(options.dataDir), 'packages.fetching')
  fs.rmSync(work, { recursive: true, force: true }) // left by a crash: we hold the lock
  fs.mkdirSync(packagesDir(work), { recursive: true })
  try {
    say(`${names.join(', ')}: not found on PATH, fetching from this system's package archives`)
    say(`  (unpacked privately in ${root}: nothing is installed, no service is started)`)
    const archive = new DebianArchive(work, packagesDir(work), env)
    await fetchAll(archive, names, say)
    for (const name of names) await verify(archive, name, work, env)
    mergeTree(packagesDir(work), root)
  } finally {
    fs.rmSync(work, { recursive: true, force: true })
  }
}

async function fetchAll(
  archive: DebianArchive,
  names: readonly ServerName[],
  say: (line: string) => void,
): Promise<void> {
  const update = await archive.update()
  if (update.code !== 0) say(`  not every archive answered: ${update.complaint}`)
  for (const choices of new Set(names.map((name) => SERVER_KINDS[name].debianPackages))) {
    say(`  unpacked ${(await archive.fetch(choices)).join(', ')}`)
  }
}

async function verify(
  archive: DebianArchive,
  name: ServerName,
  work: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const staged = (): ReturnType<typeof findServer> => findServer(name, { dataDir: work, env: {} })
  const program = staged()
  if (program === null) throw new AppError('STARTUP_FAILED', `the package has no ${name}`)
  await archive.completeLibraries(program.path)
  const complaint = await runs(program.path, { ...env, ...staged()?.env })
  if (complaint !== null) throw new AppError('STARTUP_FAILED', `${name} does not run: ${complaint}`)
}
