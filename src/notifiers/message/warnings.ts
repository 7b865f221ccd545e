import { cut } from './cut.ts'

/** The provider's answer for the ledger, with what went wrong while the message was made. */
export function withWarnings(answer: string, warnings: readonly string[]): string {
  return warnings.length === 0 ? answer : `${answer} (warning: ${cut(warnings.join('; '), 500)})`
}
