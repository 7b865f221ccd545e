import type { Matcher, MatcherError, MatchOperator } from './matcher.ts'

const MATCHER = /^[\t\n\f\r ]*([a-zA-Z_:][a-zA-Z0-9_:]*)[\t\n\f\r ]*(=~|=|!=|!~)[\t\n\f\r ]*([^]*)$/

/**
 * Alertmanager's older grammar (`pkg/labels`): one brace at each end is dropped, each whether or not the other is there;
 * pieces between commas outside double quotes are matchers.
 */
export function parseClassicMatchers(text: string): Matcher[] | MatcherError {
  const matchers: Matcher[] = []
  for (const piece of splitPieces(text.replace(/^\{/, '').replace(/\}$/, ''))) {
    const matcher = parseClassicMatcher(piece)
    if ('error' in matcher) return matcher
    matchers.push(matcher)
  }
  return matchers
}

/** One matcher; the value may be empty, bare or in double quotes, and commas and braces belong to it. */
export function parseClassicMatcher(text: string): Matcher | MatcherError {
  const match = MATCHER.exec(text)
  if (match === null) {
    return { error: `bad matcher format: ${text}: write it as name="value", with =, !=, =~ or !~` }
  }
  const [, name = '', op = '=', rest = ''] = match
  const value = unquote(rest.replace(/[\t\n\f\r ]+$/, ''))
  if (value === null) return { error: `matcher value contains an unescaped double quote: ${rest}` }
  return { name, op: op as MatchOperator, value }
}

function splitPieces(text: string): string[] {
  const pieces: string[] = []
  let start = 0
  let quoted = false
  let escaped = false
  for (let i = 0; i < text.length; i++) {
    const char = text[i]
    if (char === ',' && !quoted) {
      pieces.push(text.slice(start, i))
      start = i + 1
      continue
    }
    if (char === '"' && !escaped) quoted = !quoted
    escaped = char === '\\' ? !escaped : char === ',' ? escaped : false
  }
  const last = text.slice(start).trim()
  return last === '' ? pieces : [...pieces, last]
}

/** Resolves `\"`, `\n` and `\\`; other backslashes stay. Null where a bare double quote is not a pair around the value. */
function unquote(raw: string): string | null {
  const quoted = raw.startsWith('"')
  const body = quoted ? raw.slice(1) : raw
  let value = ''
  for (let i = 0; i < body.length; i++) {
    const char = body[i] as string
    const last = i === body.length - 1
    if (char === '"') return quoted && last ? value : null
    if (char !== '\\' || last) {
      value += char
      continue
    }
    i++
    const next = body[i] as string
    value += next === 'n' ? '\n' : next === '"' || next === '\\' ? next : `\\${next}`
  }
  return quoted ? null : value
}
