import { FunctionError } from './templateError.ts'
import { AnyMap, List, Markup, Struct, StringMap } from './value.ts'
import type { Value } from './value.ts'

/** The declared type of one parameter of a function or method. */
export interface Param {
  /** Go's name of the type, for error messages. */
  readonly name: string
  /** Which constants may stand for it in the template text. */
  readonly literal: 'bool' | 'int' | 'float' | 'string' | 'any' | 'none'
  readonly nilable: boolean
  accepts(value: Value): boolean
}

export const ANY: Param = {
  name: 'interface {}',
  literal: 'any',
  nilable: true,
  accepts: () => true,
}
export const STRING: Param = {
  name: 'string',
  literal: 'string',
  nilable: false,
  accepts: (value) => typeof value === 'string' || value instanceof Markup,
}
export const INT: Param = {
  name: 'int',
  literal: 'int',
  nilable: false,
  accepts: (value) => typeof value === 'bigint',
}
export const STRINGS: Param = {
  name: '[]string',
  literal: 'none',
  nilable: true,
  accepts: (value) => value instanceof List && value.typeName === '[]string',
}

/** A parameter that takes values of one composite Go type. */
export function typed(name: string, accepts: (value: Value) => boolean, nilable = false): Param {
  return { name, literal: 'none', nilable, accepts }
}

// The interpreter has checked every argument against its Param; these readers turn that promise into types.

export function asText(value: Value | undefined): string {
  if (typeof value === 'string') return value
  if (value instanceof Markup) return value.text
  throw new FunctionError('expected a string')
}

export function asInt(value: Value | undefined): number {
  if (typeof value === 'bigint') return Number(value)
  throw new FunctionError('expected an integer')
}

export function asList(value: Value | undefined): List {
  if (value instanceof List) return value
  throw new FunctionError('expected a list')
}

/** The elements of a list of strings. */
export function asTexts(value: Value | undefined): string[] {
  return value === null ? [] : asList(value).items.map((item) => asText(item))
}

export function asStruct(value: Value | undefined): Struct {
  if (value instanceof Struct) return value
  throw new FunctionError('nil pointer evaluating a field')
}

export function isMap(value: Value | undefined): value is StringMap | AnyMap {
  return value instanceof StringMap || value instanceof AnyMap
}
