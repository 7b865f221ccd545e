import { BUILTINS } from '../../../src/templates/engine/builtins.ts'
import { compileTemplate, execute } from '../../../src/templates/engine/compile.ts'
import { HtmlWriter } from '../../../src/templates/engine/htmlWriter.ts'
import { Run } from '../../../src/templates/engine/run.ts'
import { AnyMap } from '../../../src/templates/engine/value.ts'
import type { Value } from '../../../src/templates/engine/value.ts'

const LIMITS = { steps: 20_000, outputLength: 100_000 }
const HOST = { now: () => 0, externalURL: 'http://x.example', query: null }

/** Runs a text with only Go's own functions. Nothing given: an empty map. */
export function run(text: string, data: Value = new AnyMap(new Map()), html = false): string {
  const compiled = compileTemplate(text, { name: 't', functions: BUILTINS })
  const lookup = (name: string) => compiled.defined.get(name)
  const state = new Run(compiled.main, HOST, LIMITS, lookup, html ? new HtmlWriter() : null)
  return execute(state, data, [])
}

/** What a text prints, or why it does not. */
export function outcome(text: string, data?: Value): string {
  try {
    return run(text, data)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** A map of strings to anything, from plain data. */
export function anyMap(entries: Readonly<Record<string, Value>>): AnyMap {
  return new AnyMap(new Map(Object.entries(entries)))
}
