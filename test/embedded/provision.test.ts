import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dependencyNames } from '../../src/embedded/debianArchive.ts'
import { findServer } from '../../src/embedded/findServer.ts'
import { provision } from '../../src/embedded/provision.ts'
import type { ServerName } from '../../src/embedded/serverKinds.ts'

let root: string
let dataDir: string
let said: string[]

beforeEach(() => {
  root = fs.mkdtempSync(join(tmpdir(), 'tocsin-provision-'))
  dataDir = join(root, 'data')
  said = []
})
afterEach(() => fs.rmSync(root, { recursive: true, force: true }))

/** A folder with small shell programs, for use as PATH or as unpacked packages. */
function programs(folder: string, scripts: Readonly<Record<string, string>>): string {
  const path = join(root, folder)
  fs.mkdirSync(path, { recursive: true })
  for (const [name, body] of Object.entries(scripts)) {
    fs.writeFileSync(join(path, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
  }
  return path
}

const ask = (names: readonly ServerName[], env: NodeJS.ProcessEnv): ReturnType<typeof provision> =>
  provision(names, { dataDir, env, say: (line) => said.push(line) })

describe('where a server comes from', () => {
  it('takes the one on PATH without a word', async () => {
    const path = programs('bin', { 'redis-server': 'exit 0' })
    const found = await ask(['redis-server'], { PATH: path })
    expect(found['redis-server']).toEqual({
      path: join(path, 'redis-server'),
      env: {},
      origin: 'path',
    })
    expect(said).toEqual([])
  })

  it('takes valkey where there is no redis', async () => {
    const path = programs('bin', { 'valkey-server': 'exit 0' })
    const found = await ask(['redis-server'], { PATH: path })
    expect(found['redis-server'].path).toBe(join(path, 'valkey-server'))
  })

  it('prefers the explicit option to PATH', async () => {
    const path = programs('bin', { 'redis-server': 'exit 0' })
    const own = join(programs('own', { 'my-redis': 'exit 0' }), 'my-redis')
    const found = await ask(['redis-server'], { PATH: path, TOCSIN_REDIS_BIN: own })
    expect(found['redis-server']).toMatchObject({ path: own, origin: 'option' })
  })

  it('says which option points at nothing, instead of taking another server', async () => {
    const path = programs('bin', { prometheus: 'exit 0' })
    const env = { PATH: path, TOCSIN_PROMETHEUS_BIN: join(root, 'gone') }
    await expect(ask(['prometheus'], env)).rejects.toThrow(
      `TOCSIN_PROMETHEUS_BIN points at ${join(root, 'gone')}, which is not a program that can be run`,
    )
  })

  it('takes unpacked packages with their libraries', async () => {
    programs('data/packages/usr/bin', { 'redis-server': 'exit 0' })
    const lib = join(dataDir, 'packages/usr/lib/x86_64-linux-gnu')
    fs.mkdirSync(lib, { recursive: true })
    const found = await ask(['redis-server'], { PATH: '', LD_LIBRARY_PATH: '/opt/lib' })
    expect(found['redis-server'].env).toEqual({ LD_LIBRARY_PATH: `${lib}:/opt/lib` })
  })

  it('does not count unpacked packages that do not run here', async () => {
    programs('data/packages/usr/bin', { 'redis-server': 'exit 127' })
    await expect(ask(['redis-server'], { PATH: '' })).rejects.toThrow('redis-server: not found')
  })

  it('ignores folders and files that are no programs', () => {
    fs.mkdirSync(join(root, 'bin/redis-server'), { recursive: true })
    expect(findServer('redis-server', { dataDir, env: { PATH: join(root, 'bin') } })).toBeNull()
  })
})

describe('on a system that we cannot fetch for', () => {
  it.each([
    ['Fedora', { dnf: '' }, 'sudo dnf install redis golang-github-prometheus'],
    ['Alpine', { apk: '' }, 'sudo apk add redis prometheus'],
    ['macOS', { brew: '' }, 'brew install redis prometheus'],
    ['an unknown one', {}, 'Install redis-server and prometheus the way this system does'],
  ])('%s: names the command that installs them', async (_name, tools, command) => {
    const PATH = programs('bin', tools)
    const failure = await ask(['redis-server', 'prometheus'], { PATH }).catch((e: unknown) => e)
    expect(String(failure)).toContain(command)
    expect(String(failure)).toContain('TOCSIN_REDIS_BIN=/path/to/redis-server')
    expect(String(failure)).toContain('TOCSIN_PROMETHEUS_BIN=/path/to/prometheus')
  })
})

describe('fetching from a Debian archive', () => {
  /** An apt-get whose archive has only `known`, and a dpkg-deb that unpacks a server that runs. */
  const fakeDebian = (known: string, archive = ''): string =>
    programs('bin', {
      'apt-get': `echo "$*" >> ${root}/apt.log
        case "$*" in
          *update*) ${archive} exit 0;;
          *"download ${known}"*) : > ${known}_1_all.deb; exit 0;;
        esac
        echo "E: Unable to locate package" >&2; exit 100`,
      'dpkg-deb': `if [ "$1" = -x ]; then mkdir -p "$3/usr/bin"
        printf '#!/bin/sh\\nexit 0\\n' > "$3/usr/bin/${known}"; chmod +x "$3/usr/bin/${known}"; fi`,
      ldd: 'exit 0',
    })
  const withSystem = (bin: string): string => `${bin}:/usr/bin:/bin`

  it('leaves nothing behind when the archive does not have it', async () => {
    const PATH = withSystem(fakeDebian('promtool-server'))
    await expect(ask(['promtool'], { PATH })).rejects.toThrow('Unable to locate package')
    expect(fs.readdirSync(dataDir)).toEqual([])
  })

  it('takes valkey when the archive has no redis', async () => {
    const PATH = withSystem(fakeDebian('valkey-server'))
    const found = await ask(['redis-server'], { PATH })
    expect(found['redis-server'].path).toBe(join(dataDir, 'packages/usr/bin/valkey-server'))
    expect(said.join('\n')).toContain('nothing is installed, no service is started')
    expect(fs.readdirSync(dataDir)).toEqual(['packages'])
  })

  it('fetches once when two ask at the same time', async () => {
    const PATH = withSystem(fakeDebian('valkey-server', 'sleep 0.2;'))
    await Promise.all([ask(['redis-server'], { PATH }), ask(['redis-server'], { PATH })])
    const updates = fs.readFileSync(join(root, 'apt.log'), 'utf8').match(/ update/g)
    expect(updates).toHaveLength(1)
    expect(said.join('\n')).toContain(`waiting for process ${process.pid}`)
  })

  it('forgets the scratch files of a download that was cut short', async () => {
    fs.mkdirSync(join(dataDir, 'packages.fetching/packages/usr/bin'), { recursive: true })
    programs('data/packages.fetching/packages/usr/bin', { 'redis-server': 'exit 0' })
    const PATH = withSystem(fakeDebian('valkey-server'))
    const found = await ask(['redis-server'], { PATH })
    expect(found['redis-server'].path).toMatch(/valkey-server$/)
  })

  it('tells the command for doing it by hand when no archive answers', async () => {
    const PATH = withSystem(
      programs('bin', { 'apt-get': 'echo "E: no network" >&2; exit 100', 'dpkg-deb': '' }),
    )
    const failure = String(await ask(['redis-server'], { PATH }).catch((e: unknown) => e))
    expect(failure).toContain('E: no network')
    expect(failure).toContain('sudo apt-get install --no-install-recommends redis-server')
  })
})

describe('a Debian dependency field', () => {
  it.each([
    ['names only', 'libc6, libssl3', ['libc6', 'libssl3']],
    ['versions', 'libc6 (>= 2.34), liblzf1 (= 3.6-3)', ['libc6', 'liblzf1']],
    ['the first of alternatives', 'lua-cjson | lua5.1, adduser', ['lua-cjson', 'adduser']],
    ['architectures and plus signs', 'libstdc++6:any, gcc-12-base', ['libstdc++6', 'gcc-12-base']],
    ['nothing', '\n', []],
  ])('%s', (_name, text, want) => expect(dependencyNames(text)).toEqual(want))
})
