import { readBoolean, readTemplate } from '../settings/read.ts'
import { checkKeys, sectionList, subsection } from '../settings/section.ts'
import type { Section } from '../settings/section.ts'

/** Templates of one field of a message. */
export interface SlackField {
  readonly title: string
  readonly value: string
  readonly short: boolean
}

/** Templates of one button. With a url it opens that; else it sends `name` and `value` to the app. */
export interface SlackAction {
  readonly type: string
  readonly text: string
  readonly url: string
  readonly style: string
  readonly name: string
  readonly value: string
  readonly confirm: SlackConfirmation | null
}

export interface SlackConfirmation {
  readonly text: string
  readonly title: string
  readonly okText: string
  readonly dismissText: string
}

export function compileFields(item: Section, short: boolean): readonly SlackField[] {
  return sectionList(item, 'fields').map((section) => {
    checkKeys(section, ['title', 'value', 'short'])
    return {
      title: required(section, 'title', 'a field'),
      value: required(section, 'value', 'a field'),
      short: readBoolean(section, 'short') ?? short,
    }
  })
}

export function compileActions(item: Section): readonly SlackAction[] {
  return sectionList(item, 'actions').map((section) => {
    checkKeys(section, ['type', 'text', 'url', 'style', 'name', 'value', 'confirm'])
    const url = readTemplate(section, 'url', '')
    const name = readTemplate(section, 'name', '')
    if (url === '' && name === '') section.report([], 'an action needs url or name')
    return {
      type: required(section, 'type', 'an action'),
      text: required(section, 'text', 'an action'),
      url,
      name,
      style: readTemplate(section, 'style', ''),
      value: readTemplate(section, 'value', ''),
      confirm: compileConfirmation(subsection(section, 'confirm')),
    }
  })
}

function compileConfirmation(section: Section | null): SlackConfirmation | null {
  if (section === null) return null
  checkKeys(section, ['text', 'title', 'ok_text', 'dismiss_text'])
  return {
    text: required(section, 'text', 'confirm'),
    title: readTemplate(section, 'title', ''),
    okText: readTemplate(section, 'ok_text', ''),
    dismissText: readTemplate(section, 'dismiss_text', ''),
  }
}

function required(section: Section, key: string, what: string): string {
  const text = readTemplate(section, key, '')
  if (text === '') section.report([], `${what} needs ${key}`)
  return text
}
