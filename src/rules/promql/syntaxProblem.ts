import type { Tree } from '@lezer/common'
import { nearest } from '../../config/nearest.ts'
import { AGGREGATIONS, FUNCTIONS } from './functions.ts'
import type { ExpressionProblem } from './tree.ts'

/**
 * The parser cuts its stack in chains of some 150 operators and in very deep nesting, and marks the cut as an error. Error
 * nodes below so many others may be such cuts, so they prove nothing.
 */
const MAX_SURE_DEPTH = 100
const NAME_BEFORE = /[A-Za-z_]\w*(?=\s*$)/
const KNOWN = [...FUNCTIONS.keys(), ...AGGREGATIONS]
const WORD = /^(?:[\w:.]+|\s*\S)/

/**
 * The first place where the grammar had to guess, in words; null when the text is well formed. A warning when the
 * expression is too long or too deep for the parser to be sure.
 */
export function syntaxProblem(tree: Tree, text: string): ExpressionProblem | null {
  const offset = firstError(tree)
  if (offset === null) return null
  if (text.trim() === '')
    return { offset: 0, severity: 'error', message: 'the expression is empty' }
  if (offset === 'unsure') {
    const message = 'the expression is too long or nested too deeply to be checked here'
    return { offset: 0, severity: 'warning', message }
  }
  const problem = unknownFunction(text, offset) ?? { offset, message: unexpected(text, offset) }
  return { ...problem, severity: 'error' }
}

function firstError(tree: Tree): number | 'unsure' | null {
  let depth = 0
  let deepest = 0
  let offset: number | null = null
  tree.iterate({
    enter: (node) => {
      deepest = Math.max(deepest, ++depth)
      if (node.type.isError) offset ??= node.from
    },
    leave: () => void depth--,
  })
  return offset !== null && deepest > MAX_SURE_DEPTH ? 'unsure' : offset
}

/** The grammar knows all functions by name, so that `nope(x)` is a name that is followed by something unexpected. */
function unknownFunction(text: string, offset: number): { offset: number; message: string } | null {
  if (text[offset] !== '(') return null
  const name = NAME_BEFORE.exec(text.slice(Math.max(0, offset - 100), offset))
  if (name === null) return null
  const start = offset - (offset < 100 ? offset : 100) + name.index
  const near = name[0].length < 5 ? exceptCase(name[0]) : nearest(name[0], KNOWN)
  const meant = near === null ? '' : `: did you mean "${near}"?`
  return { offset: start, message: `unknown function "${name[0]}"${meant}` }
}

/** Between names this short everything is near everything. */
function exceptCase(name: string): string | null {
  return KNOWN.find((known) => known === name.toLowerCase()) ?? null
}

function unexpected(text: string, offset: number): string {
  const rest = text.slice(offset)
  if (rest.trim() === '')
    return 'the expression ends too early: a bracket, quote or operand is missing'
  if (/^["'`]/.test(rest)) return `the text in quotes that starts here does not end`
  return `unexpected "${(WORD.exec(rest)?.[0] ?? rest.slice(0, 20)).trim()}"`
}
