import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { CliIo } from './io.ts'

/** The service file to use: the option, TOCSIN_CONFIG, or tocsin.yml in the current folder; null when there is none. */
export function configFile(
  given: string | undefined,
  io: Pick<CliIo, 'env' | 'cwd'>,
): string | null {
  const stated = given ?? io.env['TOCSIN_CONFIG']
  if (stated !== undefined && stated !== '') return stated
  return existsSync(resolve(io.cwd, 'tocsin.yml')) ? 'tocsin.yml' : null
}
