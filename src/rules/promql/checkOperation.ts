import type { SyntaxNode } from '@lezer/common'
import { checkBinary } from './checkBinary.ts'
import { AGGREGATION_PARAMETERS, FUNCTIONS } from './functions.ts'
import type { Signature, ValueType } from './functions.ts'
import { TYPE_NAMES } from './tree.ts'
import type { Operand, ReportAt } from './tree.ts'

const MOVABLE = new Set([
  'VectorSelector',
  'MatrixSelector',
  'SubqueryExpr',
  'OffsetExpr',
  'StepInvariantExpr',
  'AnchoredExpr',
  'SmoothedExpr',
])
const ZERO_DURATION = /^0+(?:ms|[smhdwy])?$/

/** Reports what is wrong between a node and its operands; resolves to the node with its final type. */
export function checkOperation(
  text: string,
  node: SyntaxNode,
  own: Operand,
  operands: readonly Operand[],
  report: ReportAt,
): Operand {
  const inner = operands[0]
  switch (own.name) {
    case 'FunctionCall':
      return checkCall(text, node, own, operands, report)
    case 'AggregateExpr':
      checkAggregation(text, node, operands, report)
      return own
    case 'BinaryExpr': {
      checkBinary(text, node, operands, report)
      const right = operands[1]
      return { ...own, tail: right?.tail ?? right ?? null }
    }
    case 'UnaryExpr':
      if (inner?.type === 'matrix' || inner?.type === 'string') {
        report(
          own.from,
          `+ and - want a number or an instant vector, not ${TYPE_NAMES[inner.type]}`,
        )
      }
      return { ...own, tail: inner?.tail ?? inner ?? null }
    case 'MatrixSelector':
    case 'SubqueryExpr':
      checkRange(text, node, own, inner, report)
      return own
    case 'OffsetExpr':
    case 'StepInvariantExpr':
      return inner === undefined ? own : checkModifier(own, inner, report)
    case 'AnchoredExpr':
    case 'SmoothedExpr':
      return { ...own, tail: inner?.tail ?? null }
    default:
      return own
  }
}

function checkCall(
  text: string,
  node: SyntaxNode,
  own: Operand,
  args: readonly Operand[],
  report: ReportAt,
): Operand {
  const id = node.getChild('FunctionIdentifier')
  const name = id === null ? '' : text.slice(id.from, id.to)
  const signature = FUNCTIONS.get(name)
  if (signature === undefined) return own
  checkCount(name, signature, args, own, report)
  for (const [i, arg] of args.entries()) {
    const wanted = signature.args[Math.min(i, signature.args.length - 1)]
    if (wanted !== undefined) checkType(`${name}()`, wanted, arg, report)
  }
  return { ...own, type: signature.returns }
}

function checkCount(
  name: string,
  signature: Signature,
  args: readonly Operand[],
  own: Operand,
  report: ReportAt,
): void {
  const max = signature.repeats ? Infinity : signature.args.length
  const min = signature.args.length - signature.optional
  if (args.length >= min && args.length <= max) return
  const count = max === min ? `${min}` : max === Infinity ? `at least ${min}` : `${min} to ${max}`
  const noun = count === '1' ? 'argument' : 'arguments'
  report(own.from, `${name}() takes ${count} ${noun}, not ${args.length}`)
}

function checkAggregation(
  text: string,
  node: SyntaxNode,
  args: readonly Operand[],
  report: ReportAt,
): void {
  const op = node.getChild('AggregateOp')
  const name = op === null ? '' : text.slice(op.from, op.to).toLowerCase()
  const parameter = AGGREGATION_PARAMETERS.get(name)
  const wanted: ValueType[] = parameter === undefined ? ['vector'] : [parameter, 'vector']
  if (args.length !== wanted.length) {
    const noun = wanted.length === 1 ? 'argument' : 'arguments'
    return report(node.from, `${name}() takes ${wanted.length} ${noun}, not ${args.length}`)
  }
  for (const [i, arg] of args.entries()) checkType(`${name}()`, wanted[i] as ValueType, arg, report)
}

function checkType(where: string, wanted: ValueType, arg: Operand, report: ReportAt): void {
  if (arg.type === wanted) return
  report(
    arg.from,
    `${where} wants ${TYPE_NAMES[wanted]} here, not ${TYPE_NAMES[arg.type].replace(/ such.*/, '')}`,
  )
}

function checkRange(
  text: string,
  node: SyntaxNode,
  own: Operand,
  inner: Operand | undefined,
  report: ReportAt,
): void {
  if (inner === undefined) return
  if (inner.tail !== null)
    report(inner.tail.from, `operators want ${TYPE_NAMES.vector}, not a range vector`)
  else if (own.name === 'MatrixSelector' && inner.name !== 'VectorSelector') {
    const message =
      'a range such as [5m] goes on a metric only: for anything else write [5m:], a subquery'
    report(own.from, message)
  } else if (inner.type !== 'vector') {
    report(own.from, `a subquery wants ${TYPE_NAMES.vector}, not ${TYPE_NAMES[inner.type]}`)
  }
  const range = node.getChild('DurationExpr')
  if (range !== null && ZERO_DURATION.test(text.slice(range.from, range.to))) {
    report(range.from, 'a range must be longer than 0')
  }
}

/** `offset` and `@`. Behind an operator they belong to its right side, and the operator keeps its meaning. */
function checkModifier(own: Operand, inner: Operand, report: ReportAt): Operand {
  const target = inner.tail ?? inner
  const word = own.name === 'OffsetExpr' ? 'offset' : '@'
  if (target.name === own.name) report(target.from, `${word} is given twice`)
  else if (!MOVABLE.has(target.name)) {
    report(target.from, `${word} goes right behind a selector or a subquery, inside of functions`)
  }
  return inner.tail === null ? own : { ...inner, to: own.to, tail: { ...own, tail: null } }
}
