import { checked } from './arguments.ts'
import type { Argument } from './arguments.ts'
import type { TemplateFunction } from './functions.ts'
import type { Param } from './params.ts'
import type { ReportedNode, Run } from './run.ts'
import { FunctionError } from './templateError.ts'
import { AnyMap, isTrue, StringMap, Struct, typeName } from './value.ts'
import type { BoundMethod, Value } from './value.ts'

/** The value that a pipeline hands to its next command; undefined when there is none. */
export type Final = Value | undefined

/** A call as it stands in the template. */
export interface CallSite {
  readonly name: string
  /** What an error of the function itself points at. */
  readonly node: ReportedNode
  readonly args: readonly Argument[]
}

/** Calls a function: checks the number and the types of its arguments, pays for its work, locates its errors. */
export function callFunction(
  run: Run,
  dot: Value,
  fn: TemplateFunction,
  site: CallSite,
  final: Final,
): Value {
  const { args, name } = site
  const count = args.length + (final === undefined ? 0 : 1)
  checkCount(run, fn, name, count, args.length)
  const values: Value[] = []
  for (let i = 0; i < args.length; i++) {
    values.push((args[i] as Argument)(run, dot, paramAt(fn, i)))
  }
  if (final !== undefined) values.push(checked(run, final, paramAt(fn, count - 1)))
  return guarded(run, fn, site, values)
}

/** `and` and `or`: they stop at the operand that decides. */
export function callShortCircuit(
  run: Run,
  dot: Value,
  fn: TemplateFunction,
  site: CallSite,
  final: Final,
): Value {
  const { args, name } = site
  checkCount(run, fn, name, args.length + (final === undefined ? 0 : 1), args.length)
  let value: Value = null
  for (const arg of args) {
    value = arg(run, dot, paramAt(fn, 0))
    if (isTrue(value) === (name === 'or')) return value
  }
  return final === undefined ? value : final
}

function checkCount(
  run: Run,
  fn: TemplateFunction,
  name: string,
  count: number,
  written: number,
): void {
  const wanted = fn.params.length
  if (fn.variadic === null && count !== wanted) {
    run.fail(`wrong number of args for ${name}: want ${wanted} got ${count}`)
  }
  if (count < wanted) {
    run.fail(`wrong number of args for ${name}: want at least ${wanted} got ${written}`)
  }
}

function paramAt(fn: TemplateFunction, index: number): Param {
  return (fn.params[index] ?? fn.variadic) as Param
}

function guarded(run: Run, fn: TemplateFunction, site: CallSite, values: readonly Value[]): Value {
  run.spend(1 + weight(values))
  try {
    const result = fn.call(values, run)
    if (typeof result === 'string') payForText(run, result)
    return result
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error
    run.node = site.node
    return run.fail(`error calling ${site.name}: ${error.message}`, error)
  }
}

/** Texts that double in a loop must end before memory does. */
function payForText(run: Run, text: string): void {
  run.spend(text.length >>> 6)
  const { outputLength } = run.limits
  if (text.length > outputLength) run.fail(`text is longer than ${outputLength} characters`)
}

function weight(values: readonly Value[]): number {
  let units = 0
  for (const value of values) {
    if (typeof value === 'string') units += value.length >>> 6
    else if (typeof value === 'object' && value !== null && 'items' in value) {
      units += value.items.length >>> 3
    }
  }
  return units
}

const NO_ARGUMENTS: readonly Argument[] = []

/** Walks `.a.b.c` from a value. Only the last name gets the arguments. */
export function fieldChain(
  path: readonly string[],
  node: ReportedNode,
  args: readonly Argument[],
): (run: Run, dot: Value, receiver: Value, final: Final) => Value {
  const sites = path.map((name, i) => ({
    name,
    node,
    args: i === path.length - 1 ? args : NO_ARGUMENTS,
  }))
  const last = sites.length - 1
  const only = path.length === 1 && args.length === 0 ? (path[0] as string) : null
  return (run, dot, receiver, final) => {
    // By far the most frequent case, such as $labels.instance, takes the short way.
    if (only !== null && final === undefined && receiver instanceof StringMap && receiver.isPlain) {
      return receiver.get(only)
    }
    let value = receiver
    let holder: Value = null
    for (let i = 0; i <= last; i++) {
      const site = sites[i] as CallSite
      if (value === null && holder !== null) {
        run.fail(`nil pointer evaluating interface {}.${site.name}`)
      }
      const next = field(run, dot, value, site, i === last ? final : undefined, holder)
      holder = value
      value = next
    }
    return value
  }
}

/** One field, map entry or method of a value. `holder` is what the value itself was read from, null if unknown. */
function field(
  run: Run,
  dot: Value,
  value: Value,
  site: CallSite,
  final: Final,
  holder: Value,
): Value {
  if (value === null) return null
  const { name, args } = site
  if (typeof value === 'object') {
    const method = value.method(name)
    if (method !== null) return callMethod(run, dot, method, site, final)
    const hasArguments = args.length > 0 || final !== undefined
    if (value instanceof StringMap || value instanceof AnyMap) {
      if (hasArguments) run.fail(`${name} is not a method but has arguments`)
      return value.get(name)
    }
    const found = value instanceof Struct ? value.values.get(name) : undefined
    if (found !== undefined) {
      if (hasArguments) run.fail(`${name} has arguments but cannot be invoked as function`)
      return found
    }
  }
  return run.fail(`can't evaluate field ${name} in type ${declaredType(value, holder)}`)
}

function callMethod(
  run: Run,
  dot: Value,
  method: BoundMethod,
  site: CallSite,
  final: Final,
): Value {
  const fn: TemplateFunction = {
    params: method.params,
    variadic: null,
    call: (values) => method.call(values),
  }
  return callFunction(run, dot, fn, site, final)
}

/** Go names the declared type: what was read from a field or map of type `interface {}` is called that. */
function declaredType(value: Value, holder: Value): string {
  if (holder instanceof AnyMap) return 'interface {}'
  if (holder instanceof Struct) {
    const from = holder.type.fields.find((f) => holder.values.get(f.name) === value)
    if (from?.isInterface === true) return 'interface {}'
  }
  return typeName(value)
}
