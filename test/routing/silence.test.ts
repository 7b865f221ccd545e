import { describe, expect, it, test } from 'vitest'
import {
  decideSilence,
  expireSilence,
  silenceProblem,
  silenceState,
} from '../../src/routing/silence.ts'
import type { Silence, SilenceInput } from '../../src/routing/silence.ts'
import { matchersOf } from './builders.ts'

const NOW = 100_500

function wanted(overrides: Partial<SilenceInput> = {}): SilenceInput {
  return {
    matchers: matchersOf('a=b,c=d'),
    startsAt: NOW,
    endsAt: NOW + 60_000,
    createdBy: 'alice',
    comment: 'deploy',
    annotations: {},
    ...overrides,
  }
}

function stored(overrides: Partial<Silence> = {}): Silence {
  return { ...wanted(), id: 'old', updatedAt: 1, startsAt: 50_700, ...overrides }
}

it.each([
  ['before its start', 9, 'pending'],
  ['at its start', 10, 'active'],
  ['before its end', 19, 'active'],
  ['at its end', 20, 'expired'],
])('silenceState: %s', (_name, now, want) =>
  expect(silenceState({ startsAt: 10, endsAt: 20 }, now)).toBe(want),
)

describe('creating', () => {
  test('begins now when the start has passed', () => {
    expect(decideSilence(null, wanted({ startsAt: 5 }), NOW, 'new')).toEqual({
      put: [{ ...wanted(), id: 'new', startsAt: NOW, updatedAt: NOW }],
      id: 'new',
    })
  })
  test('keeps a start in the future', () => {
    const later = wanted({ startsAt: NOW + 5 })
    expect(decideSilence(null, later, NOW, 'new')).toMatchObject({ put: [{ startsAt: NOW + 5 }] })
  })
})

describe('changing', () => {
  const swapped = matchersOf('c=d,a=b')
  const pending = { startsAt: NOW + 10_000 }
  const expired = { endsAt: NOW - 1 }
  it.each([
    [
      'comment, author and end keep the id',
      {},
      { startsAt: 50_700, comment: 'x', endsAt: NOW + 9 },
      ['old'],
    ],
    ['a start in the same second keeps the id', {}, { startsAt: 50_000 }, ['old']],
    ['another start is a new silence', {}, { startsAt: 51_000 }, ['old', 'new']],
    [
      'other matchers are a new silence',
      {},
      { startsAt: 50_700, matchers: matchersOf('a=b') },
      ['old', 'new'],
    ],
    [
      'swapped matchers are a new silence',
      {},
      { startsAt: 50_700, matchers: swapped },
      ['old', 'new'],
    ],
    ['a pending one may begin at another time', pending, { startsAt: NOW + 5 }, ['old']],
    ['a pending one may not begin in the past', pending, { startsAt: NOW - 5 }, ['old', 'new']],
    ['an expired one stays as it was', expired, { startsAt: 50_700 }, ['new']],
  ])('%s', (_name, before, change, ids) => {
    const existing = stored(before)
    const decision = decideSilence(existing, wanted(change), NOW, 'new')
    if ('problem' in decision) throw new Error(decision.problem)
    expect(decision.put.map((s) => s.id)).toEqual(ids)
    expect(decision.id).toBe(ids.at(-1))
    const last = decision.put.at(-1) as Silence
    expect(last).toMatchObject({ updatedAt: NOW, comment: wanted(change).comment })
    if (decision.put.length === 2) expect(decision.put[0]).toEqual(expireSilence(existing, NOW))
    if (last.id === 'new') expect(last.startsAt).toBeGreaterThanOrEqual(NOW)
  })

  test('in place does not move the start of an active one', () => {
    expect(decideSilence(stored(), wanted({ startsAt: 50_000 }), NOW, 'new')).toMatchObject({
      put: [{ startsAt: 50_700 }],
    })
  })

  test('to something invalid changes nothing', () => {
    expect(decideSilence(stored(), wanted({ matchers: [] }), NOW, 'new')).toEqual({
      problem: 'a silence needs at least one matcher',
    })
  })
})

describe('expiring', () => {
  it.each([
    ['ends an active one now', stored(), { startsAt: 50_700, endsAt: NOW }],
    ['a pending one never acts', stored({ startsAt: NOW + 5 }), { startsAt: NOW, endsAt: NOW }],
  ])('%s', (_name, silence, want) => {
    expect(expireSilence(silence, NOW)).toMatchObject({ ...want, updatedAt: NOW })
    expect(silenceState(expireSilence(silence, NOW), NOW)).toBe('expired')
  })
  test('an expired one stays the same', () => {
    const expired = stored({ endsAt: NOW })
    expect(expireSilence(expired, NOW)).toBe(expired)
  })
})

describe('validation', () => {
  it.each([
    ['no matcher', { matchers: [] }, /at least one matcher/],
    ['an empty name', { matchers: [{ name: '', op: '=', value: 'x' } as const] }, /label name/],
    [
      'a bad pattern',
      { matchers: [{ name: 'a', op: '=~', value: '(' } as const] },
      /missing closing/,
    ],
    ['only an empty value', { matchers: matchersOf('a=""') }, /empty value/],
    [
      'only a pattern that matches nothing at all',
      { matchers: matchersOf('a=~".*"') },
      /empty value/,
    ],
    ['a start after the end', { startsAt: NOW + 10, endsAt: NOW + 10 }, /before end/],
    ['an end in the past', { startsAt: 1, endsAt: NOW - 1 }, /in the past/],
    ['a time that is none', { endsAt: Number.NaN }, /times/],
  ])('refuses %s', (_name, change, want) =>
    expect(silenceProblem(wanted(change), NOW)).toMatch(want),
  )
  it.each([
    ['a lone negative matcher', 'a!="x"'],
    ['even one for the empty value', 'a!=""'],
    ['an empty value beside another matcher', 'a="",b=c'],
    ['a pattern that needs a character', 'a=~".+"'],
  ])('accepts %s', (_name, text) =>
    expect(silenceProblem(wanted({ matchers: matchersOf(text) }), NOW)).toBe(null),
  )
})
