import { checkTemplate } from './read.ts'
import { isMap } from './section.ts'
import type { Section } from './section.ts'

/**
 * Any YAML value whose texts (keys included) are templates: a webhook's `payload`, PagerDuty's `details`
 * (routing-semantics 8.3). Null when absent.
 */
export function compileStructure(
  section: Section,
  key: string,
): { readonly content: unknown } | null {
  const content = section.value[key]
  if (content === undefined || content === null) return null
  checkStructure(section, [key], content)
  return { content }
}

function checkStructure(
  section: Section,
  path: ReadonlyArray<string | number>,
  value: unknown,
): void {
  if (typeof value === 'string') return checkTemplate(section, path, value)
  if (Array.isArray(value)) {
    value.forEach((item, index) => checkStructure(section, [...path, index], item))
  } else if (isMap(value)) {
    for (const name of Object.keys(value)) {
      checkTemplate(section, [...path, name], name)
      checkStructure(section, [...path, name], value[name])
    }
  }
}
