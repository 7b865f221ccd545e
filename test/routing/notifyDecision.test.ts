import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { notifyDecision, tellableResolved } from '../../src/routing/notifyDecision.ts'
import type { NotifyInput } from '../../src/routing/notifyDecision.ts'
import type { LogEntry } from '../../src/store/groupStore.ts'

const REPEAT = 1_000
const NOW = 10_000

function setOf(letters: string): ReadonlySet<string> {
  return new Set(letters)
}

/** `ab/c`: firing a and b, resolved c. */
function logOf(text: string, sentAt = NOW - 1): LogEntry {
  const [firing = '', resolved = ''] = text.split('/')
  return {
    sentAt,
    rowCreatedAt: sentAt,
    firing: setOf(firing),
    resolved: setOf(resolved),
    memo: {},
  }
}

function input(log: string | null, now: string, overrides: Partial<NotifyInput> = {}): NotifyInput {
  const { firing, resolved } = logOf(now)
  return {
    log: log === null ? null : logOf(log),
    open: null,
    firing,
    resolved,
    unacked: firing.size > 0,
    sendResolved: true,
    repeatMs: REPEAT,
    now: NOW,
    ...overrides,
  }
}

// The table of routing-semantics 5.3; log and state as firing/resolved.
describe('against the log', () => {
  it.each([
    ['nothing was told, something fires', null, 'a/', 'first'],
    ['nothing was told, it ended already', null, '/a', 'never-told'],
    ['nothing was told, nothing is there', null, '/', 'nothing-new'],
    ['all that was told is over, something fires', '/a', 'b/', 'first'],
    ['something fires that was not told', 'a/', 'ab/', 'new-alerts'],
    ['another one fires instead', 'a/', 'b/a', 'new-alerts'],
    ['it fires again after its end was told', '/a', 'a/', 'first'],
    ['everything ended', 'ab/', '/ab', 'all-resolved'],
    ['everything ended and left', 'ab/', '/', 'all-resolved'],
    ['the end was told', '/a', '/a', 'nothing-new'],
    ['what ended was never told', '/a', '/ab', 'never-told'],
    ['one of two ended', 'ab/', 'a/b', 'some-resolved'],
    ['one ended that was never told', 'a/', 'a/x', 'repeat-not-due'],
    ['one ended and left unseen', 'ab/', 'a/', 'repeat-not-due'],
    ['everything is known', 'ab/', 'ab/', 'repeat-not-due'],
  ])('%s', (_name, log, state, want) => {
    const decision = notifyDecision(input(log, state))
    expect('send' in decision ? decision.send : decision.skip).toBe(want)
  })

  it.each([
    ['a moment too early', NOW - REPEAT + 1, 'repeat-not-due'],
    ['exactly then', NOW - REPEAT, 'repeat'],
    ['later', 0, 'repeat'],
  ])('repeat: %s', (_name, sentAt, want) => {
    const decision = notifyDecision(input('a/', 'a/', { log: logOf('a/', sentAt) }))
    expect('send' in decision ? decision.send : decision.skip).toBe(want)
  })

  test('of an end alone there is no repeat', () => {
    expect(notifyDecision(input('/a', '/a', { log: logOf('/a', 0) }))).toEqual({
      skip: 'nothing-new',
    })
  })
})

describe('without send_resolved', () => {
  const quiet = { sendResolved: false }
  test('an end of everything only changes the log, so that the next firing is a first one', () => {
    const decision = notifyDecision(input('ab/', '/ab', quiet))
    expect(decision).toEqual({ skip: 'resolved-not-wanted', log: logOf('/ab') })
    const log = 'log' in decision ? (decision.log ?? null) : null
    expect(notifyDecision(input(null, 'a/', { ...quiet, log }))).toEqual({ send: 'first' })
  })
  it.each([
    ['one end of two says and changes nothing', 'ab/', 'a/b', 'repeat-not-due'],
    ['what comes back was never told to be over', 'ab/', 'ab/', 'repeat-not-due'],
    ['new alerts are told', 'a/', 'b/a', 'new-alerts'],
    ['what was never told needs no log', null, '/a', 'never-told'],
  ])('%s', (_name, log, state, want) => {
    const decision = notifyDecision(input(log, state, quiet))
    expect(decision).toEqual(want === 'new-alerts' ? { send: want } : { skip: want })
  })
})

describe('acknowledged', () => {
  it.each([
    ['new ones are not told', null, 'a/', { skip: 'acknowledged' }],
    ['more of them neither', 'a/', 'ab/', { skip: 'acknowledged' }],
    ['an end is', 'a/', '/a', { send: 'all-resolved' }],
    ['an end of one is', 'ab/', 'a/b', { send: 'some-resolved' }],
    ['what is not due says so', 'a/', 'a/', { skip: 'repeat-not-due' }],
  ])('%s', (_name, log, state, want) =>
    expect(notifyDecision(input(log, state, { unacked: false }))).toEqual(want),
  )
  test('there are no repeats', () => {
    const due = { log: logOf('a/', 0), unacked: false }
    expect(notifyDecision(input('a/', 'a/', due))).toEqual({ skip: 'acknowledged' })
  })
})

describe('with a message that waits', () => {
  it.each([
    ['the same is not queued twice', null, 'a/', 'a/', { skip: 'already-queued' }],
    ['fewer are told by it as well', null, 'ab/', 'a/b', { skip: 'already-queued' }],
    ['more are not', null, 'a/', 'ab/', { send: 'first' }],
    ['it tells an end before its begin left', null, 'a/', '/a', { skip: 'already-queued' }],
    ['it tells the end', 'a/', '/a', '/a', { skip: 'already-queued' }],
    ['it does not know the end', 'ab/', 'c/', 'c/ab', { send: 'some-resolved' }],
    ['a promised end does not tell a new firing', '/', '/a', 'a/', { send: 'first' }],
  ])('%s', (_name, log, open, state, want) => {
    const waiting = { ...input(log, state), open: logOf(open) }
    // In the last but one case the log knows c as well.
    const known = log === 'ab/' ? { ...waiting, log: logOf('abc/') } : waiting
    expect(notifyDecision(known)).toEqual(want)
  })
  test('a repeat waits for it', () => {
    const waiting = { open: logOf('a/'), log: logOf('a/', 0) }
    expect(notifyDecision(input('a/', 'a/', waiting))).toEqual({ skip: 'already-queued' })
  })
})

test('only ends of what was told, or is about to be, may be told', () => {
  const told = tellableResolved({ log: logOf('a/b'), open: logOf('c/d'), resolved: setOf('abcdx') })
  expect(told).toEqual(setOf('abcd'))
  expect(tellableResolved({ log: null, open: null, resolved: setOf('a') })).toEqual(setOf(''))
})

const letters = fc.uniqueArray(fc.constantFrom(...Array.from('abcd'))).map((list) => new Set(list))
const anyInput: fc.Arbitrary<NotifyInput> = fc
  .record({
    log: fc.option(
      fc.record({
        sentAt: fc.nat(NOW),
        rowCreatedAt: fc.constant(0),
        firing: letters,
        resolved: letters,
        memo: fc.constant({}),
      }),
    ),
    open: fc.option(fc.record({ firing: letters, resolved: letters })),
    firing: letters,
    resolved: letters,
    unacked: fc.boolean(),
    sendResolved: fc.boolean(),
  })
  .map((any) => ({
    ...any,
    resolved: new Set([...any.resolved].filter((alert) => !any.firing.has(alert))),
    unacked: any.unacked && any.firing.size > 0,
    repeatMs: REPEAT,
    now: NOW,
  }))

describe('always', () => {
  const isResolvedReason = (reason: string): boolean => reason.endsWith('-resolved')

  test('a resolved message is about something that was told as firing, and wanted', () => {
    fc.assert(
      fc.property(anyInput, (any) => {
        const decision = notifyDecision(any)
        if (!('send' in decision) || !isResolvedReason(decision.send)) return
        expect(any.log?.firing.size ?? 0).toBeGreaterThan(0)
        expect(any.sendResolved).toBe(true)
        const told = [...(any.log?.firing ?? [])]
        expect(told.some((alert) => !any.firing.has(alert))).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  test('firing that was not told is told, is queued, or is acknowledged', () => {
    fc.assert(
      fc.property(anyInput, (any) => {
        const untold = [...any.firing].filter((alert) => !any.log?.firing.has(alert))
        if (untold.length === 0) return
        const decision = notifyDecision(any)
        if ('send' in decision) expect(['first', 'new-alerts']).toContain(decision.send)
        else if (decision.skip === 'acknowledged') expect(any.unacked).toBe(false)
        else {
          expect(decision.skip).toBe('already-queued')
          expect(untold.every((alert) => any.open?.firing.has(alert))).toBe(true)
        }
      }),
      { numRuns: 2_000 },
    )
  })

  test('nothing sent means that nothing changes, but for ends that are not wanted', () => {
    fc.assert(
      fc.property(anyInput, (any) => {
        const decision = notifyDecision(any)
        if ('log' in decision) expect(decision.skip).toBe('resolved-not-wanted')
      }),
    )
  })
})
