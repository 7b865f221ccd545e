import { nodeText } from './ast.ts'
import type { Operand } from './ast.ts'
import type { Param } from './params.ts'
import type { Run } from './run.ts'
import { typeName } from './value.ts'
import type { Value } from './value.ts'

export type Expression = (run: Run, dot: Value) => Value
/** An argument: how it is evaluated depends on the type of the parameter. */
export type Argument = (run: Run, dot: Value, param: Param) => Value

/** Compiles one argument. Constants are fitted to the parameter, everything else is evaluated, then checked. */
export function compileArgument(node: Operand, evaluate: Expression | null): Argument {
  if (evaluate !== null) {
    return (run, dot, param) => {
      run.node = node
      return checked(run, evaluate(run, dot), param)
    }
  }
  return (run, _dot, param) => {
    run.node = node
    return constantFor(run, node, param)
  }
}

/** The value when its type fits the parameter. @throws TemplateError otherwise */
export function checked(run: Run, value: Value, param: Param): Value {
  if (param.literal === 'any') return value
  if (value === null) {
    return param.nilable ? null : run.fail(`invalid value; expected ${param.name}`)
  }
  if (param.accepts(value)) return value
  return run.fail(`wrong type for value; expected ${param.name}; got ${typeName(value)}`)
}

function constantFor(run: Run, node: Operand, param: Param): Value {
  if (node.kind === 'nil') {
    return param.nilable ? null : run.fail(`cannot assign nil to ${param.name}`)
  }
  switch (param.literal) {
    case 'any':
      return constant(run, node)
    case 'string':
      return node.kind === 'string' ? node.value : mismatch(run, node, 'string')
    case 'bool':
      return node.kind === 'bool' ? node.value : mismatch(run, node, 'bool')
    case 'int':
      return node.kind === 'number' && node.literal.int !== null
        ? node.literal.int
        : mismatch(run, node, 'integer')
    case 'float':
      return node.kind === 'number' ? node.literal.float : mismatch(run, node, 'float')
    case 'none':
      return run.fail(`can't handle ${nodeText(node)} for arg of type ${param.name}`)
  }
}

function mismatch(run: Run, node: Operand, wanted: string): never {
  return run.fail(`expected ${wanted}; found ${nodeText(node)}`)
}

/** The value of a constant where any type will do. */
export function constant(run: Run, node: Operand): Value {
  switch (node.kind) {
    case 'bool':
    case 'string':
      return node.value
    case 'number':
      if (node.literal.isFloat) return node.literal.float
      return node.literal.int ?? run.fail(`${node.text} overflows int`)
    case 'nil':
      return run.fail('nil is not a command')
    default:
      return run.fail(`can't evaluate command "${nodeText(node)}"`)
  }
}
