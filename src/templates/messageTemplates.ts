import { basename } from 'node:path'
import { LRUCache } from 'lru-cache'
import type { Problem } from '../core/problem.ts'
import type { MessageData } from '../notifiers/notifier.ts'
import { defaultTemplates } from './defaults/defaultTemplates.ts'
import { compileTemplate, execute } from './engine/compile.ts'
import type { CompiledTemplate } from './engine/compile.ts'
import { HtmlWriter } from './engine/htmlWriter.ts'
import { Run } from './engine/run.ts'
import type { CompiledTree, TemplateHost } from './engine/run.ts'
import { TemplateError } from './engine/templateError.ts'
import { MESSAGE_FUNCTIONS } from './messageFunctions.ts'
import { messageValue } from './messageValues.ts'

export { TemplateError }

/** Renders the template strings of receiver configurations against message data. */
export interface MessageTemplates {
  /** @throws TemplateError when the text does not parse or fails while it runs */
  text(source: string, data: MessageData): string
  /** The same with HTML auto-escaping of every value. @throws TemplateError */
  html(source: string, data: MessageData): string
}

export interface TemplateFile {
  /** Path: it names the file in problems. `template` finds the file's own text under its last part. */
  readonly name: string
  readonly text: string
}

export interface MessageTemplateOptions {
  /** Epoch ms; `now` and `since` in templates. */
  readonly now: () => number
  /** What messages call the sender; "Tocsin" when not given. */
  readonly productName?: string
}

/** Enough for a group of 10,000 alerts with twenty labels each. */
const LIMITS = { steps: 5_000_000, outputLength: 8_000_000 }
const CACHED_SOURCES = 1_000

/**
 * The built-in definitions with those of the files over them. A file that does not parse is reported and left out; the
 * others count.
 */
export function createMessageTemplates(
  files: readonly TemplateFile[],
  options: MessageTemplateOptions,
): { templates: MessageTemplates; problems: Problem[] } {
  const problems: Problem[] = []
  const defined = new Map<string, CompiledTree>()
  for (const file of defaultTemplates(options.productName ?? 'Tocsin')) addFile(defined, file)
  for (const file of files) {
    try {
      addFile(defined, file)
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error
      const { line, column, detail } = error
      problems.push({ file: file.name, line, column, severity: 'error', message: detail })
    }
  }
  return { templates: renderer(defined, options.now), problems }
}

/** Why a template string does not parse, with the place inside it (from 1). Null when nothing is wrong. */
export function checkMessageTemplate(
  source: string,
): { message: string; line: number; column: number } | null {
  try {
    compileSource(source)
    return null
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    return { message: error.detail, line: error.line, column: error.column }
  }
}

function addFile(defined: Map<string, CompiledTree>, file: TemplateFile): void {
  const name = basename(file.name)
  const compiled = compileTemplate(file.text, { name, functions: MESSAGE_FUNCTIONS })
  for (const tree of [compiled.main, ...compiled.defined.values()]) {
    const known = defined.get(tree.name)
    if (known === undefined || known.isEmpty || !tree.isEmpty) defined.set(tree.name, tree)
  }
}

function compileSource(source: string): CompiledTemplate {
  return compileTemplate(source, { name: '', functions: MESSAGE_FUNCTIONS })
}

function renderer(defined: ReadonlyMap<string, CompiledTree>, now: () => number): MessageTemplates {
  const cache = new LRUCache<string, CompiledTemplate>({ max: CACHED_SOURCES })
  const render = (source: string, data: MessageData, html: HtmlWriter | null): string => {
    if (!source.includes('{{')) return source
    let compiled = cache.get(source)
    if (compiled === undefined) cache.set(source, (compiled = compileSource(source)))
    const own = compiled.defined
    const lookup = (name: string): CompiledTree | undefined => findTree(own, defined, name)
    const host: TemplateHost = { now, externalURL: data.externalURL, query: null }
    const run = new Run(compiled.main, host, LIMITS, lookup, html)
    return execute(run, messageValue(data), [])
  }
  return {
    text: (source, data) => render(source, data, null),
    html: (source, data) => render(source, data, new HtmlWriter()),
  }
}

/** A definition inside the string itself goes before those of files, unless it is empty. */
function findTree(
  own: ReadonlyMap<string, CompiledTree>,
  shared: ReadonlyMap<string, CompiledTree>,
  name: string,
): CompiledTree | undefined {
  const tree = own.get(name)
  return tree === undefined || tree.isEmpty ? (shared.get(name) ?? tree) : tree
}
