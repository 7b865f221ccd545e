/** The middle value, or the mean of the two in the middle. NaN of nothing. */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** The smallest value that at least `percent` of all do not exceed. NaN of nothing. */
export function percentile(values, percent) {
  const sorted = values.toSorted((a, b) => a - b)
  const rank = Math.max(1, Math.ceil((sorted.length * percent) / 100))
  return sorted[rank - 1] ?? NaN
}
