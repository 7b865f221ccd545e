import * as fs from 'node:fs'
import { dirname, join, relative } from 'node:path'

/**
 * Moves all files below `from` to the same places below `to`, programs last: once a program is there, everything it
 * needs is there, however early this stops. Both must be on one file system.
 */
export function mergeTree(from: string, to: string): void {
  const files = filesBelow(from).sort((a, b) => rank(a) - rank(b))
  for (const file of files) {
    const target = join(to, relative(from, file))
    fs.mkdirSync(dirname(target), { recursive: true })
    fs.renameSync(file, target)
  }
}

/** Libraries and the rest, then programs, then links to programs. */
function rank(file: string): number {
  if (!/\/s?bin\/[^/]+$/.test(file)) return 0
  return fs.lstatSync(file).isSymbolicLink() ? 2 : 1
}

function filesBelow(folder: string): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesBelow(path) : [path]
  })
}
