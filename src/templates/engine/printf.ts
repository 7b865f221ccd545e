import { formatVerb } from './printfVerbs.ts'
import type { Spec } from './printfVerbs.ts'
import { printValue } from './printValue.ts'
import { typeName } from './value.ts'
import type { Value } from './value.ts'

/** Wider fields and longer fractions are refused, as Go refuses them (Go's own limit is a million). */
const MAX_WIDTH = 10_000

/** Go's Sprintf. Mistakes show inside the text (`%!d(string=x)`), they are no errors. */
export function sprintf(format: string, args: readonly Value[]): string {
  return new Formatter(format, args).run()
}

class Formatter {
  readonly #format: string
  readonly #args: readonly Value[]
  #pos = 0
  #arg = 0
  #reordered = false
  #goodIndex = true

  constructor(format: string, args: readonly Value[]) {
    this.#format = format
    this.#args = args
  }

  run(): string {
    let text = ''
    while (this.#pos < this.#format.length) {
      const percent = this.#format.indexOf('%', this.#pos)
      if (percent < 0) {
        text += this.#format.slice(this.#pos)
        break
      }
      text += this.#format.slice(this.#pos, percent)
      this.#pos = percent + 1
      text += this.#directive()
    }
    return text + this.#surplus()
  }

  #directive(): string {
    const spec = { plus: false, minus: false, sharp: false, space: false, zero: false }
    this.#flags(spec)
    this.#goodIndex = true
    let isIndexed = this.#index()
    const width = this.#size()
    let problem = width === 'bad' ? '%!(BADWIDTH)' : ''
    if (typeof width === 'number' && width < 0) spec.minus = true
    let precision: number | null = null
    if (this.#format[this.#pos] === '.') {
      this.#pos++
      isIndexed = this.#index() || isIndexed
      const read = this.#size()
      if (read === 'bad' || (read ?? 0) < 0) problem += '%!(BADPREC)'
      precision = typeof read === 'number' ? Math.max(read, 0) : read === null ? 0 : null
    }
    this.#index()
    const code = this.#format.codePointAt(this.#pos)
    if (code === undefined) return `${problem}%!(NOVERB)`
    const verb = String.fromCodePoint(code)
    this.#pos += verb.length
    const size = typeof width === 'number' ? Math.abs(width) : null
    return problem + this.#verb(verb, { ...spec, width: size, precision })
  }

  #verb(verb: string, spec: Spec): string {
    if (verb === '%') return '%'
    if (!this.#goodIndex) return `%!${verb}(BADINDEX)`
    if (this.#arg >= this.#args.length) return `%!${verb}(MISSING)`
    const value = this.#args[this.#arg++] ?? null
    return formatVerb(verb, value, spec)
  }

  #flags(spec: { -readonly [K in 'plus' | 'minus' | 'sharp' | 'space' | 'zero']: boolean }): void {
    for (; ; this.#pos++) {
      const char = this.#format[this.#pos]
      if (char === '+') spec.plus = true
      else if (char === '-') spec.minus = true
      else if (char === '#') spec.sharp = true
      else if (char === ' ') spec.space = true
      else if (char === '0') spec.zero = true
      else return
    }
  }

  /** An explicit `[n]`: the next operand is the n-th. */
  #index(): boolean {
    if (this.#format[this.#pos] !== '[') return false
    this.#reordered = true
    const close = this.#format.indexOf(']', this.#pos)
    const number = close < 0 ? Number.NaN : Number(this.#format.slice(this.#pos + 1, close))
    this.#pos = close < 0 ? this.#pos + 1 : close + 1
    this.#goodIndex = Number.isInteger(number) && number >= 1 && number <= this.#args.length
    if (this.#goodIndex) this.#arg = number - 1
    return true
  }

  /** A width or precision: digits, or `*` for the next operand. Null: none. */
  #size(): number | 'bad' | null {
    if (this.#format[this.#pos] === '*') {
      this.#pos++
      const value = this.#args[this.#arg++]
      if (typeof value !== 'bigint') return 'bad'
      return value > MAX_WIDTH || value < -MAX_WIDTH ? 'bad' : Number(value)
    }
    const digits = /^\d+/.exec(this.#format.slice(this.#pos, this.#pos + 20))?.[0]
    if (digits === undefined) return null
    this.#pos += digits.length
    return Number(digits) > MAX_WIDTH ? 'bad' : Number(digits)
  }

  #surplus(): string {
    if (this.#reordered || this.#arg >= this.#args.length) return ''
    const rest = this.#args.slice(this.#arg)
    const shown = rest.map((v) => (v === null ? '<nil>' : `${typeName(v)}=${printValue(v)}`))
    return `%!(EXTRA ${shown.join(', ')})`
  }
}
