import { SERVER_KINDS, type PackageTool, type ServerName } from './serverKinds.ts'

const INSTALL: Readonly<Record<PackageTool, string>> = {
  apt: 'sudo apt-get install --no-install-recommends',
  dnf: 'sudo dnf install',
  apk: 'sudo apk add',
  brew: 'brew install',
}

/** What to type to get the missing programs: the package tool's command when one is known, and the options otherwise. */
export function installHint(missing: readonly ServerName[], tool: PackageTool | null): string {
  const packages = missing.map((name) => SERVER_KINDS[name].installName[tool ?? 'apt'])
  const install =
    tool === null
      ? `Install ${missing.join(' and ')} the way this system does`
      : `Install with:  ${INSTALL[tool]} ${[...new Set(packages)].join(' ')}`
  const options = missing.map((name) => `${SERVER_KINDS[name].option}=/path/to/${name}`)
  return `${install}\nor point at existing ones:  ${options.join(' ')}`
}
