import { escapeQuery } from './escapeText.ts'
import { HtmlScanner } from './htmlContext.ts'
import type { AttributeRole } from './htmlContext.ts'
import { printTop } from './printValue.ts'
import { Markup } from './value.ts'
import type { Value } from './value.ts'

/** Stands where a value was too dangerous to show. The word is Go's, so that people can look it up. */
const BLOCKED = 'ZgotmplZ'

/** Escapes every value for the place in the HTML document where it is written. */
export class HtmlWriter {
  readonly #scanner = new HtmlScanner()

  /** Takes note of literal text; it is written as it is. */
  text(text: string): void {
    this.#scanner.advance(text)
  }

  /** The value, made harmless for this place. */
  value(value: Value): string {
    if (this.#scanner.context.in === 'beforeValue') this.#scanner.valueWritten()
    const escaped = this.#escape(value)
    this.#scanner.valueWritten()
    return escaped
  }

  #escape(value: Value): string {
    const context = this.#scanner.context
    const text = value === null ? '' : printTop(value)
    const isHtml = value instanceof Markup && value.language === 'html'
    switch (context.in) {
      case 'text':
        return isHtml ? text : escapeAll(text)
      case 'rcdata':
        return isHtml ? escapeKeepingEntities(text) : escapeAll(text)
      case 'comment':
        return ''
      case 'raw':
        return context.language === 'js' ? escapeScript(text) : filterCss(text)
      case 'value': {
        const plain = isHtml ? stripTags(text) : text
        const safeUrl = value instanceof Markup && value.language === 'url'
        const fitted = fitAttribute(plain, context.role, safeUrl)
        const escaped =
          isHtml && context.role === 'plain' ? escapeKeepingEntities(fitted) : escapeAll(fitted)
        return context.quote === '' ? escapeUnquoted(escaped) : escaped
      }
      default:
        return /^[a-zA-Z0-9]+$/.test(text) && !/^(?:on|style|src|href|data)/i.test(text)
          ? text
          : BLOCKED
    }
  }
}

function fitAttribute(text: string, role: AttributeRole, isSafeUrl: boolean): string {
  switch (role) {
    case 'plain':
      return text
    case 'js':
      return escapeScript(text)
    case 'css':
      return filterCss(text)
    case 'urlStart':
      return isSafeUrl || isHarmlessUrl(text) ? normalizeUrl(text) : `#${BLOCKED}`
    case 'urlPath':
      return normalizeUrl(text)
    case 'urlQuery':
      return isSafeUrl ? normalizeUrl(text) : escapeQuery(text).replaceAll('+', '%20')
  }
}

/** Relative, or of a scheme that runs nothing. */
function isHarmlessUrl(url: string): boolean {
  const scheme = /^([^/?#:]*):/.exec(url)?.[1]
  return scheme === undefined || /^(?:https?|mailto|tel|sms)$/i.test(scheme)
}

/** Encodes what may not stand in a URL, and leaves its structure and existing escapes alone. */
function normalizeUrl(url: string): string {
  const wellFormed = url.replace(/\p{Surrogate}/gu, '\uFFFD')
  return wellFormed.replace(/%(?![0-9a-fA-F]{2})|[^A-Za-z0-9\-._~!#$&*+,/:;=?@[\]%]/gu, (char) => {
    if (char === "'" || char === '(' || char === ')') {
      return `%${char.charCodeAt(0).toString(16)}`
    }
    return encodeURIComponent(char)
  })
}

const ENTITIES: Readonly<Record<string, string>> = {
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '+': '&#43;',
  '\0': '\uFFFD',
}

function escapeAll(text: string): string {
  return /["'&<>+\0]/.test(text) ? text.replace(/["'&<>+\0]/g, (c) => ENTITIES[c] ?? c) : text
}

function escapeKeepingEntities(text: string): string {
  return text.replace(/["'<>+\0]/g, (c) => ENTITIES[c] ?? c)
}

function escapeUnquoted(text: string): string {
  if (text === '') return BLOCKED
  return text.replace(/[\t\n\v\f\r =`]/g, (c) => `&#${c.charCodeAt(0)};`)
}

function stripTags(html: string): string {
  return html.replace(/<[^>]*>?/g, '')
}

/** Harmless inside a JavaScript string and outside of one: only letters, digits and escapes remain. */
function escapeScript(text: string): string {
  return text.replace(/[^A-Za-z0-9_ .,-]/g, (c) => {
    return `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/** Colours, sizes and names pass; anything that could end the declaration or load something does not. */
function filterCss(text: string): string {
  return /^[A-Za-z0-9#.% _-]*$/.test(text) && !text.includes('--') ? text : BLOCKED
}
