#!/usr/bin/env node
import { randomBytes } from 'node:crypto'
import { errorText } from '../core/errors.ts'
import { systemClock } from '../system.ts'
import { runCli } from './program.ts'

const MAX_COLUMNS = 100
const LINGER_MS = 500

// `tocsin alerts | head` closes the pipe early: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1)
})

try {
  process.exitCode = await runCli(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    env: process.env,
    cwd: process.cwd(),
    isTty: process.stdout.isTTY,
    columns: Math.min(process.stdout.columns ?? MAX_COLUMNS, MAX_COLUMNS),
    now: () => systemClock.now(),
    randomBytes,
  })
} catch (error) {
  process.stderr.write(`tocsin: ${errorText(error)}\n`)
  process.exitCode = 1
}
// What a library left open (a connection to a server that hangs) must not keep the process.
setTimeout(() => process.exit(), LINGER_MS).unref()
