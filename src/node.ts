import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The name of this node, kept in its data folder: after a crash it takes its own leases and claims back at once. */
export function readNodeName(dataDir: string): string {
  const file = join(dataDir, 'node')
  if (existsSync(file)) {
    const name = readFileSync(file, 'utf8').trim()
    if (/^[\w.-]{1,100}$/.test(name)) return name
  }
  const name = `n-${randomBytes(6).toString('hex')}`
  mkdirSync(dataDir, { recursive: true })
  writeFileSync(file, `${name}\n`)
  return name
}
