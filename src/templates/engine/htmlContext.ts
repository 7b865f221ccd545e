/** Where in an HTML document the next character stands. */
export type HtmlContext =
  | { readonly in: 'text' | 'comment' | 'tag' | 'attributeName' | 'beforeValue' | 'rcdata' }
  | { readonly in: 'raw'; readonly language: 'js' | 'css' }
  | { readonly in: 'value'; readonly quote: '"' | "'" | ''; readonly role: AttributeRole }

/** What the value of an attribute means. A URL may be at its start, before its `?` or `#`, or behind it. */
export type AttributeRole = 'plain' | 'js' | 'css' | 'urlStart' | 'urlPath' | 'urlQuery'

const URL_ATTRIBUTES = new Set(
  'action background cite data formaction href icon longdesc manifest poster profile src usemap xlink:href'.split(
    ' ',
  ),
)
const RAW: Readonly<Record<string, 'js' | 'css'>> = { script: 'js', style: 'css' }

/** Follows the literal parts of an HTML template, so that values can be escaped for the place where they land. */
export class HtmlScanner {
  #context: HtmlContext = { in: 'text' }
  #element = ''
  #attribute = ''

  get context(): HtmlContext {
    return this.#context
  }

  /** Tells that a value was written here. */
  valueWritten(): void {
    const context = this.#context
    if (context.in === 'beforeValue') this.#context = this.#valueContext('')
    if (this.#context.in === 'value' && this.#context.role === 'urlStart') {
      this.#context = { ...this.#context, role: 'urlPath' }
    }
  }

  advance(text: string): void {
    let i = 0
    while (i < text.length) i = this.#step(text, i)
  }

  #step(text: string, i: number): number {
    const context = this.#context
    switch (context.in) {
      case 'text':
        return this.#inText(text, i)
      case 'comment':
        return this.#inComment(text, i)
      case 'raw':
      case 'rcdata':
        return this.#inRawText(text, i)
      case 'tag':
      case 'attributeName':
      case 'beforeValue':
        return this.#inTag(text, i, context.in)
      case 'value':
        return this.#inValue(text, i, context)
    }
  }

  #inText(text: string, i: number): number {
    const open = text.indexOf('<', i)
    if (open < 0) return text.length
    if (text.startsWith('<!--', open)) {
      this.#context = { in: 'comment' }
      return open + 4
    }
    const tag = /^<\/?([a-zA-Z][^\s/>]*)/.exec(text.slice(open, open + 64))
    if (tag === null) return open + 1
    this.#element = tag[0].startsWith('</') ? '' : (tag[1] as string).toLowerCase()
    this.#attribute = ''
    this.#context = { in: 'tag' }
    return open + tag[0].length
  }

  #inComment(text: string, i: number): number {
    const close = text.indexOf('-->', i)
    if (close < 0) return text.length
    this.#context = { in: 'text' }
    return close + 3
  }

  #inRawText(text: string, i: number): number {
    const close = text.slice(i).search(new RegExp(`</${this.#element}[\\s/>]`, 'i'))
    if (close < 0) return text.length
    this.#context = { in: 'text' }
    return i + close
  }

  #inTag(text: string, i: number, state: 'tag' | 'attributeName' | 'beforeValue'): number {
    const char = text[i] as string
    if (char === '>') {
      this.#context = this.#contentContext()
      return i + 1
    }
    if (/\s/.test(char)) return this.#blankInTag(i, state)
    if (state === 'beforeValue') {
      const quote = char === '"' || char === "'" ? char : ''
      this.#context = this.#valueContext(quote)
      return quote === '' ? i : i + 1
    }
    if (char === '=') {
      this.#context = { in: 'beforeValue' }
      return i + 1
    }
    if (state === 'tag') this.#attribute = ''
    this.#attribute += char.toLowerCase()
    this.#context = { in: 'attributeName' }
    return i + 1
  }

  #blankInTag(i: number, state: string): number {
    if (state === 'attributeName') this.#context = { in: 'tag' }
    return i + 1
  }

  #inValue(text: string, i: number, context: Extract<HtmlContext, { in: 'value' }>): number {
    const char = text[i] as string
    const isEnd = context.quote === '' ? /[\s>]/.test(char) : char === context.quote
    if (isEnd) {
      this.#attribute = ''
      this.#context = { in: 'tag' }
      return context.quote === '' ? i : i + 1
    }
    if (context.role === 'urlStart' || context.role === 'urlPath') {
      const role = char === '?' || char === '#' ? 'urlQuery' : 'urlPath'
      this.#context = { ...context, role }
    }
    return i + 1
  }

  #contentContext(): HtmlContext {
    const language = RAW[this.#element]
    if (language !== undefined) return { in: 'raw', language }
    const isRcdata = this.#element === 'title' || this.#element === 'textarea'
    return { in: isRcdata ? 'rcdata' : 'text' }
  }

  #valueContext(quote: '"' | "'" | ''): HtmlContext {
    return { in: 'value', quote, role: attributeRole(this.#attribute) }
  }
}

function attributeRole(name: string): AttributeRole {
  if (name.startsWith('on')) return 'js'
  if (name === 'style') return 'css'
  return URL_ATTRIBUTES.has(name) ? 'urlStart' : 'plain'
}
