import { LRUCache } from 'lru-cache'
import { MAX_WIDTH, parseFormat } from './printfFormat.ts'
import type { Directive, OperandNumber, Size } from './printfFormat.ts'
import { formatVerb } from './printfVerbs.ts'
import { printValue } from './printValue.ts'
import { typeName } from './value.ts'
import type { Value } from './value.ts'

const parsed = new LRUCache<string, ReadonlyArray<string | Directive>>({ max: 500 })
/** Longer formats are not worth remembering. */
const MAX_CACHED_LENGTH = 1_000

/** Go's Sprintf. Mistakes show inside the text (`%!d(string=x)`), they are no errors. */
export function sprintf(format: string, args: readonly Value[]): string {
  let parts = parsed.get(format)
  if (parts === undefined) {
    parts = parseFormat(format)
    if (format.length <= MAX_CACHED_LENGTH) parsed.set(format, parts)
  }
  const operands = new Operands(args)
  let text = ''
  for (const part of parts)
    text += typeof part === 'string' ? part : formatDirective(part, operands)
  return text + operands.surplus()
}

function formatDirective(directive: Directive, operands: Operands): string {
  const width = readSize(directive.width, operands)
  const precision = readSize(directive.precision, operands)
  const hasPrecision = typeof precision === 'number' && precision >= 0
  const problem =
    (width === 'bad' ? '%!(BADWIDTH)' : '') +
    (precision === null || hasPrecision ? '' : '%!(BADPREC)')
  const { verb, index } = directive
  if (verb === '') return `${problem}%!(NOVERB)`
  if (verb === '%') return `${problem}%`
  if (!operands.seek(index)) return `${problem}%!${verb}(BADINDEX)`
  const value = operands.next()
  if (value === undefined) return `${problem}%!${verb}(MISSING)`
  const size = typeof width === 'number' ? width : null
  const text = formatVerb(verb, value, {
    plus: directive.plus,
    minus: directive.minus || (size !== null && size < 0),
    sharp: directive.sharp,
    space: directive.space,
    zero: directive.zero,
    width: size === null ? null : Math.abs(size),
    precision: hasPrecision ? precision : null,
  })
  return problem + text
}

function readSize(size: Size, operands: Operands): number | 'bad' | null {
  if (size === null || typeof size === 'number') return size
  if (size === 'tooLarge' || !operands.seek(size.operand)) return 'bad'
  const value = operands.next()
  if (typeof value !== 'bigint' || value > MAX_WIDTH || value < -MAX_WIDTH) return 'bad'
  return Number(value)
}

/** The operands and how far they are used up. */
class Operands {
  readonly #values: readonly Value[]
  #next = 0
  #reordered = false

  constructor(values: readonly Value[]) {
    this.#values = values
  }

  /** Goes to the operand of an explicit `[n]`. False when there is none. */
  seek(number: OperandNumber): boolean {
    if (number === null) return true
    this.#reordered = true
    if (!(number <= this.#values.length)) return false
    this.#next = number - 1
    return true
  }

  next(): Value | undefined {
    return this.#values[this.#next++]
  }

  /** What Go appends when operands were left over. */
  surplus(): string {
    if (this.#reordered || this.#next >= this.#values.length) return ''
    const rest = this.#values.slice(this.#next)
    const shown = rest.map((v) => (v === null ? '<nil>' : `${typeName(v)}=${printValue(v)}`))
    return `%!(EXTRA ${shown.join(', ')})`
  }
}
