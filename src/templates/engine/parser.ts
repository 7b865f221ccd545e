import { isEmptyTree } from './ast.ts'
import type { Node, PipeNode, TemplateNode, Tree } from './ast.ts'
import type { Token } from './lexer.ts'
import { unquote } from './literals.ts'
import { MAX_NESTING, PipelineParser } from './pipelineParser.ts'
import { TokenReader } from './tokenReader.ts'

export interface ParseOptions {
  /** Name in error messages, and of the main tree. */
  readonly name: string
  /** Names that exist before the text begins, with `$`. The bodies of `define` do not see them. */
  readonly variables: readonly string[]
  readonly hasFunction: (name: string) => boolean
}

export interface ParsedTemplate {
  readonly main: Tree
  /** From `define` and `block`. */
  readonly defined: ReadonlyMap<string, Tree>
}

/** Longer texts are refused: nobody writes them, and they would only burn memory. */
const MAX_SOURCE_LENGTH = 1_000_000

/** Parses a Go text/template. @throws TemplateError at the first error, in Go's words. */
export function parseTemplate(text: string, options: ParseOptions): ParsedTemplate {
  const reader = new TokenReader(text.length > MAX_SOURCE_LENGTH ? '' : text, options.name)
  if (text.length > MAX_SOURCE_LENGTH) {
    reader.fail(`template is longer than ${MAX_SOURCE_LENGTH} characters`, 0)
  }
  return new Parser(reader, options).parse()
}

type Ending = { readonly word: 'end' | 'else'; readonly pos: number }
type Control = 'if' | 'with' | 'range'

class Parser {
  readonly #reader: TokenReader
  readonly #options: ParseOptions
  readonly #defined = new Map<string, Tree>()
  #pipelines: PipelineParser
  #rangeDepth = 0
  #depth = 0

  constructor(reader: TokenReader, options: ParseOptions) {
    this.#reader = reader
    this.#options = options
    this.#pipelines = new PipelineParser(reader, options.hasFunction, options.variables)
  }

  parse(): ParsedTemplate {
    const body: Node[] = []
    while (this.#reader.peek().kind !== 'eof') {
      if (this.#atDefine()) {
        this.#parseDefine()
        continue
      }
      const node = this.#textOrAction()
      if ('word' in node) this.#reader.fail(`unexpected {{${node.word}}}`, node.pos)
      body.push(node)
    }
    return { main: { name: this.#options.name, body }, defined: this.#defined }
  }

  #atDefine(): boolean {
    if (this.#reader.peek().kind !== 'leftDelim') return false
    const word = this.#reader.lookAhead(this.#reader.lookAhead(1).kind === 'space' ? 2 : 1)
    return word.kind === 'keyword' && word.value === 'define'
  }

  #parseDefine(): void {
    this.#reader.next()
    this.#reader.nextSolid()
    const { name, token } = this.#templateName('define clause')
    this.#reader.expect('rightDelim', 'define clause')
    this.#define(name, token, this.#separateBody('define clause'))
  }

  /** The body of a definition: its own variables, up to its `end`. */
  #separateBody(context: string): readonly Node[] {
    const outer = this.#pipelines
    const outerRanges = this.#rangeDepth
    this.#pipelines = new PipelineParser(this.#reader, this.#options.hasFunction, [])
    this.#rangeDepth = 0
    const { nodes, ending } = this.#list()
    if (ending.word !== 'end') {
      this.#reader.fail(`unexpected {{${ending.word}}} in ${context}`, ending.pos)
    }
    this.#pipelines = outer
    this.#rangeDepth = outerRanges
    return nodes
  }

  #define(name: string, token: Token, body: readonly Node[]): void {
    const tree = { name, body }
    const known = this.#defined.get(name)
    if (known === undefined || isEmptyTree(known)) this.#defined.set(name, tree)
    else if (!isEmptyTree(tree)) {
      this.#reader.fail(`template: multiple definition of template "${name}"`, token.pos)
    }
  }

  #templateName(context: string): { name: string; token: Token } {
    const token = this.#reader.nextSolid()
    if (token.kind !== 'string' && token.kind !== 'rawString') {
      this.#reader.unexpected(token, context)
    }
    const name = unquote(token.value)
    return name === null ? this.#reader.fail('invalid syntax', token.pos) : { name, token }
  }

  #list(): { nodes: readonly Node[]; ending: Ending } {
    if (++this.#depth > MAX_NESTING) {
      this.#reader.fail(`blocks are nested deeper than ${MAX_NESTING}`, this.#reader.peek().pos)
    }
    const nodes: Node[] = []
    while (this.#reader.peekSolid().kind !== 'eof') {
      const node = this.#textOrAction()
      if ('word' in node) {
        this.#depth--
        return { nodes, ending: node }
      }
      nodes.push(node)
    }
    return this.#reader.fail('unexpected EOF', this.#reader.peek().pos)
  }

  #textOrAction(): Node | Ending {
    const token = this.#reader.nextSolid()
    if (token.kind === 'text') return { kind: 'text', pos: token.pos, text: token.value }
    if (token.kind !== 'leftDelim') return this.#reader.unexpected(token, 'input')
    const first = this.#reader.peekSolid()
    if (first.kind === 'keyword' && first.value !== 'nil') {
      this.#reader.next()
      return this.#control(first)
    }
    const pipe = this.#pipelines.parse('command', 'rightDelim')
    return { kind: 'action', pos: first.pos, pipe }
  }

  #control(word: Token): Node | Ending {
    switch (word.value) {
      case 'if':
      case 'with':
      case 'range':
        return this.#branch(word.value)
      case 'else': {
        const next = this.#reader.peekSolid()
        const isChained = this.#reader.isKeyword('if') || this.#reader.isKeyword('with')
        if (!isChained) this.#reader.expect('rightDelim', 'else')
        return { word: 'else', pos: next.pos }
      }
      case 'end':
        return { word: 'end', pos: this.#reader.expect('rightDelim', 'end').pos }
      case 'template':
        return this.#template()
      case 'block':
        return this.#block()
      case 'break':
      case 'continue':
        return this.#jump(word.value, word.pos)
      default:
        return this.#reader.unexpected(word, 'command')
    }
  }

  #branch(context: Control): Node {
    const mark = this.#pipelines.mark()
    const pos = this.#reader.peekSolid().pos
    const pipe = this.#pipelines.parse(context, 'rightDelim')
    if (context === 'range') this.#rangeDepth++
    const { nodes: body, ending } = this.#list()
    if (context === 'range') this.#rangeDepth--
    const otherwise = ending.word === 'else' ? this.#otherwise(context) : null
    this.#pipelines.release(mark)
    return { kind: context, pos, pipe, body, otherwise }
  }

  #otherwise(context: Control): readonly Node[] {
    if (context !== 'range' && this.#reader.isKeyword(context)) {
      this.#reader.next()
      if (++this.#depth > MAX_NESTING) {
        this.#reader.fail(`more than ${MAX_NESTING} times else ${context}`, this.#reader.peek().pos)
      }
      const chained = [this.#branch(context)]
      this.#depth--
      return chained
    }
    const { nodes, ending } = this.#list()
    if (ending.word !== 'end') {
      this.#reader.fail(`expected end; found {{${ending.word}}}`, ending.pos)
    }
    return nodes
  }

  #template(): TemplateNode {
    const { name, token } = this.#templateName('template clause')
    let pipe: PipeNode | null = null
    if (this.#reader.peekSolid().kind === 'rightDelim') this.#reader.next()
    else pipe = this.#pipelines.parse('template clause', 'rightDelim')
    return { kind: 'template', pos: token.pos, name, pipe }
  }

  #block(): TemplateNode {
    const { name, token } = this.#templateName('block clause')
    const pipe = this.#pipelines.parse('block clause', 'rightDelim')
    this.#define(name, token, this.#separateBody('block clause'))
    return { kind: 'template', pos: token.pos, name, pipe }
  }

  #jump(kind: 'break' | 'continue', pos: number): Node {
    this.#reader.expect('rightDelim', `{{${kind}}}`)
    if (this.#rangeDepth === 0) this.#reader.fail(`{{${kind}}} outside {{range}}`, pos)
    return { kind, pos }
  }
}
