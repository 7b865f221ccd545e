import { fixed } from './engine/functions.ts'
import { asText, STRING } from './engine/params.ts'
import type { Run } from './engine/run.ts'
import type { Value } from './engine/value.ts'
import { compilePattern, replaceMatches } from './patterns.ts'
import type { Pattern } from './patterns.ts'

/** `match pattern text`: whether RE2 finds the pattern anywhere. */
export const MATCH = fixed([STRING, STRING], ([pattern, text], run) => {
  const expression = compilePattern(asText(pattern))
  pay(run, expression, text)
  return expression.test(asText(text))
})

/** `reReplaceAll pattern replacement text`. */
export const REPLACE_ALL = fixed([STRING, STRING, STRING], ([pattern, replacement, text], run) => {
  const source = asText(pattern)
  const expression = compilePattern(source, `regexp: Compile(\`${source}\`): `)
  pay(run, expression, text)
  return replaceMatches(expression, asText(replacement), asText(text))
})

/** Matching takes time in proportion to the text and to the size of the pattern. */
function pay(run: Run, expression: Pattern, text: Value | undefined): void {
  run.spend((asText(text).length * expression.programSize()) >>> 8)
}
