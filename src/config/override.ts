import type { EnvProblem, Override } from './environment.ts'
import type { YamlPath } from './yamlText.ts'

type Members = Record<string | number, unknown>

/**
 * Lays the overrides over a configuration, in their order, and says which could not be applied. Changes `root`, which
 * must be a fresh copy.
 */
export function applyOverrides(root: Members, overrides: readonly Override[]): EnvProblem[] {
  const problems: EnvProblem[] = []
  for (const override of overrides) {
    const message = apply(root, override)
    if (message !== null) problems.push({ variable: override.variable, severity: 'error', message })
  }
  return problems
}

function apply(root: Members, { path, value }: Override): string | null {
  let parent: Members = root
  for (const [depth, step] of path.entries()) {
    const missing = gapProblem(parent, step, path.slice(0, depth))
    if (missing !== null) return missing
    if (depth === path.length - 1) parent[step] = value
    else {
      const next = parent[step]
      const isContainer = typeof next === 'object' && next !== null
      // A text in the place of a mapping (`auth: disabled`) gives way: the variable is the later word.
      parent[step] = isContainer ? next : emptyFor(path[depth + 1])
      parent = parent[step] as Members
    }
  }
  return null
}

function emptyFor(step: string | number | undefined): Members {
  return typeof step === 'number' ? ([] as unknown as Members) : (Object.create(null) as Members)
}

function gapProblem(parent: Members, step: string | number, path: YamlPath): string | null {
  if (typeof step !== 'number') return null
  const name = path.join('.')
  if (!Array.isArray(parent)) return `cannot be applied: ${name} is not a list`
  if (step <= parent.length) return null
  return `leaves a gap: ${name} has ${parent.length} items, number them from 0 without gaps`
}
