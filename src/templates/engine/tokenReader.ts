import { placeOf, TemplateError } from './templateError.ts'
import { lex } from './lexer.ts'
import type { Token, TokenKind } from './lexer.ts'

/** Reads the tokens of one source, with look-ahead, and makes the errors that Go's parser would. */
export class TokenReader {
  readonly #source: string
  readonly #name: string
  readonly #tokens: readonly Token[]
  #next = 0

  constructor(source: string, name: string) {
    this.#source = source
    this.#name = name
    this.#tokens = lex(source)
  }

  next(): Token {
    const token = this.peek()
    if (this.#next < this.#tokens.length - 1) this.#next++
    return token
  }

  peek(): Token {
    return this.#tokens[this.#next] as Token
  }

  /** Skips blanks, then reads. */
  nextSolid(): Token {
    this.skipSpace()
    return this.next()
  }

  peekSolid(): Token {
    this.skipSpace()
    return this.peek()
  }

  /** The token `ahead` places after the coming one; the last one beyond the end. */
  lookAhead(ahead: number): Token {
    return this.#tokens[Math.min(this.#next + ahead, this.#tokens.length - 1)] as Token
  }

  skipSpace(): void {
    while (this.peek().kind === 'space') this.next()
  }

  isKeyword(word: string): boolean {
    const token = this.peek()
    return token.kind === 'keyword' && token.value === word
  }

  /** Reads one token of that kind. @throws TemplateError when another comes. */
  expect(kind: TokenKind, context: string): Token {
    const token = this.nextSolid()
    return token.kind === kind ? token : this.unexpected(token, context)
  }

  unexpected(token: Token, context: string): never {
    if (token.kind !== 'error') this.fail(`unexpected ${describe(token)} in ${context}`, token.pos)
    this.fail(token.value + this.#startedAt(token), token.pos)
  }

  /** @throws TemplateError `template: NAME:LINE: message` */
  fail(message: string, pos: number): never {
    const place = placeOf(this.#source, pos)
    throw new TemplateError(`template: ${this.#name}:${place.line}: ${message}`, message, place)
  }

  #startedAt(token: Token): string {
    const openings = this.#tokens.filter((t) => t.kind === 'leftDelim')
    const opening = openings.at(-1)
    if (opening === undefined) return ''
    const line = placeOf(this.#source, opening.pos).line
    if (line === placeOf(this.#source, token.pos).line) return ''
    const started = `started at ${this.#name}:${line}`
    return token.value.endsWith(' action') ? ` ${started}` : ` in action ${started}`
  }
}

function describe(token: Token): string {
  if (token.kind === 'eof') return 'EOF'
  if (token.kind === 'keyword' || token.kind === 'dot') return `<${token.value}>`
  const text = JSON.stringify(token.value.slice(0, 10))
  return token.value.length > 10 ? `${text}...` : text
}
