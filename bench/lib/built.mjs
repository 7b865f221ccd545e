import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isBuildStale } from '../../scripts/build.mjs'

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
export const PROGRAM = join(REPOSITORY, 'dist/cli/main.js')

/** Says what to do when there is no build; warns when it is older than the sources. @throws Error */
export function checkBuild() {
  if (!existsSync(PROGRAM)) throw new Error('dist is missing: run `npm run build` first')
  if (isBuildStale(REPOSITORY)) {
    console.error('note: dist is older than src; this measures the old build (npm run build)')
  }
}

/** A compiled module of Tocsin. */
export function importBuilt(path) {
  return import(pathToFileURL(join(REPOSITORY, 'dist', path)).href)
}
