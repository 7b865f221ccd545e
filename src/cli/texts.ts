import { formatDuration } from '../core/duration.ts'

/** A time span with its two largest units: `3h12m`, `45s`. */
export function spanText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  const step = seconds >= 172_800 ? 3_600 : seconds >= 7_200 ? 60 : 1
  return (
    formatDuration(Math.floor(seconds / step) * step * 1_000)
      .match(/\d+[a-z]+/g)
      ?.slice(0, 2)
      .join('') ?? '0s'
  )
}

/** `name="value" other="value"`, without the alert's name. */
export function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .filter(([name]) => name !== 'alertname')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(' ')
}

export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}
