import { errorText } from '../core/errors.ts'
import { compileRuleTemplate } from '../templates/ruleTemplate.ts'

/** What is wrong with the text of a template, and where in it (both from 1). */
export interface TemplateProblem {
  readonly error: string
  readonly line: number
  readonly column: number
}

/** Null when the template is well formed. */
export type CheckTemplate = (text: string, alertname: string) => TemplateProblem | null

/** The template engine's own opinion. Text without `{{` is never executed. Never throws. */
export const checkRuleTemplate: CheckTemplate = (text, alertname) => {
  if (!text.includes('{{')) return null
  try {
    const compiled = compileRuleTemplate(text, alertname)
    return 'error' in compiled ? compiled : null
  } catch (error) {
    // Such as a template nested so deeply that the stack ends. The file is bad; the loader goes on.
    return { error: `cannot be compiled: ${errorText(error)}`, line: 1, column: 1 }
  }
}
