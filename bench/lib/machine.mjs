import { cpus, loadavg, release, totalmem } from 'node:os'

/** What the figures were taken on. The load average tells whether somebody else was at work. */
export function describeMachine() {
  const all = cpus()
  return {
    cpus: all.length,
    cpuModel: all[0]?.model.trim() ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    linux: release(),
    node: process.version,
    loadAverage: loadavg().map((load) => Math.round(load * 100) / 100),
  }
}

export function machineLine(machine) {
  const { cpus, cpuModel, memoryGiB, linux, node, loadAverage } = machine
  return `${cpus} × ${cpuModel}, ${memoryGiB} GiB, Linux ${linux}, Node ${node}, load ${loadAverage.join(' ')}`
}
