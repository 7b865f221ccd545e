import * as fs from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../core/errors.ts'
import { libraryEnv } from './findServer.ts'
import { runCommand, type CommandResult } from './runCommand.ts'

/** apt gets this long for one step; a mirror that does not answer is given up after ten seconds. */
const STEP_TIMEOUT_MS = 5 * 60_000
/** Libraries of libraries: deeper than this, something is wrong. */
const MAX_ROUNDS = 4

/**
 * Fetches packages from the archives that this Debian or Ubuntu is configured with, and unpacks them under `root`.
 * Signatures are checked by apt as always; its lists and caches are private to `work`; nothing is installed, no
 * maintainer script runs, root rights are not needed. Shared libraries that the system lacks come along.
 */
export class DebianArchive {
  readonly #work: string
  readonly #root: string
  readonly #env: NodeJS.ProcessEnv

  /** `work` is a scratch folder, `root` receives the files; both must exist. */
  constructor(work: string, root: string, env: NodeJS.ProcessEnv) {
    this.#work = work
    this.#root = root
    this.#env = { ...env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' }
  }

  /** Reads the archives' lists. An archive that cannot be reached is no failure as long as another has the package. */
  async update(): Promise<CommandResult> {
    for (const folder of ['lists/partial', 'cache/archives/partial', 'debs']) {
      fs.mkdirSync(join(this.#work, folder), { recursive: true })
    }
    fs.writeFileSync(this.#settings, aptSettings(this.#work))
    return this.#apt(['update'])
  }

  /** Fetches and unpacks the first set of packages that the archive has. @throws AppError when it has none of them. */
  async fetch(choices: ReadonlyArray<readonly string[]>): Promise<readonly string[]> {
    let complaint = ''
    for (const packages of choices) {
      const result = await this.#apt(['download', ...packages])
      if (result.code === 0) {
        await this.#unpack()
        return packages
      }
      complaint = result.complaint
    }
    throw new AppError('STARTUP_FAILED', complaint || 'apt-get download failed')
  }

  /** Adds the shared libraries that `program` needs and the system lacks. @throws AppError naming one that cannot be had. */
  async completeLibraries(program: string): Promise<readonly string[]> {
    const added: string[] = []
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const missing = await this.#missingLibraries(program)
      if (missing.length === 0) return added
      const packages = await this.#libraryPackages()
      if (packages.length === 0) break
      added.push(...(await this.fetch([packages])))
    }
    const [library] = await this.#missingLibraries(program)
    if (library === undefined) return added
    throw new AppError('STARTUP_FAILED', `no package brings the shared library ${library}`)
  }

  async #missingLibraries(program: string): Promise<string[]> {
    const env = { ...this.#env, ...libraryEnv(this.#root, this.#env) }
    const { out } = await runCommand('ldd', [program], { env, timeoutMs: STEP_TIMEOUT_MS })
    return [...out.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1] ?? '')
  }

  /** Library packages that the fetched packages depend on and that are neither installed nor fetched. */
  async #libraryPackages(): Promise<string[]> {
    const wanted = new Set<string>()
    const fetched = new Set<string>()
    for (const deb of this.#debs()) {
      fetched.add(deb.slice(0, deb.indexOf('_')))
      const { out } = await this.#run('dpkg-deb', ['-f', join('debs', deb), 'Depends'])
      for (const name of dependencyNames(out)) if (/^lib|^lua-/.test(name)) wanted.add(name)
    }
    const missing: string[] = []
    for (const name of wanted) {
      if (!fetched.has(name) && !(await this.#isInstalled(name))) missing.push(name)
    }
    return missing
  }

  async #isInstalled(name: string): Promise<boolean> {
    const { out } = await this.#run('dpkg-query', ['-W', '-f', '${db:Status-Status} ', name])
    return out.includes('installed ') && !out.includes('not-installed')
  }

  async #unpack(): Promise<void> {
    for (const deb of this.#debs()) {
      const { code, complaint } = await this.#run('dpkg-deb', ['-x', join('debs', deb), this.#root])
      if (code !== 0) throw new AppError('STARTUP_FAILED', `could not unpack ${deb}: ${complaint}`)
    }
  }

  #debs(): string[] {
    return fs.readdirSync(join(this.#work, 'debs')).filter((name) => name.endsWith('.deb'))
  }

  get #settings(): string {
    return join(this.#work, 'apt.conf')
  }

  #apt(args: readonly string[]): Promise<CommandResult> {
    return this.#run('apt-get', ['-qq', '-c', this.#settings, ...args], join(this.#work, 'debs'))
  }

  #run(program: string, args: readonly string[], cwd = this.#work): Promise<CommandResult> {
    return runCommand(program, args, { env: this.#env, cwd, timeoutMs: STEP_TIMEOUT_MS })
  }
}

/** Names in a Debian `Depends` field: the first of alternatives, without versions and architectures. */
export function dependencyNames(depends: string): string[] {
  return depends
    .split(',')
    .map((part) => /^\s*([a-z0-9][a-z0-9+.-]*)/.exec(part)?.[1] ?? '')
    .filter((name) => name !== '')
}

/** Everything apt writes goes to `work`; the system's own hooks (which clean the system's caches) do not run. */
function aptSettings(work: string): string {
  return `Dir::State::lists "${work}/lists";
Dir::Cache "${work}/cache";
Debug::NoLocking "true";
APT::Sandbox::User "root";
Acquire::Retries "2";
Acquire::http::Timeout "10";
Acquire::https::Timeout "10";
Acquire::Languages "none";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Install-Pkgs;
`
}
