import { nodeText } from './ast.ts'
import type { ActionNode, CommandNode, Operand, TemplateNode } from './ast.ts'
import type { HtmlWriter } from './htmlWriter.ts'
import { printTop } from './printValue.ts'
import { goPlaceOf, placeOf, TemplateError } from './templateError.ts'
import type { Value } from './value.ts'

/** What functions may ask of the world around the template. */
export interface TemplateHost {
  /** Epoch ms. */
  now(): number
  readonly externalURL: string
  /** Runs a query; null where templates cannot query. */
  readonly query: ((expression: string) => readonly QuerySample[]) | null
}

export interface QuerySample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Bounds of one execution: no template can hang the process or fill its memory. */
export interface Limits {
  /** Units of work: one for each action, call and iteration, and one for every 64 characters handled. */
  readonly steps: number
  readonly outputLength: number
}

/** `template` calls inside each other; Go allows 100,000, which a JavaScript stack does not. */
const MAX_CALL_DEPTH = 200

export type ReportedNode = ActionNode | TemplateNode | CommandNode | Operand
/** How a statement ended: normally, or by `break` or `continue`. */
export type Flow = 0 | 1 | 2
export type Statement = (run: Run, dot: Value) => Flow

/** The text that nodes point into, for error messages. */
export interface Source {
  /** Name of the parsed text. */
  readonly name: string
  readonly text: string
  /** Bytes that Prometheus puts in front of line 1 (its variable definitions). */
  readonly shift: number
}

/** One named template, ready to run. */
export interface CompiledTree {
  readonly name: string
  readonly source: Source
  readonly isEmpty: boolean
  readonly body: Statement
  /** How many variables it declares, `$` included. */
  readonly slots: number
}

/** The state of one execution. Fields are open to the compiled statements, and to nobody else. */
export class Run {
  readonly host: TemplateHost
  readonly lookup: (name: string) => CompiledTree | undefined
  readonly html: HtmlWriter | null
  readonly limits: Limits
  out = ''
  variables: (Value | undefined)[]
  node: ReportedNode | null = null
  tree: CompiledTree
  #left: number
  #depth = 0

  constructor(
    tree: CompiledTree,
    host: TemplateHost,
    limits: Limits,
    lookup: (name: string) => CompiledTree | undefined,
    html: HtmlWriter | null = null,
  ) {
    this.tree = tree
    this.host = host
    this.limits = limits
    this.lookup = lookup
    this.html = html
    this.variables = []
    this.#left = limits.steps
  }

  /** Text of the template itself. */
  writeText(text: string): void {
    this.html?.text(text)
    this.#write(text)
  }

  /** A value, escaped where the output is HTML. */
  writeValue(value: Value): void {
    this.#write(this.html === null ? printTop(value) : this.html.value(value))
  }

  #write(text: string): void {
    this.spend(1 + (text.length >>> 6))
    this.out += text
    if (this.out.length > this.limits.outputLength) {
      this.fail(`output is longer than ${this.limits.outputLength} characters`)
    }
  }

  /** Pays for work. @throws TemplateError when the budget is used up */
  spend(units: number): void {
    this.#left -= units
    if (this.#left < 0) this.fail(`template needs more than ${this.limits.steps} steps`)
  }

  /** Runs another template with its own variables. */
  call(tree: CompiledTree, dot: Value): void {
    if (this.#depth >= MAX_CALL_DEPTH) {
      this.fail(`exceeded maximum template depth (${MAX_CALL_DEPTH})`)
    }
    const { tree: outer, variables, node } = this
    this.tree = tree
    this.variables = [dot]
    this.#depth++
    tree.body(this, dot)
    this.#depth--
    this.tree = outer
    this.variables = variables
    this.node = node
  }

  /** @throws TemplateError in Go's form, naming the part that is being evaluated */
  fail(message: string, cause?: unknown): never {
    const { source, name } = this.tree
    const { line, column } = goPlaceOf(source.text, this.node?.pos ?? 0)
    const shown = line === 1 ? column + source.shift : column
    const at = this.node === null ? '' : nodeText(this.node)
    const where = `${source.name}:${line}:${shown}: executing "${name}" at <${at}>`
    const place = placeOf(source.text, this.node?.pos ?? 0)
    throw new TemplateError(`template: ${where}: ${message}`, message, place, { cause })
  }
}
