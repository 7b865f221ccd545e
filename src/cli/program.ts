import { Command, CommanderError } from 'commander'
import { AppError, errorText } from '../core/errors.ts'
import { VERSION } from '../version.ts'
import { addAckCommand } from './ack.ts'
import { addAlertsCommand } from './alerts.ts'
import { addCheckCommand } from './check.ts'
import { addDemoCommand } from './demo.ts'
import { CliFailure } from './io.ts'
import type { CliIo } from './io.ts'
import { addRunCommand } from './run.ts'
import { addSilenceCommand } from './silence.ts'
import { addStatusCommand } from './status.ts'
import { addTokenCommand } from './token.ts'

/** Runs one command line and resolves to its exit code. Failures that were foreseen are said on standard error. */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
  try {
    await createProgram(io).parseAsync([...args], { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode
    if (error instanceof CliFailure || error instanceof AppError) {
      if (error.message !== '') io.err(`tocsin: ${errorOf(error)}\n`)
      return error instanceof CliFailure ? error.exitCode : 1
    }
    throw error
  }
}

function errorOf(error: CliFailure | AppError): string {
  return error instanceof CliFailure ? error.message : errorText(error)
}

function createProgram(io: CliIo): Command {
  const program = new Command('tocsin')
    .description('alerting that does not lose pages: Prometheus rules in, notifications out')
    .version(VERSION)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: (text) => io.err(text),
      getOutHelpWidth: () => io.columns,
      getErrHelpWidth: () => io.columns,
    })
    .showHelpAfterError('(see --help)')
  addRunCommand(program, io)
  addDemoCommand(program, io)
  addCheckCommand(program, io)
  addAlertsCommand(program, io)
  addAckCommand(program, io)
  addSilenceCommand(program, io)
  addStatusCommand(program, io)
  addTokenCommand(program, io)
  return program
}
