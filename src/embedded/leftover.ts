import { readFileSync, rmSync } from 'node:fs'
import type { Clock } from '../core/time.ts'
import { commandLine, isAlive } from './processIdentity.ts'

/**
 * Ends a server of ours that outlived its killed parent: the process that `pidFile` names, if it still lives and has
 * `marker` (a path of ours) on its command line. Anything else with that pid is a stranger and is left alone.
 */
export async function endLeftover(
  pidFile: string,
  marker: string,
  options: {
    readonly clock: Clock
    readonly withinMs: number
    readonly say: (line: string) => void
  },
): Promise<void> {
  const pid = readPid(pidFile)
  if (pid !== null && isOurs(pid, marker)) {
    options.say(`ending process ${pid}, left over from a run that was killed`)
    await endProcess(pid, options)
  }
  rmSync(pidFile, { force: true })
}

/** SIGTERM, and SIGKILL when that did not help in time. */
async function endProcess(
  pid: number,
  { clock, withinMs }: { readonly clock: Clock; readonly withinMs: number },
): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    send(pid, signal)
    const deadline = performance.now() + withinMs
    while (performance.now() < deadline) {
      if (!isAlive(pid)) return
      await clock.sleep(10)
    }
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // Already gone.
  }
}

function isOurs(pid: number, marker: string): boolean {
  return isAlive(pid) && (commandLine(pid)?.includes(marker) ?? false)
}

function readPid(pidFile: string): number | null {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8').trim())
    return Number.isSafeInteger(pid) && pid > 1 ? pid : null
  } catch {
    return null
  }
}
