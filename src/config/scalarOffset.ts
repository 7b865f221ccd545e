import { Scalar } from 'yaml'

/**
 * Where the character `index` of a scalar's value stands in the YAML text, by walking value and text side by side
 * over quotes, escapes, folded lines and indentation. Exact for literal blocks and plain one-line texts; a character or
 * two off at worst where lines are folded. `start` is where the scalar's node starts.
 */
export function offsetInScalar(
  text: string,
  start: number,
  scalar: Scalar<string>,
  index: number,
): number {
  const block = scalar.type === Scalar.BLOCK_LITERAL || scalar.type === Scalar.BLOCK_FOLDED
  const indent = block ? blockIndent(text, start) : 0
  let at = block ? skipIndent(text, lineEnd(text, start) + 1, indent) : start
  if (scalar.type === Scalar.QUOTE_DOUBLE || scalar.type === Scalar.QUOTE_SINGLE) at++
  const end = Math.min(index, scalar.value.length)
  for (let i = 0; i < end && at < text.length; i++) {
    at = block ? afterBlockChar(text, at, scalar, i, indent) : afterFlowChar(text, at, scalar, i)
  }
  return Math.min(at, text.length)
}

function afterBlockChar(
  text: string,
  at: number,
  scalar: Scalar<string>,
  i: number,
  indent: number,
): number {
  const here = text[at] === '\r' ? at + 1 : at
  if (text[here] !== '\n') return here + 1
  const next = skipIndent(text, here + 1, indent)
  // In a folded block, the first of several line breaks vanishes.
  const first = scalar.value[i] === '\n' && scalar.value[i - 1] !== '\n'
  const folded = scalar.type === Scalar.BLOCK_FOLDED && first && text[next] === '\n'
  if (!folded || breaks(scalar.value, i, 0) >= breaks(text, here, indent)) return next
  return skipIndent(text, next + 1, indent)
}

function afterFlowChar(text: string, at: number, scalar: Scalar<string>, i: number): number {
  const char = scalar.value[i] as string
  const here = text[at] as string
  if (scalar.type === Scalar.QUOTE_DOUBLE && here === '\\') return afterEscape(text, at)
  if (scalar.type === Scalar.QUOTE_SINGLE && text.startsWith("''", at)) return at + 2
  if (char === '\n' && scalar.value[i - 1] === '\n' && !' \t\r\n'.includes(here)) return at
  if ((char === ' ' || char === '\n') && foldsHere(text, at)) return skipBlanks(text, at)
  return at + 1
}

/** How many line breaks follow each other from `at`, with up to `indent` spaces after each. */
function breaks(text: string, at: number, indent: number): number {
  let count = 0
  for (let next = at; text[next] === '\n'; next = skipIndent(text, next + 1, indent)) count++
  return count
}

/** Blanks that end in a line break: all of them together became one space. */
function foldsHere(text: string, at: number): boolean {
  const next = skipBlanks(text, at)
  return text.slice(at, next).includes('\n')
}

function afterEscape(text: string, at: number): number {
  const code = text[at + 1] ?? ''
  // An escaped line break stands for nothing: what counts is the character after it.
  if (code === '\n' || code === '\r') return skipBlanks(text, at + 1) + 1
  return at + 2 + ({ x: 2, u: 4, U: 8 }[code] ?? 0)
}

function skipBlanks(text: string, at: number): number {
  let next = at
  while (next < text.length && ' \t\r\n'.includes(text[next] as string)) next++
  return next
}

/** Spaces in front of the lines of a block scalar: those of its first line that is not blank. */
function blockIndent(text: string, start: number): number {
  let line = lineEnd(text, start) + 1
  while (line < text.length) {
    const first = skipIndent(text, line, Infinity)
    if (first < text.length && text[first] !== '\n' && text[first] !== '\r') return first - line
    line = lineEnd(text, first) + 1
  }
  return 0
}

function skipIndent(text: string, at: number, max: number): number {
  let next = at
  while (next - at < max && text[next] === ' ') next++
  return next
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
}
