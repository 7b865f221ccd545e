const GAP = '  '

export interface TableOptions {
  readonly header: readonly string[]
  readonly maxWidth: number
  /** Columns that may be cut when the table is too wide, in this order; all others keep their width. */
  readonly flexible: readonly number[]
}

const MIN_FLEXIBLE_WIDTH = 8

/** An aligned table of at most `maxWidth` columns as lines; longer cells end in `…`. */
export function renderTable(rows: readonly (readonly string[])[], options: TableOptions): string {
  const all = [options.header, ...rows.map((row) => row.map(printable))]
  const widths = options.header.map((_, column) =>
    Math.max(...all.map((row) => lengthOf(row[column] ?? ''))),
  )
  let excess =
    widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length) - options.maxWidth
  for (const column of options.flexible) {
    const width = widths[column] ?? 0
    const cut = Math.max(0, Math.min(excess, width - MIN_FLEXIBLE_WIDTH))
    widths[column] = width - cut
    excess -= cut
  }
  const lines = all.map((row) =>
    row
      .map((cell, i) => fit(cell, widths[i] ?? 0))
      .join(GAP)
      .trimEnd(),
  )
  return `${lines.join('\n')}\n`
}

/** Texts of others may hold control characters: on a terminal they could move the cursor or worse. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '·')
}

function lengthOf(text: string): number {
  return Array.from(text).length
}

function fit(cell: string, width: number): string {
  const chars = Array.from(cell)
  if (chars.length > width) return `${chars.slice(0, Math.max(0, width - 1)).join('')}…`
  return cell + ' '.repeat(width - chars.length)
}
