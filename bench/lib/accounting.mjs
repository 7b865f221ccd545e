import { readFileSync, writeFileSync } from 'node:fs'
import { monotonicMs } from './time.mjs'

/** Linux shows times to programs in hundredths of a second, whatever the kernel itself counts in. See proc(5). */
const TICKS_PER_SECOND = 100
const KIB_PER_MIB = 1_024

/** CPU seconds, user and system, of a process and of its children that have ended. 0 when it is gone. */
function cpuSeconds(pid) {
  const stat = readProc(pid, 'stat')
  if (stat === '') return 0
  // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  return ticks / TICKS_PER_SECOND
}

/** Resident memory in MiB: now (`VmRSS`) or the largest since the last `forgetPeak` (`VmHWM`). */
function memoryMiB(pid, field) {
  const match = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readProc(pid, 'status'))
  return match === null ? 0 : Number(match[1]) / KIB_PER_MIB
}

function forgetPeak(pid) {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5')
  } catch {
    // Then the peak is that of the whole life of the process, which is at most too large.
  }
}

function readProc(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return ''
  }
}

/**
 * Begins to account for processes: `pids` maps a role ("service", "redis") to a process id. `read` resolves to what happened
 * since: wall and CPU seconds of all, and per role CPU seconds, memory in MiB now and at its peak.
 */
export function startMeter(pids) {
  const roles = Object.entries(pids)
  const before = new Map(roles.map(([role, pid]) => [role, cpuSeconds(pid)]))
  const startedAt = monotonicMs()
  for (const [, pid] of roles) forgetPeak(pid)
  return {
    read() {
      const perRole = roles.map(([role, pid]) => [
        role,
        {
          cpuSeconds: cpuSeconds(pid) - before.get(role),
          rssMiB: memoryMiB(pid, 'VmRSS'),
          peakMiB: memoryMiB(pid, 'VmHWM'),
        },
      ])
      return {
        wallSeconds: (monotonicMs() - startedAt) / 1_000,
        cpuSeconds: perRole.reduce((sum, [, used]) => sum + used.cpuSeconds, 0),
        roles: Object.fromEntries(perRole),
      }
    },
  }
}
