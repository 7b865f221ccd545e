import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../core/errors.ts'

/** Unix socket addresses hold 108 bytes on Linux, 104 elsewhere, with the closing zero. See unix(7). */
const MAX_BYTES = 103

/**
 * Where a server of the folder `dir` puts its socket: in the folder itself, or, when that path is too long, in a
 * short one under the temporary folder that belongs to this user alone. @throws AppError when neither will do.
 */
export function socketPath(dir: string, name: string): string {
  const own = join(dir, name)
  if (Buffer.byteLength(own) <= MAX_BYTES) return own
  const hash = createHash('sha256').update(own).digest('hex').slice(0, 16)
  const folder = join(tmpdir(), `tocsin-${hash}`)
  const short = join(folder, name)
  if (Buffer.byteLength(short) > MAX_BYTES) {
    const message = `the path of the socket ${short} is too long: set TMPDIR to a shorter folder`
    throw new AppError('STARTUP_FAILED', message)
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = lstatSync(folder)
  const mine = process.getuid === undefined || found.uid === process.getuid()
  if (found.isDirectory() && mine && (found.mode & 0o077) === 0) return short
  throw new AppError('STARTUP_FAILED', `${folder} must be a folder of yours alone: remove it`)
}
