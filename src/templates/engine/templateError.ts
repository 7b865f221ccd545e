import { AppError } from '../../core/errors.ts'

/** A template that does not parse, or failed while it ran. Line and column count from 1, inside the template's text. */
export class TemplateError extends AppError {
  override readonly name = 'TemplateError'
  readonly line: number
  readonly column: number
  /** The message without the place in front. */
  readonly detail: string

  constructor(message: string, detail: string, at: Place, options?: ErrorOptions) {
    super('INVALID_INPUT', message, options)
    this.detail = detail
    this.line = at.line
    this.column = at.column
  }
}

/** Why a function refused its arguments. The interpreter adds which call it was. */
export class FunctionError extends AppError {
  override readonly name = 'FunctionError'

  constructor(message: string) {
    super('INVALID_INPUT', message)
  }
}

export interface Place {
  readonly line: number
  readonly column: number
}

/** Line and column (from 1, in UTF-16 units) of an index in a text. */
export function placeOf(text: string, index: number): Place {
  const before = text.slice(0, index)
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: countLines(before), column: index - lineStart + 1 }
}

/** As Go counts: line from 1, column in bytes from 0. */
export function goPlaceOf(text: string, index: number): Place {
  const before = text.slice(0, index)
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: countLines(before), column: Buffer.byteLength(before.slice(lineStart)) }
}

function countLines(text: string): number {
  let lines = 1
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) lines++
  return lines
}
