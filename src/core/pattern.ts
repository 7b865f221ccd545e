import { LRUCache } from 'lru-cache'
import { RE2JS } from 're2js'

/** Whether the whole text matches a pattern. */
export type TextPredicate = (text: string) => boolean

/** Matching time grows with both; larger patterns took up to 200 ms for one text of 2.5 kB. */
const MAX_PATTERN_LENGTH = 4_096
const MAX_PROGRAM_SIZE = 1_000
const MAX_COMPILED = 2_000

type Compiled = { readonly matches: TextPredicate } | { readonly problem: string }

const cache = new LRUCache<string, Compiled>({ max: MAX_COMPILED })

/**
 * Compiles an RE2 pattern (Go's syntax) to a test of the whole text, as `^(?:pattern)$` would. Linear time in the text.
 * Plain words, lists of words (`db-1|db-2`) and prefixes (`db-.*`) never run a regular expression.
 */
export function compilePattern(pattern: string): Compiled {
  const known = cache.get(pattern)
  if (known !== undefined) return known
  const compiled = compile(pattern)
  cache.set(pattern, compiled)
  return compiled
}

function compile(pattern: string): Compiled {
  const simple = wordsPredicate(pattern) ?? prefixPredicate(pattern)
  if (simple !== null) return { matches: simple }
  if (pattern.length > MAX_PATTERN_LENGTH) {
    return {
      problem: `the pattern has ${pattern.length} characters, at most ${MAX_PATTERN_LENGTH}`,
    }
  }
  try {
    const regex = RE2JS.compile(pattern)
    const size = regex.programSize()
    if (size > MAX_PROGRAM_SIZE) {
      const advice = 'use fewer or smaller repetitions, or split it into several matchers'
      return {
        problem: `the pattern is too complex (${size} steps, at most ${MAX_PROGRAM_SIZE}): ${advice}`,
      }
    }
    return { matches: (text) => regex.testExact(text) }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

const WRAPPED = /^(\^?)\((?:\?:)?([^()]*)\)(\$?)$/
const ESCAPED_PUNCTUATION = /\\([!-/:-@[-`{-~])/g
const META = /[.+*?()[\]{}^$\\|]/

/**
 * The texts that a pattern matches when it is a plain list of them: `a|b`, `(a|b)`, `(?:a|b)`, each also as `^...$`, with
 * nothing but plain characters and escaped punctuation in the words. Null for every other pattern.
 */
export function patternWords(pattern: string): readonly string[] | null {
  const anchored = /^\^\(\?:(.*)\)\$$/s.exec(pattern)?.[1] ?? pattern
  const list = WRAPPED.exec(anchored)?.[2] ?? anchored
  const words: string[] = []
  for (const part of splitAlternatives(list)) {
    const word = plainWord(part)
    if (word === null) return null
    words.push(word)
  }
  return words
}

function wordsPredicate(pattern: string): TextPredicate | null {
  const words = patternWords(pattern)
  if (words === null) return null
  const [only] = words
  if (words.length === 1) return (text) => text === only
  const set = new Set(words)
  return (text) => set.has(text)
}

function splitAlternatives(list: string): string[] {
  return list.includes('\\|') ? [list] : list.split('|')
}

function plainWord(part: string): string | null {
  if (META.test(part.replace(ESCAPED_PUNCTUATION, ''))) return null
  return part.replace(ESCAPED_PUNCTUATION, '$1')
}

/** `.*`, `.+`, `word.*`, `word.+`. As in Go, the dot does not match a line break. */
function prefixPredicate(pattern: string): TextPredicate | null {
  const tail = pattern.slice(-2)
  if (tail !== '.*' && tail !== '.+') return null
  const prefix = plainWord(pattern.slice(0, -2))
  if (prefix === null) return null
  const least = prefix.length + (tail === '.+' ? 1 : 0)
  return (text) =>
    text.length >= least && text.startsWith(prefix) && !text.includes('\n', prefix.length)
}
