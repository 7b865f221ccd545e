import { join } from 'node:path'
import { provision } from '../../src/embedded/provision.ts'
import { removeOwnBuild } from './builtProgram.ts'
import { REPOSITORY } from './redis.ts'

/** Runs once before all tests: makes sure that the servers they start are there, fetching them when needed. */
export default async function setup(): Promise<() => void> {
  await provision(['redis-server', 'prometheus', 'promtool'], {
    dataDir: join(REPOSITORY, '.tocsin'),
    env: process.env,
    say: (line) => process.stderr.write(`${line}\n`),
  })
  return () => removeOwnBuild(process.pid)
}
