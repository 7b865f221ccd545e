import { writeFileSync } from 'node:fs'
import { checkBuild, importBuilt } from './built.mjs'
import { describeMachine, machineLine } from './machine.mjs'
import { optionsHelp, readOptions } from './options.mjs'
import { findPeer } from './peers.mjs'
import { endScopesWithProcess, openScope } from './scope.mjs'
import { figuresTable } from './table.mjs'
import { monotonicMs } from './time.mjs'

/** One figure of a run. `value` null: there is none. `section`: a heading that figures share. */
export function figure(label, value, digits = 0, section = '') {
  return { section, label, value, digits }
}

/**
 * Runs a scenario from the command line, and sets the exit code: 1 when a run failed.
 *
 * `spec`: `{name, title(options), options, peer, limitMs(options), measure(system, scope, options)}`. `measure` resolves to figures; `system`
 * is `{name, program}`, program null for Tocsin. What it throws may carry the `figures` that it has nevertheless. Each measurement gets a scope of its own and is cut off after `limitMs`.
 */
export async function runScenario(spec) {
  try {
    const options = readOptions(spec.options, process.argv.slice(2))
    if (options.help)
      return console.log(`node bench/${spec.name}.mjs\n${optionsHelp(spec.options)}`)
    if (process.platform !== 'linux') {
      throw new Error('the scenarios run on Linux only: CPU and memory are read from /proc')
    }
    checkBuild()
    endScopesWithProcess()
    await report(spec, options)
  } catch (error) {
    console.error(`${spec.name}: ${error.message}`)
    process.exitCode = 1
  }
}

async function report(spec, options) {
  const machine = describeMachine()
  const startedAt = new Date().toISOString()
  console.log(`${spec.name}: ${spec.title(options)}\n${machineLine(machine)}`)
  const systems = await chooseSystems(spec, options)
  await measureAll(spec, options, systems)
  if (systems.some(({ runs }) => runs.some(({ error }) => error !== null))) process.exitCode = 1
  if (systems.some(({ runs }) => runs.some(({ figures }) => figures.length > 0))) {
    console.log(`\n${figuresTable(systems)}`)
  }
  if (options.json === null) return
  const { name } = spec
  const all = { scenario: name, title: spec.title(options), startedAt, machine, options, systems }
  writeFileSync(options.json, `${JSON.stringify(all, null, 2)}\n`)
  console.log(`\nwritten to ${options.json}`)
}

async function chooseSystems({ peer }, options) {
  const { VERSION } = await importBuilt('version.js')
  const ours = { name: 'tocsin', title: `Tocsin ${VERSION}`, program: null, runs: [] }
  if (!options.peer) return [ours]
  const found = findPeer(peer)
  if (found === null) {
    console.error(`note: no ${peer} on PATH or in the folder BENCH_PEERS names; without a peer`)
    return [ours]
  }
  const title = `${peer} ${found.version}`.trimEnd()
  return [ours, { name: peer, title, program: found.path, runs: [] }]
}

/** In turn, repetition by repetition: a drift of the machine hits all systems alike. */
async function measureAll(spec, options, systems) {
  for (let rep = 1; rep <= options.reps; rep++) {
    for (const system of systems) {
      const startedAt = monotonicMs()
      const run = await measureOnce(spec, options, system)
      system.runs.push({ rep, ...run })
      const seconds = ((monotonicMs() - startedAt) / 1_000).toFixed(0)
      const outcome = run.error ?? 'done'
      console.log(`  ${system.title}, ${rep} of ${options.reps}: ${outcome} (${seconds} s)`)
    }
  }
}

async function measureOnce(spec, options, system) {
  const scope = openScope({ keep: options.keep })
  const limitMs = spec.limitMs(options)
  let timer
  const tooLate = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${limitMs / 1_000} s`)), limitMs)
  })
  try {
    const measured = spec.measure(system, scope, options)
    return { figures: await Promise.race([measured, tooLate]), error: null }
  } catch (error) {
    return { figures: error.figures ?? [], error: error.message }
  } finally {
    if (options.keep) console.log(`  kept: ${scope.dir}`)
    clearTimeout(timer)
    await scope.close()
  }
}
