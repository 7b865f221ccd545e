import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Whether a process with this pid exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !isZombie(pid)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * When a process began, as text that only this process has among all that ever had its pid.
 * Null when it is gone or the system does not tell.
 */
export function startMark(pid: number): string | null {
  const stat = procStat(pid)
  return stat === null ? askPs(pid, 'lstart') : (stat[19] ?? null)
}

/** The command line of a process, arguments joined by blanks. Null when it is gone. */
export function commandLine(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return askPs(pid, 'command')
  }
}

/** A killed child whose parent did not collect it yet holds nothing any more. */
function isZombie(pid: number): boolean {
  return procStat(pid)?.[0] === 'Z'
}

/** Fields 3 and following of /proc/<pid>/stat: state first, start time at 19. Null without /proc. See proc(5). */
function procStat(pid: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}

function askPs(pid: number, column: 'lstart' | 'command'): string | null {
  if (process.platform === 'linux') return null
  try {
    const output = execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return output.trim() || null
  } catch {
    return null
  }
}
