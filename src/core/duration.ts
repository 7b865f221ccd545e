const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/
const UNITS: ReadonlyArray<readonly [string, number]> = [
  ['y', 31_536_000_000],
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
]
/** Go keeps durations in 64-bit nanoseconds: about 292 years. */
const MAX_MS = 9_223_372_036_854

/**
 * Parses a Prometheus duration ("1h30m", "0") to milliseconds: units descend, each at most once, no sign, no fraction.
 * Null when the text is no duration; the caller knows file and line, so it reports.
 */
export function parseDuration(text: string): number | null {
  if (text === '0') return 0
  const match = DURATION.exec(text)
  if (match === null || text === '') return null
  const ms = UNITS.reduce((sum, [, unitMs], i) => sum + Number(match[i + 1] ?? 0) * unitMs, 0)
  return ms <= MAX_MS ? ms : null
}

/** Why a text is no duration, in words that show the right form. */
export function durationProblem(text: string): string {
  return `"${text}" is not a duration: write whole numbers with units from large to small, such as 30s, 5m or 1h30m`
}

/** Prints milliseconds as Prometheus does: years and weeks only when exact, then d h m s ms; 0 is `0s`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s'
  let rest = ms
  let text = ''
  for (const [unit, unitMs] of UNITS) {
    if ((unit === 'y' || unit === 'w') && rest % unitMs !== 0) continue
    const count = Math.floor(rest / unitMs)
    if (count > 0) text += `${count}${unit}`
    rest -= count * unitMs
  }
  return text
}
