const TITLE_DIGRAPHS: Readonly<Record<string, string>> = { ǆ: 'ǅ', ǉ: 'ǈ', ǌ: 'ǋ', ǳ: 'ǲ' }

/** Upper case as Go does it, one character for one (`ß` stays). */
export function toUpper(text: string): string {
  return mapCharacters(text, (char) => char.toUpperCase())
}

/** Lower case as Go does it, one character for one (`Σ` is always `σ`). */
export function toLower(text: string): string {
  return mapCharacters(text, (char) => (char === 'İ' ? 'i' : char.toLowerCase()))
}

function mapCharacters(text: string, map: (char: string) => string): string {
  let mapped = ''
  for (const char of text) {
    const other = map(char)
    mapped += Array.from(other).length === 1 ? other : char
  }
  return mapped
}

/**
 * Raises the first letter of each word; `lowerRest` lowers the others (Alertmanager does, Prometheus does not).
 * A word goes on across `'`, `.` and `:` between letters, and across `_`.
 */
export function toTitle(text: string, lowerRest: boolean): string {
  const chars = Array.from(text)
  let raised = false
  let titled = ''
  chars.forEach((char, i) => {
    if (!isInsideWord(chars, i)) raised = false
    if (!isLetter(char)) titled += char
    else if (raised) titled += lowerRest ? char.toLowerCase() : char
    else {
      titled += titleCharacter(char)
      raised = true
    }
  })
  return titled
}

function isInsideWord(chars: readonly string[], i: number): boolean {
  const char = chars[i] as string
  if (isLetter(char) || /[\p{N}\p{M}_]/u.test(char)) return true
  const before = chars[i - 1] ?? ''
  const after = chars[i + 1] ?? ''
  if (/['.:’·]/.test(char) && isLetter(before) && isLetter(after)) return true
  return /[',.;]/.test(char) && /\p{Nd}/u.test(before) && /\p{Nd}/u.test(after)
}

function isLetter(char: string): boolean {
  return /^\p{L}$/u.test(char)
}

function titleCharacter(char: string): string {
  const digraph = TITLE_DIGRAPHS[char.toLowerCase()]
  if (digraph !== undefined) return digraph
  const [first = '', ...rest] = char.toUpperCase()
  return first + rest.join('').toLowerCase()
}
