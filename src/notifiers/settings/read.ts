import type { Secret } from '../../config/config.ts'
import { checkMessageTemplate } from '../../templates/messageTemplates.ts'
import { parseGoDuration } from './goDuration.ts'
import { isMap, nameOfType } from './section.ts'
import type { Section } from './section.ts'

/** Text as the file has it; '' when the key is there without a value, null when it is absent or (reported) no text. */
export function readText(section: Section, key: string | number): string | null {
  if (section.value[key] === undefined) return null
  const text = section.text([key])
  if (text !== undefined) return text ?? ''
  section.report([key], `${key} must be text, not ${nameOfType(section.value[key])}`)
  return null
}

/** Text that is not empty; null otherwise. */
export function readString(section: Section, key: string | number): string | null {
  const text = readText(section, key)
  return text === '' ? null : text
}

export function readBoolean(section: Section, key: string): boolean | null {
  const value = section.value[key]
  if (value === undefined || value === null) return null
  if (typeof value === 'boolean') return value
  section.report([key], `${key} must be true or false, not ${nameOfType(value)}`)
  return null
}

/** A whole number, 0 or more. */
export function readCount(section: Section, key: string): number | null {
  const value = section.value[key]
  if (value === undefined || value === null) return null
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  section.report([key], `${key} must be a whole number, 0 or more`)
  return null
}

/** A Go duration in ms; null when absent or 0 ("no limit of its own"). */
export function readTimeout(section: Section, key: string): number | null {
  const text = readString(section, key)
  if (text === null) return null
  const ms = parseGoDuration(text)
  if (ms === null) {
    const advice = 'write units such as 500ms, 10s or 1m30s (days and weeks are not known here)'
    section.report([key], `"${text}" is not a duration: ${advice}`)
    return null
  }
  return ms === 0 ? null : Math.max(1, Math.round(ms))
}

/** A message template whose syntax was checked; `absent` when the key is not there. */
export function readTemplate<T>(section: Section, key: string | number, absent: T): string | T {
  const source = readText(section, key)
  if (source === null) return absent
  checkTemplate(section, [key], source)
  return source
}

export function checkTemplate(
  section: Section,
  path: ReadonlyArray<string | number>,
  source: string,
): void {
  const problem = source.includes('{{') ? checkMessageTemplate(source) : null
  if (problem === null) return
  section.report(path, `template, line ${problem.line}:${problem.column}: ${problem.message}`)
}

/** A secret given inline or as a file, never both. Null when neither is there. */
export function readSecretPair(
  section: Section,
  key: string,
  both: 'error' | 'warning' = 'error',
): Secret | null {
  const fileKey = `${key}_file`
  const text = readString(section, key)
  const file = readString(section, fileKey)
  if (text !== null && file !== null) {
    const advice = both === 'error' ? 'keep one' : 'the file is used'
    section.report([fileKey], `${key} and ${fileKey} exclude each other: ${advice}`, both)
  }
  if (file !== null) return { file }
  return text === null ? null : { text }
}

/** A map of text to text; null when absent. */
export function readTextMap(
  section: Section,
  key: string,
): Readonly<Record<string, string>> | null {
  const value = section.value[key]
  if (value === undefined || value === null) return null
  if (!isMap(value)) {
    section.report([key], `${key} must be a map of names and texts, not ${nameOfType(value)}`)
    return null
  }
  const map = Object.create(null) as Record<string, string>
  for (const name of Object.keys(value)) {
    const text = section.text([key, name])
    if (text === undefined)
      section.report([key, name], `${name} must be text, not ${nameOfType(value[name])}`)
    else map[name] = text ?? ''
  }
  return map
}

/** A list of texts; null when absent. */
export function readTextList(section: Section, key: string): readonly string[] | null {
  const value = section.value[key]
  if (value === undefined || value === null) return null
  if (!Array.isArray(value)) {
    section.report([key], `${key} must be a list, not ${nameOfType(value)}`)
    return null
  }
  return value.flatMap((item: unknown, index): string[] => {
    const text = section.text([key, index])
    if (typeof text === 'string') return [text]
    section.report([key, index], `an item of ${key} must be text, not ${nameOfType(item)}`)
    return []
  })
}

/** An http or https URL with a host; null when absent or (reported) wrong. */
export function readUrl(section: Section, key: string): string | null {
  const text = readString(section, key)
  if (text === null || isHttpUrl(text)) return text
  section.report(
    [key],
    `${key} must be a URL that starts with http:// or https:// and names a host`,
  )
  return null
}

export function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:\/\/[^/?#]/i.test(text)
}
