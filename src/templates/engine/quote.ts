const ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
}

/** A Go string constant of the text, as strconv.Quote writes it. `asciiOnly`: everything else escaped. */
export function quote(text: string, asciiOnly = false, mark: '"' | "'" = '"'): string {
  let body = ''
  for (const char of text) {
    if (char === mark) body += `\\${mark}`
    else body += ESCAPES[char] ?? quoteCharacter(char, asciiOnly)
  }
  return mark + body + mark
}

function quoteCharacter(char: string, asciiOnly: boolean): string {
  const code = char.codePointAt(0) as number
  const isPrintable = char === ' ' || /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(char)
  if (isPrintable && (!asciiOnly || code < 0x80)) return char
  const hex = code.toString(16)
  if (code < 0x80) return `\\x${hex.padStart(2, '0')}`
  return code > 0xffff ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`
}
