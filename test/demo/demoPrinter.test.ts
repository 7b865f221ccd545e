import { describe, expect, it } from 'vitest'
import { DemoPrinter } from '../../src/demo/demoPrinter.ts'
import type { HistoryEntry } from '../../src/store/historyStore.ts'

/** `+a@checkout` begins to fire, `-a@checkout` resolves. */
function entry(step: string): HistoryEntry {
  const [, sign, fingerprint = '', service] = /^([+-])(\w+)(?:@(\w+))?$/.exec(step) ?? []
  return {
    at: 0,
    kind: 'transition',
    what: sign === '+' ? 'firing' : 'resolved',
    fingerprint,
    detail: { labels: service === undefined ? 'severity=info' : `job=demo service=${service}` },
  }
}

describe('what the demo proposes to acknowledge', () => {
  it.each([
    ['nothing when nothing fires', '', null],
    ['the one alert that fires', '+a@checkout', 'a'],
    ['the last of several services', '+a@checkout +b@search', 'b'],
    ['all of a service with several', '+a@checkout +b@checkout', '--all service=checkout'],
    ['one that is left after another resolved', '+a@checkout +b@checkout -b@checkout', 'a'],
    ['nothing when all resolved', '+a@checkout -a@checkout', null],
    ['one by one where alerts have no service', '+a +b', 'b'],
  ])('%s', (_name, steps, want) => {
    const printer = new DemoPrinter(
      () => {},
      () => {},
    )
    for (const step of steps.split(' ')) if (step !== '') printer.history(entry(step))
    expect(printer.ackTarget).toBe(want)
  })
})
