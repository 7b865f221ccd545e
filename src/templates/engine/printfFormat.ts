/** One `%` directive of a format, as written. */
export interface Directive {
  readonly plus: boolean
  readonly minus: boolean
  readonly sharp: boolean
  readonly space: boolean
  readonly zero: boolean
  readonly width: Size
  /** Null when the directive has no `.`. */
  readonly precision: Size
  /** An operand number right before the verb. */
  readonly index: OperandNumber
  /** '' when the format ends too early. */
  readonly verb: string
}

/** `[n]` as written, from 1; NaN for one that is no number; null for none. */
export type OperandNumber = number | null
/** A number, `*` with the operand it names, or none. `tooLarge` was more than MAX_WIDTH. */
export type Size = number | { readonly operand: OperandNumber } | 'tooLarge' | null

/** Wider fields and longer fractions are refused, as Go refuses them (Go's own limit is a million). */
export const MAX_WIDTH = 10_000

/** Splits a format into literal texts and directives. */
export function parseFormat(format: string): ReadonlyArray<string | Directive> {
  const parts: (string | Directive)[] = []
  let pos = 0
  while (pos < format.length) {
    const percent = format.indexOf('%', pos)
    const end = percent < 0 ? format.length : percent
    if (end > pos) parts.push(format.slice(pos, end))
    if (percent < 0) break
    DIRECTIVE.lastIndex = percent
    const match = DIRECTIVE.exec(format)
    if (match === null) break
    parts.push(directive(match.groups ?? {}))
    pos = percent + match[0].length
  }
  return parts
}

const DIRECTIVE =
  /%(?<flags>[-+# 0]*)(?<widthIndex>\[[^\]]*\])?(?<width>\*|\d+)?(?<dot>\.(?<precisionIndex>\[[^\]]*\])?(?<precision>\*|\d+)?)?(?<index>\[[^\]]*\])?(?<verb>[^]?)/uy

type Groups = Readonly<Record<string, string | undefined>>

function directive(groups: Groups): Directive {
  const flags = groups['flags'] ?? ''
  const width = size(groups['width'], groups['widthIndex'])
  const precision = size(groups['precision'], groups['precisionIndex'])
  // `%[2]d`: without a width the first number is the operand's.
  const lead = groups['width'] === undefined ? groups['widthIndex'] : undefined
  return {
    plus: flags.includes('+'),
    minus: flags.includes('-'),
    sharp: flags.includes('#'),
    space: flags.includes(' '),
    zero: flags.includes('0'),
    width,
    precision: groups['dot'] === undefined ? null : (precision ?? 0),
    index: operandNumber(groups['index'] ?? lead),
    verb: groups['verb'] ?? '',
  }
}

function size(written: string | undefined, index: string | undefined): Size {
  if (written === undefined) return null
  if (written === '*') return { operand: operandNumber(index) }
  return Number(written) > MAX_WIDTH ? 'tooLarge' : Number(written)
}

function operandNumber(written: string | undefined): OperandNumber {
  if (written === undefined) return null
  const number = Number(written.slice(1, -1))
  return Number.isInteger(number) && number >= 1 ? number : Number.NaN
}
