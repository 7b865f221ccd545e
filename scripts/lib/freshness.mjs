import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** When something was changed last, epoch ms; null when it does not exist. */
export function changedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null
}

/** The latest change of the path and of everything below it. Folders count: they change when a file is removed. */
export function newestBelow(path) {
  const own = changedAt(path)
  if (own === null || !statSync(path).isDirectory()) return own ?? 0
  const inside = readdirSync(path).map((name) => newestBelow(join(path, name)))
  return Math.max(own, ...inside)
}

/** Whether `product` is missing, or older than one of its `sources` (files or folders). */
export function isStale(product, sources) {
  const made = changedAt(product)
  return made === null || sources.some((source) => newestBelow(source) > made)
}
