import type { YamlPath } from '../../config/yamlText.ts'
import { isMap, nameOfType } from '../../notifiers/settings/section.ts'
import type { Section } from '../../notifiers/settings/section.ts'

/** A section below another one: its paths begin at `path` there. */
export function sectionAt(parent: Section, path: YamlPath, value: Section['value']): Section {
  return {
    value,
    text: (below) => parent.text([...path, ...below]),
    report: (below, message, severity) => parent.report([...path, ...below], message, severity),
  }
}

/**
 * The items of the list below a key at their places. Absent: none. What is no map is reported and becomes null, and so does
 * an item without content, which is reported unless `emptyIsLegal`.
 */
export function listItems(
  parent: Section,
  key: string,
  emptyIsLegal = false,
): ReadonlyArray<Section | null> {
  const list = parent.value[key]
  if (list === undefined || list === null) return []
  if (!Array.isArray(list)) {
    parent.report([key], `${key} must be a list, not ${nameOfType(list)}`)
    return []
  }
  return list.map((value: unknown, index): Section | null => {
    if (isMap(value)) return sectionAt(parent, [key, index], value)
    if (value !== null || !emptyIsLegal) {
      parent.report([key, index], `an item of ${key} must be a map, not ${nameOfType(value)}`)
    }
    return null
  })
}
