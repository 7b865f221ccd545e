import { nodeText } from './ast.ts'
import type { CommandNode, Operand, PipeNode } from './ast.ts'
import type { Token } from './lexer.ts'
import { parseNumber, unquote, unquoteCharacter } from './literals.ts'
import type { TokenReader } from './tokenReader.ts'

type PipeEnd = 'rightDelim' | 'rightParen'

/** Deeper nesting of blocks or parentheses is refused, so that no text can exhaust the stack. */
export const MAX_NESTING = 200

/** Parses pipelines (`$x := a | f b`) and knows which variables exist where. One for each separate body. */
export class PipelineParser {
  readonly #reader: TokenReader
  readonly #hasFunction: (name: string) => boolean
  readonly #variables: string[]
  #depth = 0

  constructor(
    reader: TokenReader,
    hasFunction: (name: string) => boolean,
    variables: readonly string[],
  ) {
    this.#reader = reader
    this.#hasFunction = hasFunction
    this.#variables = ['$', ...variables]
  }

  /** The variables known now; give it back to `release` where their block ends. */
  mark(): number {
    return this.#variables.length
  }

  release(mark: number): void {
    this.#variables.length = mark
  }

  /** Reads up to and including `end`. @throws TemplateError */
  parse(context: string, end: PipeEnd): PipeNode {
    const pos = this.#reader.peekSolid().pos
    if (++this.#depth > MAX_NESTING) {
      this.#reader.fail(`parentheses are nested deeper than ${MAX_NESTING}`, pos)
    }
    const { declared, isAssign } = this.#declarations(context)
    const commands: CommandNode[] = []
    for (;;) {
      const token = this.#reader.peekSolid()
      if (token.kind === end) break
      if (!startsOperand(token)) this.#reader.unexpected(this.#reader.next(), context)
      commands.push(this.#command())
    }
    this.#check(commands, context)
    this.#reader.next()
    this.#depth--
    return { kind: 'pipe', pos, declared, isAssign, commands }
  }

  #declarations(context: string): { declared: readonly string[]; isAssign: boolean } {
    const declared: string[] = []
    while (this.#reader.peekSolid().kind === 'variable') {
      const after = this.#reader.lookAhead(this.#reader.lookAhead(1).kind === 'space' ? 2 : 1)
      const isComma = after.kind === 'mark' && after.value === ','
      if (after.kind !== 'assign' && after.kind !== 'declare' && !isComma) break
      declared.push(this.#reader.next().value)
      this.#reader.nextSolid()
      this.#variables.push(declared.at(-1) as string)
      if (!isComma) return { declared, isAssign: after.kind === 'assign' }
      this.#checkComma(context, declared.length, after.pos)
    }
    return { declared, isAssign: false }
  }

  /** A comma is legal only between the two variables of a range. */
  #checkComma(context: string, count: number, pos: number): void {
    if (context !== 'range' || count >= 2) {
      this.#reader.fail(`too many declarations in ${context}`, pos)
    }
    const { kind } = this.#reader.peekSolid()
    if (kind !== 'variable' && kind !== 'rightDelim' && kind !== 'rightParen') {
      this.#reader.fail('range can only initialize variables', pos)
    }
  }

  #check(commands: readonly CommandNode[], context: string): void {
    const end = this.#reader.peek().pos
    if (commands.length === 0) this.#reader.fail(`missing value for ${context}`, end)
    commands.forEach((command, i) => {
      const first = command.words[0] as Operand
      if (i > 0 && ['bool', 'dot', 'nil', 'number', 'string'].includes(first.kind)) {
        this.#reader.fail(`non executable command in pipeline stage ${i + 1}`, first.pos)
      }
    })
  }

  #command(): CommandNode {
    const pos = this.#reader.peekSolid().pos
    const words: Operand[] = []
    for (;;) {
      this.#reader.skipSpace()
      const operand = this.#operand()
      if (operand !== null) words.push(operand)
      const token = this.#reader.peek()
      if (token.kind === 'rightDelim' || token.kind === 'rightParen') break
      this.#reader.next()
      if (token.kind === 'pipe') break
      if (token.kind !== 'space') this.#reader.unexpected(token, 'operand')
    }
    if (words.length === 0) this.#reader.fail('empty command', pos)
    return { kind: 'command', pos, words }
  }

  /** A term with the fields that hang on it. Null when none comes. */
  #operand(): Operand | null {
    const term = this.#term()
    const pos = this.#reader.peek().pos
    if (term === null || this.#reader.peek().kind !== 'field') return term
    const path: string[] = []
    while (this.#reader.peek().kind === 'field') path.push(this.#reader.next().value.slice(1))
    switch (term.kind) {
      case 'field':
      case 'variable':
        return { ...term, pos, path: [...term.path, ...path] }
      case 'bool':
      case 'string':
      case 'number':
      case 'nil':
      case 'dot':
        return this.#reader.fail(`unexpected . after term ${JSON.stringify(nodeText(term))}`, pos)
      default:
        return { kind: 'chain', pos, of: term, path }
    }
  }

  #term(): Operand | null {
    const token = this.#reader.peek()
    if (!startsOperand(token)) return null
    this.#reader.next()
    const { pos, value } = token
    switch (token.kind) {
      case 'identifier':
        if (!this.#hasFunction(value)) this.#reader.fail(`function "${value}" not defined`, pos)
        return { kind: 'identifier', pos, name: value }
      case 'dot':
        return { kind: 'dot', pos }
      case 'variable':
        if (!this.#variables.includes(value)) {
          this.#reader.fail(`undefined variable "${value}"`, pos)
        }
        return { kind: 'variable', pos, name: value, path: [] }
      case 'field':
        return { kind: 'field', pos, path: [value.slice(1)] }
      case 'bool':
        return { kind: 'bool', pos, value: value === 'true' }
      case 'leftParen':
        return this.parse('parenthesized pipeline', 'rightParen')
      case 'keyword':
        return { kind: 'nil', pos }
      default:
        return this.#constant(token)
    }
  }

  #constant(token: Token): Operand {
    const { pos, value } = token
    if (token.kind === 'string' || token.kind === 'rawString') {
      const text = unquote(value)
      if (text === null) this.#reader.fail('invalid syntax', pos)
      return { kind: 'string', pos, quoted: value, value: text }
    }
    if (token.kind === 'number') {
      const literal = parseNumber(value)
      if (typeof literal === 'string') this.#reader.fail(literal, pos)
      return { kind: 'number', pos, text: value, literal }
    }
    const code = unquoteCharacter(value)
    if (code === null) this.#reader.fail(`malformed character constant: ${value}`, pos)
    const literal = { int: BigInt(code), float: code, isFloat: false, overflowsInt: false }
    return { kind: 'number', pos, text: value, literal }
  }
}

function startsOperand(token: Token): boolean {
  switch (token.kind) {
    case 'keyword':
      return token.value === 'nil'
    case 'bool':
    case 'character':
    case 'dot':
    case 'field':
    case 'identifier':
    case 'number':
    case 'rawString':
    case 'string':
    case 'variable':
    case 'leftParen':
      return true
    default:
      return false
  }
}
