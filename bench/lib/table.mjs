import { median } from './statistics.mjs'

const MISSING = '–'

/**
 * The figures of all runs as text: a row for each figure in the order they first came, a column for each system, the median
 * and, over several repetitions, the range.
 */
export function figuresTable(systems) {
  const columns = systems.map(({ title, runs }) => ({ title, cells: cellsOf(runs) }))
  const rows = rowsOf(systems)
  const labelWidth = Math.max(...rows.map(({ label }) => label.length)) + 4
  const widths = columns.map(({ title, cells }) =>
    Math.max(title.length, ...[...cells.values()].map((cell) => cell.length)),
  )
  const line = (label, texts) =>
    [label.padEnd(labelWidth), ...texts.map((text, i) => text.padStart(widths[i] + 2))]
      .join('')
      .trimEnd()
  const head = line(
    '',
    columns.map(({ title }) => title),
  )
  const body = rows.flatMap(({ section, label, isFirst }) => [
    ...(isFirst && section !== '' ? [section] : []),
    line(
      `  ${label}`,
      columns.map(({ cells }) => cells.get(keyOf({ section, label })) ?? MISSING),
    ),
  ])
  return [head, ...body].join('\n')
}

const keyOf = ({ section, label }) => `${section}\n${label}`

function rowsOf(systems) {
  const figures = systems.flatMap(({ runs }) => runs.flatMap((run) => run.figures))
  const bySection = groupBy(figures, ({ section }) => section)
  return [...bySection].flatMap(([section, members]) => {
    const labels = new Set(members.map(({ label }) => label))
    return [...labels].map((label, i) => ({ section, label, isFirst: i === 0 }))
  })
}

function cellsOf(runs) {
  const figures = runs.flatMap((run) => run.figures)
  return new Map([...groupBy(figures, keyOf)].map(([key, same]) => [key, cell(same)]))
}

function groupBy(items, keyOf) {
  const groups = new Map()
  for (const item of items) {
    const key = keyOf(item)
    groups.set(key, [...(groups.get(key) ?? []), item])
  }
  return groups
}

function cell(figures) {
  const { digits } = figures[0]
  const values = figures.map(({ value }) => value).filter((value) => value !== null)
  if (values.length === 0) return MISSING
  const show = (value) =>
    value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  const middle = show(median(values))
  if (values.length === 1) return middle
  return `${middle} (${show(Math.min(...values))}–${show(Math.max(...values))})`
}
