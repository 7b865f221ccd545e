import { parser } from '@prometheus-io/lezer-promql'
import { checkOperation } from './checkOperation.ts'
import { checkSelector } from './checkSelector.ts'
import { checkString } from './checkString.ts'
import { syntaxProblem } from './syntaxProblem.ts'
import type { ExpressionProblem, Frame, Operand } from './tree.ts'
import type { ValueType } from './functions.ts'

/**
 * Checks the text of a rule's expression: syntax, then what Prometheus' own parser refuses although the grammar allows
 * it (types, selectors that match everything). Errors are what Prometheus refuses to load; warnings load there and fail
 * in each evaluation. Never throws.
 */
export function checkExpression(text: string): readonly ExpressionProblem[] {
  const tree = parser.parse(text)
  const syntax = syntaxProblem(tree, text)
  if (syntax !== null) return [syntax]
  const problems: ExpressionProblem[] = []
  const report = (offset: number, message: string): void => {
    problems.push({ offset, severity: 'error', message })
  }
  // Bottom up with our own stack: a generated expression of 10,000 terms nests too deeply for recursion.
  const stack: Frame[] = [{ operands: [] }]
  tree.iterate({
    enter: () => void stack.push({ operands: [] }),
    leave: (node) => {
      const { operands } = stack.pop() as Frame
      const parent = stack.at(-1) as Frame
      if (node.name === 'StringLiteral') checkString(text, node, report)
      if (node.name === 'VectorSelector') checkSelector(text, node.node, report)
      const type = valueType(node.name, operands)
      if (type === null) {
        if (node.name === 'FunctionCallBody' || node.name === 'PromQL')
          parent.operands.push(...operands)
        return
      }
      const own: Operand = { name: node.name, from: node.from, to: node.to, type, tail: null }
      parent.operands.push(checkOperation(text, node.node, own, operands, report))
    },
  })
  const result = stack[0]?.operands[0]
  if (problems.length === 0 && result !== undefined) problems.push(...unusable(result))
  return problems
}

/** Whether the text is surely an expression, by syntax and types. */
export function isExpression(text: string): boolean {
  return checkExpression(text).length === 0
}

/** The type of an expression node before its operands are looked at; null for nodes that are no expression. */
function valueType(name: string, operands: readonly Operand[]): ValueType | null {
  switch (name) {
    case 'NumberDurationLiteral':
      return 'scalar'
    case 'StringLiteral':
      return 'string'
    case 'VectorSelector':
    case 'AggregateExpr':
    case 'FunctionCall':
      return 'vector'
    case 'MatrixSelector':
    case 'SubqueryExpr':
      return 'matrix'
    case 'ParenExpr':
    case 'UnaryExpr':
    case 'OffsetExpr':
    case 'StepInvariantExpr':
    case 'AnchoredExpr':
    case 'SmoothedExpr':
      return operands[0]?.type ?? 'vector'
    case 'BinaryExpr':
      return operands.every((o) => o.type === 'scalar') ? 'scalar' : 'vector'
    default:
      return null
  }
}

function unusable(result: Operand): ExpressionProblem[] {
  if (result.type === 'scalar' || result.type === 'vector') return []
  const what = result.type === 'matrix' ? 'a range vector' : 'a text'
  const message = `the expression gives ${what}, so each evaluation will fail: a rule needs an instant vector or a number`
  return [{ offset: result.from, severity: 'warning', message }]
}
