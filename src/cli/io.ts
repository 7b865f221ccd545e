/** The world of a command: where it writes, what it reads. Tests give their own. */
export interface CliIo {
  /** Standard output: data, and nothing else. Adds no line end. */
  out(text: string): void
  /** Standard error: everything said to a person about the run. */
  err(text: string): void
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  /** Whether standard output is a terminal. */
  readonly isTty: boolean
  /** Width of tables. */
  readonly columns: number
  /** Epoch ms. */
  now(): number
  randomBytes(size: number): Buffer
}

/** Ends a command with an exit code. An empty message: everything has been said. */
export class CliFailure extends Error {
  override readonly name = 'CliFailure'
  readonly exitCode: number

  constructor(message: string, options: ErrorOptions & { readonly exitCode?: number } = {}) {
    super(message, options)
    this.exitCode = options.exitCode ?? 1
  }
}

export function printJson(io: CliIo, value: unknown): void {
  io.out(`${JSON.stringify(value, null, 2)}\n`)
}
