import { goUnquote } from './goText.ts'
import type { Matcher, MatcherError, MatchOperator } from './matcher.ts'

const TOKEN =
  /\p{White_Space}*(?:(?<word>[^\p{White_Space}{}!=~,\\"'`]+)|(?<op>=~|=|!=|!~)|(?<quoted>"(?:[^"\\]|\\[^])*")|(?<mark>[{},]))/uy
const RESERVED = /[\p{White_Space}{}!=~,\\"'`]/u

interface Token {
  readonly kind: 'word' | 'op' | 'quoted' | 'mark' | 'end'
  readonly text: string
  /** Offset in the input, from 0. */
  readonly at: number
}

/** Whether a text cannot stand unquoted as a name or value. */
export function needsQuotes(text: string): boolean {
  return RESERVED.test(text)
}

/**
 * Alertmanager's newer grammar (`matcher/parse`): `[{] name op value [, ...] [,] [}]`, braces both or neither; names and
 * values are words without reserved characters or Go strings in double quotes, and a value is never left out.
 */
export function parseUtf8Matchers(text: string): Matcher[] | MatcherError {
  const tokens = tokenize(text)
  if ('error' in tokens) return tokens
  let position = 0
  const next = (): Token => tokens[position++] as Token
  const peek = (): Token => tokens[position] as Token
  const open = peek().text === '{' && peek().kind === 'mark'
  if (open) next()
  const matchers: Matcher[] = []
  while (!isMark(peek(), '}') && peek().kind !== 'end') {
    const matcher = readMatcher(next(), next, peek)
    if ('error' in matcher) return matcher
    matchers.push(matcher)
    if (isMark(peek(), ',')) next()
    else if (peek().kind !== 'end' && !isMark(peek(), '}'))
      return unexpected(peek(), 'a comma or a closing brace')
  }
  if (open && !isMark(next(), '}')) return { error: `${text}: expected a closing brace at the end` }
  return peek().kind === 'end' ? matchers : unexpected(peek(), 'the end of the text')
}

function readMatcher(name: Token, next: () => Token, peek: () => Token): Matcher | MatcherError {
  if (name.kind !== 'word' && name.kind !== 'quoted') return unexpected(name, 'a label name')
  if (peek().kind !== 'op') return unexpected(peek(), 'an operator (=, !=, =~ or !~)')
  const op = next().text as MatchOperator
  const value = peek()
  if (value.kind !== 'word' && value.kind !== 'quoted') {
    return unexpected(value, 'a value ("" for the empty one)')
  }
  next()
  const nameText = textOf(name)
  const valueText = textOf(value)
  if (nameText === null) return unexpected(name, 'a label name in valid quotes')
  if (valueText === null) return unexpected(value, 'a value with valid escapes')
  return { name: nameText, op, value: valueText }
}

function textOf(token: Token): string | null {
  return token.kind === 'quoted' ? goUnquote(token.text) : token.text
}

function isMark(token: Token, mark: string): boolean {
  return token.kind === 'mark' && token.text === mark
}

function unexpected(token: Token, wanted: string): MatcherError {
  const found = token.kind === 'end' ? 'end of text' : token.text
  return { error: `unexpected ${found} at character ${token.at + 1}: expected ${wanted}` }
}

/** All tokens and one 'end' token; there is always a token left to peek at, because nothing reads past the end. */
function tokenize(text: string): Token[] | MatcherError {
  const tokens: Token[] = []
  const end = text.replace(/\p{White_Space}+$/u, '').length
  TOKEN.lastIndex = 0
  let at = 0
  while (at < end) {
    TOKEN.lastIndex = at
    const match = TOKEN.exec(text)
    if (match === null)
      return { error: `unexpected ${text.slice(at).trim()} at character ${at + 1}` }
    const [kind, value] = Object.entries(match.groups ?? {}).find(([, v]) => v !== undefined) as [
      Token['kind'],
      string,
    ]
    at += match[0].length
    tokens.push({ kind, text: value, at: at - value.length })
  }
  tokens.push({ kind: 'end', text: '', at: end })
  tokens.push({ kind: 'end', text: '', at: end })
  return tokens
}
