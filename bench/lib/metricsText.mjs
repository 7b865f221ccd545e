/** Sums each metric of a text exposition over its labels: name → value. Histograms appear as `…_sum` and `…_count`. */
export function sumMetrics(text) {
  const sums = new Map()
  for (const [, name, value] of text.matchAll(/^([a-zA-Z_:][\w:]*)(?:\{.*\})? (\S+)/gm)) {
    sums.set(name, (sums.get(name) ?? 0) + Number(value))
  }
  return sums
}
