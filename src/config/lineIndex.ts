export interface Position {
  readonly line: number
  readonly column: number
}

/** Finds line and column (from 1) of an offset in a text. Made once for a text; each lookup is a binary search. */
export function lineIndex(text: string): (offset: number) => Position {
  const starts = [0]
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1))
    starts.push(end + 1)
  return (offset) => {
    const at = Math.max(0, Math.min(offset, text.length))
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((starts[middle] as number) <= at) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: at - (starts[low] as number) + 1 }
  }
}
