// `npm run bench -- r1 --peer`: runs one scenario, by name, in a process of its own.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** What each is about, and what Node needs to run it. */
const SCENARIOS = {
  r1: { about: 'one rule, 100,000 firing series', flags: [] },
  r2: { about: '5,000 quiet rules in 50 groups', flags: [] },
  n2: { about: 'from POST to webhook: single alerts, and 10,000 groups at once', flags: [] },
  n3: { about: 'killed before, amid and after delivery: lost and duplicates', flags: [] },
  evaluate: {
    about: 'the evaluator’s pure part alone, without processes',
    flags: ['--expose-gc', '--import', 'tsx'],
  },
}

const [name = '', ...args] = process.argv.slice(2)
const scenario = Object.hasOwn(SCENARIOS, name) ? SCENARIOS[name] : null
if (scenario === null) {
  const list = Object.entries(SCENARIOS).map(([key, { about }]) => `  ${key.padEnd(10)}${about}`)
  console.error(`npm run bench -- SCENARIO [--help]\n${list.join('\n')}`)
  process.exitCode = 2
} else {
  const file = fileURLToPath(new URL(`${name}.mjs`, import.meta.url))
  const child = spawn(process.execPath, [...scenario.flags, file, ...args], { stdio: 'inherit' })
  // Ctrl-C reaches the scenario by itself; we wait until it has cleaned up.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('exit', (code) => (process.exitCode = code ?? 1))
}
