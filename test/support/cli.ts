import { runCli } from '../../src/cli/program.ts'
import type { CliIo } from '../../src/cli/io.ts'
import { START } from './alertBuilder.ts'

export interface CliRun {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs the command line in this process, with its own world. */
export async function cli(args: readonly string[], world: Partial<CliIo> = {}): Promise<CliRun> {
  let out = ''
  let err = ''
  const code = await runCli(args, {
    out: (text) => (out += text),
    err: (text) => (err += text),
    env: {},
    cwd: process.cwd(),
    isTty: false,
    columns: 100,
    now: () => START,
    randomBytes: (size) => Buffer.alloc(size, 7),
    ...world,
  })
  return { code, out, err }
}
