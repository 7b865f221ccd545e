import { matcherProblem, parseMatchers, sortMatchers, isMatcherError } from '../../core/matcher.ts'
import type { Matcher } from '../../core/matcher.ts'
import { readTextList } from '../../notifiers/settings/read.ts'
import { isMap, nameOfType } from '../../notifiers/settings/section.ts'
import type { Section } from '../../notifiers/settings/section.ts'

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/

/**
 * The matchers of a node: `matchers`, `match` and `match_re` (each with the prefix, such as `source_`), all of which must
 * hold, sorted. Deprecated patterns carry their anchors in the text, as Alertmanager's group keys have it.
 */
export function compileMatcherFields(
  section: Section,
  prefix: '' | 'source_' | 'target_',
): Matcher[] {
  return sortMatchers([
    ...pairs(section, `${prefix}match`, '='),
    ...pairs(section, `${prefix}match_re`, '=~'),
    ...texts(section, `${prefix}matchers`),
  ])
}

function texts(section: Section, key: string): Matcher[] {
  return (readTextList(section, key) ?? []).flatMap((text, index): Matcher[] => {
    const warn = (message: string): void => section.report([key, index], message, 'warning')
    const parsed = parseMatchers(text, warn)
    if (!isMatcherError(parsed)) return parsed
    section.report([key, index], parsed.error)
    return []
  })
}

function pairs(section: Section, key: string, op: '=' | '=~'): Matcher[] {
  const value = section.value[key]
  if (value === undefined || value === null) return []
  if (!isMap(value)) {
    section.report(
      [key],
      `${key} must be a map of label names and values, not ${nameOfType(value)}`,
    )
    return []
  }
  return Object.keys(value).flatMap((name): Matcher[] => {
    const matcher = pair(section, key, name, op)
    return matcher === null ? [] : [matcher]
  })
}

function pair(section: Section, key: string, name: string, op: '=' | '=~'): Matcher | null {
  const report = (message: string): null => {
    section.report([key, name], message)
    return null
  }
  const text = section.text([key, name])
  if (!LABEL_NAME.test(name)) return report(`"${name}" is no label name here: use matchers for it`)
  if (text === undefined) return report(`${name} must be text`)
  if (op === '=') return { name, op, value: text ?? '' }
  if (text === null) return report(`${name} needs a pattern`)
  const problem = matcherProblem({ name, op, value: text })
  return problem === null ? { name, op, value: `^(?:${text})$` } : report(problem)
}
