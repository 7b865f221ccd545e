/** The foreign programs that Tocsin can start itself, and where each kind of system has them. */
export type ServerName = 'redis-server' | 'prometheus' | 'promtool'

export type PackageTool = 'apt' | 'dnf' | 'apk' | 'brew'

export interface ServerKind {
  /** Names of programs that are equally good, best first. */
  readonly programs: readonly string[]
  /** Environment variable that points at an existing one. */
  readonly option: string
  /** Debian packages to unpack; the first set that the archive has is taken. */
  readonly debianPackages: ReadonlyArray<readonly string[]>
  /** Name of the package that brings it, by tool. */
  readonly installName: Readonly<Record<PackageTool, string>>
}

const PROMETHEUS_PACKAGES: Omit<ServerKind, 'programs' | 'option'> = {
  debianPackages: [['prometheus']],
  installName: {
    apt: 'prometheus',
    dnf: 'golang-github-prometheus',
    apk: 'prometheus',
    brew: 'prometheus',
  },
}

export const SERVER_KINDS: Readonly<Record<ServerName, ServerKind>> = {
  'redis-server': {
    programs: ['redis-server', 'valkey-server'],
    option: 'TOCSIN_REDIS_BIN',
    // redis-server is a link to a program of the tools package.
    debianPackages: [
      ['redis-server', 'redis-tools'],
      ['valkey-server', 'valkey-tools'],
    ],
    installName: { apt: 'redis-server', dnf: 'redis', apk: 'redis', brew: 'redis' },
  },
  prometheus: {
    programs: ['prometheus'],
    option: 'TOCSIN_PROMETHEUS_BIN',
    ...PROMETHEUS_PACKAGES,
  },
  promtool: { programs: ['promtool'], option: 'TOCSIN_PROMTOOL_BIN', ...PROMETHEUS_PACKAGES },
}
