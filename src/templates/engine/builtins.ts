import { compareValues, isEqual } from './compare.ts'
import { escapeHtml, escapeJs, escapeQuery } from './escapeText.ts'
import { fixed, variadic } from './functions.ts'
import type { Functions, TemplateFunction } from './functions.ts'
import { indexValue, lengthOf, sliceValue } from './indexing.ts'
import { ANY, asText, STRING } from './params.ts'
import { printTop, sprint, sprintln } from './printValue.ts'
import { sprintf } from './printf.ts'
import { FunctionError } from './templateError.ts'
import { isTrue, Markup, typeName } from './value.ts'
import type { Value } from './value.ts'

/** The functions that Go's text/template itself brings. */
export const BUILTINS: Functions = new Map<string, TemplateFunction>([
  // and, or: the interpreter evaluates their operands itself and never calls these.
  ['and', variadic([ANY], ANY, (args) => args.at(-1) ?? null)],
  ['or', variadic([ANY], ANY, (args) => args.at(-1) ?? null)],
  ['not', fixed([ANY], ([value]) => !isTrue(value ?? null))],
  ['len', fixed([ANY], ([value]) => lengthOf(value ?? null))],
  ['index', variadic([ANY], ANY, ([item, ...path]) => indexValue(item ?? null, path))],
  ['slice', variadic([ANY], ANY, ([item, ...path]) => sliceValue(item ?? null, path))],
  ['print', variadic([], ANY, (args) => sprint(args))],
  ['println', variadic([], ANY, (args) => sprintln(args))],
  ['printf', variadic([STRING], ANY, ([format, ...args]) => sprintf(asText(format), args))],
  ['html', variadic([], ANY, (args, run) => markHtml(textOf(args), run.html !== null))],
  ['js', variadic([], ANY, (args) => escapeJs(textOf(args)))],
  ['urlquery', variadic([], ANY, (args, run) => markUrl(textOf(args), run.html !== null))],
  ['call', variadic([ANY], ANY, ([fn]) => refuseCall(fn ?? null))],
  ['eq', variadic([ANY], ANY, ([first, ...others]) => equalsAny(first ?? null, others))],
  ['ne', fixed([ANY, ANY], ([a, b]) => !isEqual(a ?? null, b ?? null))],
  ['lt', fixed([ANY, ANY], ([a, b]) => compareValues(a ?? null, b ?? null) < 0)],
  ['le', fixed([ANY, ANY], ([a, b]) => compareValues(a ?? null, b ?? null) <= 0)],
  ['gt', fixed([ANY, ANY], ([a, b]) => compareValues(a ?? null, b ?? null) > 0)],
  ['ge', fixed([ANY, ANY], ([a, b]) => compareValues(a ?? null, b ?? null) >= 0)],
])

function equalsAny(first: Value, others: readonly Value[]): boolean {
  if (others.length === 0) throw new FunctionError('missing argument for comparison')
  return others.some((other) => isEqual(first, other))
}

/** What the escaping functions work on: one string as it is, anything else as `print` shows it. */
function textOf(args: readonly Value[]): string {
  const [only] = args
  if (args.length === 1 && only !== undefined) return printTop(only)
  return sprint(args)
}

/** Where the output is HTML anyway, text that was escaped by hand is not escaped again. */
function markHtml(text: string, isHtml: boolean): Value {
  return isHtml ? new Markup('html', escapeHtml(text)) : escapeHtml(text)
}

/** Likewise for what was encoded for a URL by hand. */
function markUrl(text: string, isHtml: boolean): Value {
  return isHtml ? new Markup('url', escapeQuery(text)) : escapeQuery(text)
}

function refuseCall(value: Value): never {
  if (value === null) throw new FunctionError('call of nil')
  throw new FunctionError(`non-function of type ${typeName(value)}`)
}
