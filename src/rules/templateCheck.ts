/** What is wrong with the text of a template, and where in it (both from 1); null when it is well formed. */
export interface TemplateProblem {
  readonly error: string
  readonly line: number
  readonly column: number
}

export type CheckTemplate = (text: string, alertname: string) => TemplateProblem | null

/** The template engine's own opinion. Text without an action is never executed, so it is not looked at. */
export const compileTemplate: CheckTemplate = () => null
