import type { SyntaxNode } from '@lezer/common'
import { TYPE_NAMES } from './tree.ts'
import type { Operand, ReportAt } from './tree.ts'

const SETS = new Set(['And', 'Or', 'Unless'])
const COMPARISONS = new Set(['Eql', 'Neq', 'Gtr', 'Gte', 'Lss', 'Lte'])

/** Reports operands and modifiers of an operator that Prometheus refuses. */
export function checkBinary(
  text: string,
  node: SyntaxNode,
  operands: readonly Operand[],
  report: ReportAt,
): void {
  const [left, right] = operands
  const operator = operatorOf(node)
  if (left === undefined || right === undefined || operator === null) return
  const sign = text.slice(operator.from, operator.to)
  for (const side of [left, right]) {
    if (side.type !== 'matrix' && side.type !== 'string') continue
    return report(
      side.from,
      `${sign} wants numbers or instant vectors, not ${TYPE_NAMES[side.type]}`,
    )
  }
  const scalars = operands.filter((o) => o.type === 'scalar').length
  const bool = node.getChild('BoolModifier') !== null
  if (bool && !COMPARISONS.has(operator.name))
    report(operator.from, 'bool goes with comparisons only')
  if (scalars === 2 && !bool && COMPARISONS.has(operator.name)) {
    report(operator.from, `two numbers are compared with "${sign} bool"`)
  }
  if (scalars > 0 && SETS.has(operator.name)) {
    report(operator.from, `${sign} wants an instant vector on both sides, not a number`)
  }
  const matching = node.getChild('MatchingModifierClause')
  if (matching !== null) checkMatching(text, matching, { operator, scalars }, report)
}

function checkMatching(
  text: string,
  matching: SyntaxNode,
  operation: { readonly operator: SyntaxNode; readonly scalars: number },
  report: ReportAt,
): void {
  const { operator, scalars } = operation
  if (scalars > 0) {
    report(matching.from, 'on and ignoring go between two instant vectors, not with a number')
  }
  const group = matching.getChild('GroupLeft') ?? matching.getChild('GroupRight')
  if (group === null) return
  const word = text.slice(group.from, group.to)
  if (SETS.has(operator.name)) report(group.from, `${word} does not go with and, or, unless`)
  if (matching.getChild('On') === null) return
  const [on, include] = matching.getChildren('GroupingLabels')
  const joined = new Set(labelNames(text, on).map((n) => n.name))
  for (const { name, from } of labelNames(text, include)) {
    if (joined.has(name))
      report(from, `label "${name}" stands in on() and in ${word}(): it can be in one only`)
  }
}

function labelNames(text: string, list: SyntaxNode | undefined): { name: string; from: number }[] {
  return (list?.getChildren('LabelName') ?? []).map(({ from, to }) => ({
    name: text.slice(from, to),
    from,
  }))
}

/** The child between the operands that is the operator itself. */
function operatorOf(node: SyntaxNode): SyntaxNode | null {
  const first = node.firstChild
  for (let child = first?.nextSibling ?? null; child !== null; child = child.nextSibling) {
    if (child.name !== 'LineComment') return child
  }
  return null
}
