import type { MessageData } from '../notifiers/notifier.ts'

/** Renders the template strings of receiver configurations against message data. */
export interface MessageTemplates {
  /** @throws TemplateError when the text does not parse or fails while it runs */
  text(source: string, data: MessageData): string
  /** The same with HTML auto-escaping of every value. @throws TemplateError */
  html(source: string, data: MessageData): string
}
