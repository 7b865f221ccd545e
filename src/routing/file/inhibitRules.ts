import { readText, readTextList } from '../../notifiers/settings/read.ts'
import { checkKeys } from '../../notifiers/settings/section.ts'
import type { Section } from '../../notifiers/settings/section.ts'
import type { InhibitRule } from '../notificationConfig.ts'
import { listItems } from './listItems.ts'
import { compileMatcherFields } from './matcherFields.ts'

const KEYS = [
  'name',
  'source_match',
  'source_match_re',
  'source_matchers',
  'target_match',
  'target_match_re',
  'target_matchers',
  'equal',
]
/** An item without content is legal: everything is both source and target of it, so it inhibits nothing. */
const EMPTY_RULE: InhibitRule = { name: '', sourceMatchers: [], targetMatchers: [], equal: [] }

export function compileInhibitRules(root: Section): readonly InhibitRule[] {
  return listItems(root, 'inhibit_rules', true).map((section) =>
    section === null ? EMPTY_RULE : compileRule(section),
  )
}

function compileRule(section: Section): InhibitRule {
  checkKeys(section, KEYS)
  const equal = readTextList(section, 'equal') ?? []
  for (const [index, name] of equal.entries()) {
    if (name === '') section.report(['equal', index], 'a label name must not be empty')
  }
  return {
    name: readText(section, 'name') ?? '',
    sourceMatchers: compileMatcherFields(section, 'source_'),
    targetMatchers: compileMatcherFields(section, 'target_'),
    equal: [...new Set(equal)],
  }
}
