import type { ValueType } from './functions.ts'

/** An expression below another one: what it is, where it stands, what it gives. */
export interface Operand {
  /** Name of the grammar's node. */
  readonly name: string
  readonly from: number
  readonly to: number
  readonly type: ValueType
  /**
   * Rightmost operand of an operator, for the grammar reads `a / b offset 1d` as `(a / b) offset 1d`, whereas in
   * Prometheus everything behind an operand binds tighter than an operator. Null: the operand is closed.
   */
  readonly tail: Operand | null
}

/** Something wrong at a character offset of an expression. */
export interface ExpressionProblem {
  readonly offset: number
  readonly severity: 'error' | 'warning'
  readonly message: string
}

/** Operands seen so far below a node that is still open. */
export interface Frame {
  readonly operands: Operand[]
}

export type ReportAt = (offset: number, message: string) => void

export const TYPE_NAMES: Readonly<Record<ValueType, string>> = {
  scalar: 'a number',
  vector: 'an instant vector',
  matrix: 'a range vector such as x[5m]',
  string: 'a text in quotes',
}
