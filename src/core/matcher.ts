import type { Labels } from './labels.ts'

export type MatchOperator = '=' | '!=' | '=~' | '!~'

/** One condition on one label. Plain data; `compileMatchers` makes the function. A missing label counts as ''. */
export interface Matcher {
  readonly name: string
  readonly op: MatchOperator
  readonly value: string
}

/** Whether a label set fulfils all matchers. */
export type LabelPredicate = (labels: Labels) => boolean
