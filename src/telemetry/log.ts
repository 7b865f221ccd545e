import { pino } from 'pino'
import type { DestinationStream, Logger } from 'pino'
import { formatLogLine } from './logText.ts'

export type { Logger } from 'pino'

export interface LogOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whether standard output is a terminal. */
  readonly isTty: boolean
  /** Where lines go; standard output when absent. */
  readonly write?: (line: string) => void
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

/** Keys whose values never reach a log line, at the top and one or two levels below. */
const SECRET_KEYS = ['authorization', 'password', 'token', 'secret', 'bearerToken', 'apiKey']
const REDACTED = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`])

/**
 * Creates the logger: JSON lines, or single lines of text on a terminal or with TOCSIN_LOG=text. The level is
 * TOCSIN_LOG_LEVEL (info when absent or unknown). Secrets are replaced.
 */
export function createLog({ env, isTty, write }: LogOptions): Logger {
  const wanted = env['TOCSIN_LOG_LEVEL'] ?? ''
  const options = {
    level: LEVELS.includes(wanted) ? wanted : 'info',
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: REDACTED, censor: '[secret]' },
  }
  const output = write ?? ((line: string) => void process.stdout.write(line))
  const format = env['TOCSIN_LOG'] ?? (isTty ? 'text' : 'json')
  const stream: DestinationStream =
    format === 'text' ? { write: (line) => output(formatLogLine(line)) } : { write: output }
  const log = pino(options, stream)
  if (wanted !== '' && !LEVELS.includes(wanted)) {
    log.warn({ TOCSIN_LOG_LEVEL: wanted, known: LEVELS.join(', ') }, 'ignored an unknown log level')
  }
  return log
}
