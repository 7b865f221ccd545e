import { spawn } from 'node:child_process'

export interface CommandResult {
  /** Exit code; null when it was ended by a signal, ran too long or could not be started. */
  readonly code: number | null
  /** Standard output. */
  readonly out: string
  /** The last line of standard error that says something, for messages to people. */
  readonly complaint: string
}

export interface CommandOptions {
  readonly env: NodeJS.ProcessEnv
  readonly cwd?: string
  readonly timeoutMs: number
}

/** Runs a program to its end without a shell. Never rejects: a program that cannot be started is a result too. */
export function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      env: options.env,
      cwd: options.cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
    })
    let out = ''
    let err = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
    child.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => (err = (err + text).slice(-8_000)))
    child.once('error', (error) => resolve({ code: null, out, complaint: error.message }))
    child.once('close', (code, signal) => {
      const ended = signal === null ? '' : `ended by ${signal}`
      resolve({ code, out, complaint: lastLine(err) || ended })
    })
  })
}

/** Null when `program --version` succeeds, otherwise what went wrong. */
export async function runs(program: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  const { code, complaint } = await runCommand(program, ['--version'], { env, timeoutMs: 20_000 })
  return code === 0 ? null : complaint || `it ended with code ${code}`
}

function lastLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim())
  return lines.findLast((line) => line !== '') ?? ''
}
