import type { SyntaxNode } from '@lezer/common'
import { RE2JS } from 're2js'
import { errorText } from '../../core/errors.ts'
import { unquote } from './checkString.ts'
import type { ReportAt } from './tree.ts'

/** A regular expression longer than this is not compiled here: checking it could take longer than it is worth. */
const MAX_REGEX = 1_024

/** Reports a bad regular expression, a metric name given twice, and a selector that would select every series. */
export function checkSelector(text: string, node: SyntaxNode, report: ReportAt): void {
  let named = node.getChild('Identifier') !== null
  let selective = named
  for (let m = node.getChild('LabelMatchers')?.firstChild ?? null; m !== null; m = m.nextSibling) {
    if (m.name === 'QuotedLabelName') {
      if (named) report(m.from, 'the metric name is given twice')
      named = selective = true
    } else if (m.name === 'UnquotedLabelMatcher' || m.name === 'QuotedLabelMatcher') {
      const matcher = readMatcher(text, m)
      if (matcher === null) continue
      if (named && matcher.name === '__name__' && matcher.op === '=') {
        report(m.from, 'the metric name is given twice')
      }
      selective = !matchesEmpty(matcher, m, report) || selective
    }
  }
  if (!selective) {
    report(
      node.from,
      'this selects every series: at least one matcher must exclude the empty value',
    )
  }
}

interface Matcher {
  readonly name: string
  readonly op: string
  readonly value: string
}

function readMatcher(text: string, node: SyntaxNode): Matcher | null {
  const op = node.getChild('MatchOp')
  const value = node.getChild('StringLiteral')
  const name = node.getChild('LabelName') ?? node.getChild('QuotedLabelName')
  if (op === null || value === null || name === null) return null
  const nameText = text.slice(name.from, name.to)
  return {
    name: name.name === 'LabelName' ? nameText : unquote(nameText),
    op: text.slice(op.from, op.to),
    value: unquote(text.slice(value.from, value.to)),
  }
}

function matchesEmpty(matcher: Matcher, node: SyntaxNode, report: ReportAt): boolean {
  const { op, value } = matcher
  if (op === '=') return value === ''
  if (op === '!=') return value !== ''
  if (value.length > MAX_REGEX) return false
  const found = regexMatchesEmpty(value)
  if (typeof found === 'boolean') return op === '=~' ? found : !found
  report(node.from, `"${value}" is not a regular expression of RE2: ${found}`)
  return false
}

const known = new Map<string, boolean | string>()

/** Whether the anchored expression matches '', or what is wrong with it. Remembered: rule files repeat themselves. */
function regexMatchesEmpty(source: string): boolean | string {
  const before = known.get(source)
  if (before !== undefined) return before
  let result: boolean | string
  try {
    result = RE2JS.compile(source, RE2JS.DOTALL).testExact('')
  } catch (error) {
    result = errorText(error).replace(/^error parsing regexp: /, '')
  }
  if (known.size > 10_000) known.clear()
  known.set(source, result)
  return result
}
