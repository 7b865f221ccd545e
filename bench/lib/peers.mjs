import { accessSync, constants, statSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'

/** Names under which distributions and the projects themselves ship the programs. */
const PROGRAMS = {
  vmalert: ['vmalert', 'vmalert-prod'],
  alertmanager: ['alertmanager', 'prometheus-alertmanager'],
}

/** `{path, version}` of a peer in the folders of BENCH_PEERS or on PATH, BENCH_PEERS first; null when it is in neither. */
export function findPeer(name) {
  const folders = [process.env.BENCH_PEERS, process.env.PATH].flatMap((list) =>
    (list ?? '').split(delimiter).filter((folder) => folder !== ''),
  )
  for (const folder of folders) {
    for (const program of PROGRAMS[name]) {
      const path = join(folder, program)
      if (isProgram(path)) return { path, version: versionOf(path) }
    }
  }
  return null
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** '' when the program does not tell: some distributions build it without. */
function versionOf(path) {
  const { stdout, stderr } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 10_000 })
  return /\d+\.\d+\.\d+/.exec(`${stdout ?? ''}${stderr ?? ''}`)?.[0] ?? ''
}
