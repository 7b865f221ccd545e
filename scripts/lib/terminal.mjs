import { spawnSync } from 'node:child_process'

/** Prints a line about what the scripts themselves do, apart from what the programs they start print. */
export function say(line) {
  process.stderr.write(`tocsin: ${line}\n`)
}

/** Says why it cannot go on, and ends. */
export function fail(message) {
  say(message)
  process.exit(1)
}

/**
 * Runs a program in the foreground, without input, and returns its exit code. 130 when Ctrl-C ended it.
 * `root` is the folder it runs in.
 */
export function runStep(root, program, args, env = process.env) {
  const { status, signal, error } = spawnSync(program, args, {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (error !== undefined) say(`could not start ${program}: ${error.message}`)
  return signal === 'SIGINT' ? 130 : (status ?? 1)
}

/** Runs npm with the npm that started us, or the one on PATH. */
export function runNpm(root, args) {
  const cli = process.env.npm_execpath
  return cli !== undefined && /npm-cli\.[cm]?js$/.test(cli)
    ? runStep(root, process.execPath, [cli, ...args])
    : runStep(root, 'npm', args)
}
