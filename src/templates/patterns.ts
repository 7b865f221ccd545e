import { LRUCache } from 'lru-cache'
import { RE2JS } from 're2js'
import { errorText } from '../core/errors.ts'
import { FunctionError } from './engine/templateError.ts'

/** Larger patterns take milliseconds per text even in linear time. */
const MAX_PATTERN_LENGTH = 1_000
const MAX_PROGRAM_SIZE = 1_000

const compiled = new LRUCache<string, RE2JS>({ max: 500 })

export type Pattern = RE2JS

/** Go's ReplaceAllString: `$1`, `${1}` and `${name}` stand for groups. */
export function replaceMatches(expression: Pattern, replacement: string, text: string): string {
  const groups = expression.namedGroups()
  const matcher = expression.matcher(text)
  let result = ''
  let copied = 0
  let from = 0
  while (from <= text.length && matcher.find(from)) {
    const [start, end] = [matcher.start(), matcher.end()]
    result += text.slice(copied, start)
    // An empty match right behind another match is not replaced again.
    if (end > copied || start === 0) {
      result += expand(replacement, (name) => groupText(matcher, groups, name))
    }
    copied = end
    from = end > start ? end : end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1)
  }
  return result + text.slice(copied)
}

/** A compiled RE2 pattern. `prefix` goes before what is wrong with it. @throws FunctionError */
export function compilePattern(pattern: string, prefix = ''): Pattern {
  const known = compiled.get(pattern)
  if (known !== undefined) return known
  if (pattern.length > MAX_PATTERN_LENGTH) {
    throw new FunctionError(`pattern is longer than ${MAX_PATTERN_LENGTH} characters`)
  }
  const expression = compileOrFail(pattern, prefix)
  if (expression.programSize() > MAX_PROGRAM_SIZE) {
    throw new FunctionError('pattern is too complex: use smaller repetition counts')
  }
  compiled.set(pattern, expression)
  return expression
}

function compileOrFail(pattern: string, prefix: string): RE2JS {
  try {
    return RE2JS.compile(pattern)
  } catch (error) {
    throw new FunctionError(prefix + errorText(error))
  }
}

type Matcher = ReturnType<RE2JS['matcher']>

function groupText(
  matcher: Matcher,
  names: Readonly<Record<string, number>>,
  name: string,
): string {
  const index = /^\d+$/.test(name) ? Number(name) : names[name]
  if (index === undefined || index > matcher.groupCount()) return ''
  return matcher.group(index) ?? ''
}

/** Go's Expand: the longest run of word characters after `$` is the name, `$$` is a dollar sign. */
function expand(replacement: string, group: (name: string) => string): string {
  return replacement.replace(
    /\$(?:(\$)|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu,
    (_all, dollar?: string, braced?: string, bare?: string) =>
      dollar === undefined ? group(braced ?? bare ?? '') : '$',
  )
}
