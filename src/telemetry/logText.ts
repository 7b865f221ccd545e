/** Turns one JSON log line into one line for people: `08:00:01.250 WARN  message key=value`. Other text stays as it is. */
export function formatLogLine(line: string): string {
  let entry: Record<string, unknown>
  try {
    entry = JSON.parse(line) as Record<string, unknown>
  } catch {
    return line
  }
  const { level, time, msg, err, ...fields } = entry
  const clock = typeof time === 'string' ? time.slice(11, 23) : ''
  const parts = Object.entries(fields).map(([key, value]) => `${key}=${fieldText(value)}`)
  const failure = err === undefined ? [] : [`err=${fieldText(errorMessage(err))}`]
  const words = [clock, fieldOrEmpty(level).toUpperCase().padEnd(5), fieldOrEmpty(msg)]
  return `${[...words, ...parts, ...failure].filter((word) => word !== '').join(' ')}\n`
}

function fieldOrEmpty(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function errorMessage(err: unknown): unknown {
  const isObject = typeof err === 'object' && err !== null
  return isObject && 'message' in err ? err.message : err
}

function fieldText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text)
}
