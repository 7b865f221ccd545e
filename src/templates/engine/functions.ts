import type { Param } from './params.ts'
import type { Run } from './run.ts'
import type { Value } from './value.ts'

/** A function that templates can call. */
export interface TemplateFunction {
  readonly params: readonly Param[]
  /** The type of all further arguments; null when there may be none. */
  readonly variadic: Param | null
  /** Gets checked arguments. @throws FunctionError */
  call(args: readonly Value[], run: Run): Value
}

export type Functions = ReadonlyMap<string, TemplateFunction>

/** A function with a fixed number of arguments. */
export function fixed(params: readonly Param[], call: TemplateFunction['call']): TemplateFunction {
  return { params, variadic: null, call }
}

/** A function that takes any number of further arguments of one type. */
export function variadic(
  params: readonly Param[],
  rest: Param,
  call: TemplateFunction['call'],
): TemplateFunction {
  return { params, variadic: rest, call }
}
