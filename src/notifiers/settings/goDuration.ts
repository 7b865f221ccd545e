const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y
const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
}
const NANOSECONDS = /^\d+$/

/**
 * Parses a duration as Go's `time.ParseDuration` does ("500ms", "1m30s", "1.5h"), to milliseconds. Days and weeks do not exist
 * there; a bare integer is nanoseconds, as Go's YAML reads it. Null when the text is no duration or is negative.
 */
export function parseGoDuration(text: string): number | null {
  if (NANOSECONDS.test(text)) return Number(text) * 1e-6
  let ms = 0
  PART.lastIndex = 0
  let end = 0
  for (let match = PART.exec(text); match !== null; match = PART.exec(text)) {
    ms += Number(match[1]) * (UNIT_MS[match[2] as string] as number)
    end = PART.lastIndex
  }
  return end > 0 && end === text.length ? ms : null
}
