/** One thing wrong (or doubtful) in a file that a person wrote. Lines and columns count from 1. */
export interface Problem {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly severity: 'error' | 'warning'
  readonly message: string
}

/** `file:line:column: message`, the form every compiler prints and every editor can jump to. */
export function formatProblem(p: Problem): string {
  const kind = p.severity === 'warning' ? 'warning: ' : ''
  return `${p.file}:${p.line}:${p.column}: ${kind}${p.message}`
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((p) => p.severity === 'error')
}

/** By file, then line, then column; stable for equal places. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return [...problems].sort(
    (a, b) => compareText(a.file, b.file) || a.line - b.line || a.column - b.column,
  )
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
