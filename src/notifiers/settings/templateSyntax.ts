/** Why a template does not parse: place inside the template, from 1. */
export interface TemplateProblem {
  readonly message: string
  readonly line: number
  readonly column: number
}

/** Checks that every action of a template is closed. Null when nothing is wrong. */
export function checkTemplateSyntax(source: string): TemplateProblem | null {
  let open = source.indexOf('{{')
  while (open >= 0) {
    const close = source.indexOf('}}', open)
    if (close < 0) {
      const before = source.slice(0, open)
      const line = before.split('\n').length
      return { message: 'unclosed action', line, column: open - before.lastIndexOf('\n') }
    }
    open = source.indexOf('{{', close)
  }
  return null
}
