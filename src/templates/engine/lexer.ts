/** The kinds of token in a template. Words of the language (`if`, `end`, `nil`, ...) are `keyword`. */
export type TokenKind =
  | 'text'
  | 'leftDelim'
  | 'rightDelim'
  | 'space'
  | 'keyword'
  | 'identifier'
  | 'field'
  | 'variable'
  | 'dot'
  | 'bool'
  | 'number'
  | 'character'
  | 'string'
  | 'rawString'
  | 'assign'
  | 'declare'
  | 'pipe'
  | 'mark'
  | 'leftParen'
  | 'rightParen'
  | 'eof'
  | 'error'

export interface Token {
  readonly kind: TokenKind
  /** Source text; for `error` the message. */
  readonly value: string
  /** Index in the source, in UTF-16 units. */
  readonly pos: number
}

const KEYWORDS = new Set(
  'block break continue define else end if nil range template with'.split(' '),
)

/** Splits a Go text/template into tokens. Ends with one `eof`, or with one `error`. */
export function lex(text: string): readonly Token[] {
  return new Lexer(text).run()
}

class Lexer {
  readonly #text: string
  readonly #tokens: Token[] = []
  #pos = 0
  #start = 0
  #parens = 0
  #failed = false

  constructor(text: string) {
    this.#text = text
  }

  run(): readonly Token[] {
    while (!this.#failed && this.#pos < this.#text.length) {
      this.#lexText()
      if (this.#pos < this.#text.length) this.#lexLeftDelimiter()
    }
    if (!this.#failed) this.#tokens.push({ kind: 'eof', value: '', pos: this.#text.length })
    return this.#tokens
  }

  #lexText(): void {
    const open = this.#text.indexOf('{{', this.#pos)
    const end = open < 0 ? this.#text.length : open
    let value = this.#text.slice(this.#pos, end)
    if (open >= 0 && this.#isLeftTrim(open + 2)) value = value.replace(/[ \t\r\n]+$/, '')
    if (value !== '') this.#tokens.push({ kind: 'text', value, pos: this.#pos })
    this.#pos = end
  }

  #isLeftTrim(index: number): boolean {
    return this.#text[index] === '-' && isSpace(this.#text[index + 1])
  }

  #lexLeftDelimiter(): void {
    this.#start = this.#pos
    const afterMarker = this.#pos + (this.#isLeftTrim(this.#pos + 2) ? 4 : 2)
    if (this.#text.startsWith('/*', afterMarker)) return this.#lexComment(afterMarker)
    this.#tokens.push({ kind: 'leftDelim', value: '{{', pos: this.#pos })
    this.#pos = afterMarker
    this.#parens = 0
    while (!this.#failed) {
      this.#start = this.#pos
      const close = this.#rightDelimiter()
      if (close > 0) {
        if (this.#parens > 0) return this.#fail('unclosed left paren')
        this.#tokens.push({ kind: 'rightDelim', value: '}}', pos: this.#pos })
        return this.#skipDelimiter(close)
      }
      this.#lexInside()
    }
  }

  #lexComment(from: number): void {
    const end = this.#text.indexOf('*/', from + 2)
    if (end < 0) return this.#fail('unclosed comment')
    this.#pos = end + 2
    const close = this.#rightDelimiter()
    if (close === 0) return this.#fail('comment ends before closing delimiter')
    this.#skipDelimiter(close)
  }

  /** Length of the closing delimiter at the current position, with its trim marker; 0 when there is none. */
  #rightDelimiter(): number {
    if (this.#text.startsWith('}}', this.#pos)) return 2
    const trimmed = isSpace(this.#text[this.#pos]) && this.#text.startsWith('-}}', this.#pos + 1)
    return trimmed ? 4 : 0
  }

  #skipDelimiter(length: number): void {
    this.#pos += length
    if (length !== 4) return
    while (isSpace(this.#text[this.#pos])) this.#pos++
  }

  #lexInside(): void {
    const code = this.#text.codePointAt(this.#pos)
    if (code === undefined) return this.#fail('unclosed action')
    const char = String.fromCodePoint(code)
    const next = this.#text[this.#pos + 1] ?? ''
    if (isSpace(char)) return this.#lexSpace()
    if (char === '=') return this.#emitLength('assign', 1)
    if (char === ':')
      return next === '=' ? this.#emitLength('declare', 2) : this.#fail('expected :=')
    if (char === '|') return this.#emitLength('pipe', 1)
    if (char === '"') return this.#lexQuoted('"', 'string', 'unterminated quoted string')
    if (char === "'") return this.#lexQuoted("'", 'character', 'unterminated character constant')
    if (char === '`') return this.#lexRawString()
    if (char === '$') return this.#lexWord('variable', 1)
    if (char === '.' && !isDigit(next)) return this.#lexWord('field', 1)
    if (char === '.' || char === '+' || char === '-' || isDigit(char)) return this.#lexNumber()
    if (isWordCharacter(char)) return this.#lexWord('identifier', 0)
    if (char === '(') {
      this.#parens++
      return this.#emitLength('leftParen', 1)
    }
    if (char === ')') {
      if (--this.#parens < 0) return this.#fail('unexpected right paren')
      return this.#emitLength('rightParen', 1)
    }
    if (code > 0x20 && code < 0x7f) return this.#emitLength('mark', 1)
    this.#fail(`unrecognized character in action: ${describeCharacter(code)}`)
  }

  #lexSpace(): void {
    while (isSpace(this.#text[this.#pos])) this.#pos++
    // The last blank belongs to a closing ` -}}`.
    if (this.#text.startsWith('-}}', this.#pos)) this.#pos--
    if (this.#pos > this.#start) this.#emit('space')
  }

  #lexQuoted(quote: string, kind: TokenKind, unterminated: string): void {
    for (this.#pos++; ; this.#pos++) {
      const char = this.#text[this.#pos]
      if (char === quote) break
      if (char === '\\' && this.#text[this.#pos + 1] !== '\n') this.#pos++
      if (char === undefined || char === '\n' || this.#pos >= this.#text.length) {
        return this.#fail(unterminated)
      }
    }
    this.#pos++
    this.#emit(kind)
  }

  #lexRawString(): void {
    const end = this.#text.indexOf('`', this.#pos + 1)
    if (end < 0) return this.#fail('unterminated raw quoted string')
    this.#pos = end + 1
    this.#emit('rawString')
  }

  /** A variable, a field or a word, whose first `lead` characters (`$`, `.`) were recognized. */
  #lexWord(kind: 'variable' | 'field' | 'identifier', lead: number): void {
    this.#pos += lead
    const bare = lead > 0 && this.#atTerminator()
    const char = bare ? '' : this.#skipWord()
    if (!this.#atTerminator())
      return this.#fail(`bad character ${describeCharacter(char.codePointAt(0) ?? 0)}`)
    if (bare) return this.#emit(kind === 'field' ? 'dot' : kind)
    if (kind !== 'identifier') return this.#emit(kind)
    const word = this.#text.slice(this.#start, this.#pos)
    if (KEYWORDS.has(word)) return this.#emit('keyword')
    this.#emit(word === 'true' || word === 'false' ? 'bool' : 'identifier')
  }

  /** Goes behind the word characters that follow; returns the character there, '' at the end. */
  #skipWord(): string {
    let char = this.#peek()
    while (char !== '' && isWordCharacter(char)) {
      this.#pos += char.length
      char = this.#peek()
    }
    return char
  }

  #peek(): string {
    const code = this.#text.codePointAt(this.#pos)
    return code === undefined ? '' : String.fromCodePoint(code)
  }

  #atTerminator(): boolean {
    const char = this.#text[this.#pos]
    if (char === undefined || isSpace(char) || '.,|:()'.includes(char)) return true
    return this.#text.startsWith('}}', this.#pos)
  }

  #lexNumber(): void {
    NUMBER.lastIndex = this.#pos
    this.#pos += NUMBER.exec(this.#text)?.[0].length ?? 0
    const next = this.#peek()
    if (this.#pos === this.#start || (next !== '' && isWordCharacter(next))) {
      this.#pos += next.length
      return this.#fail(`bad number syntax: "${this.#text.slice(this.#start, this.#pos)}"`)
    }
    this.#emit('number')
  }

  #emitLength(kind: TokenKind, length: number): void {
    this.#pos += length
    this.#emit(kind)
  }

  #emit(kind: TokenKind): void {
    this.#tokens.push({ kind, value: this.#text.slice(this.#start, this.#pos), pos: this.#start })
  }

  #fail(message: string): void {
    this.#tokens.push({ kind: 'error', value: message, pos: this.#start })
    this.#failed = true
  }
}

const NUMBER =
  /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*|0[bB][01_]*|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)/y

function isSpace(char: string | undefined): boolean {
  return char === ' ' || char === '\n' || char === '\t' || char === '\r'
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9'
}

function isWordCharacter(char: string): boolean {
  return /^[\p{L}\p{Nd}_]$/u.test(char)
}

function describeCharacter(code: number): string {
  const hex = code.toString(16).toUpperCase().padStart(4, '0')
  return /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(String.fromCodePoint(code))
    ? `U+${hex} '${String.fromCodePoint(code)}'`
    : `U+${hex}`
}
