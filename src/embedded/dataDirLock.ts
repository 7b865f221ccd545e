import { mkdirSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { AppError } from '../core/errors.ts'
import { isLock, tryLock, type Lock } from './lockFile.ts'

/** Two services must never share one data folder. @throws AppError naming the process that has it. */
export function lockDataDir(dataDir: string, file = 'lock'): Lock {
  const folder = resolve(dataDir)
  const path = join(folder, file)
  mkdirSync(dirname(path), { recursive: true })
  const answer = tryLock(path)
  if (isLock(answer)) return answer
  const where = answer.host === hostname() ? '' : ` on ${answer.host}`
  const message =
    `the data folder ${folder} is in use by process ${answer.pid}${where}: ` +
    'end it first, or choose another folder with data_dir (TOCSIN_DATA_DIR)'
  throw new AppError('STARTUP_FAILED', message)
}
