import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { fingerprint } from '../../src/core/labels.ts'
import type { Labels } from '../../src/core/labels.ts'
import { compileMatchers } from '../../src/core/matcher.ts'
import { createInhibitor } from '../../src/routing/inhibit.ts'
import type { InhibitRule } from '../../src/routing/notificationConfig.ts'
import { matchersOf } from './builders.ts'

const NOW = 100

function rule(source: string, target: string, equal: string[] = []): InhibitRule {
  return { name: '', sourceMatchers: matchersOf(source), targetMatchers: matchersOf(target), equal }
}

function inhibits(
  rules: readonly InhibitRule[],
  sources: readonly Labels[],
  target: Labels,
): boolean {
  const inhibitor = createInhibitor(rules)
  for (const labels of sources)
    inhibitor.add({ fingerprint: fingerprint(labels), labels, endsAt: null })
  return inhibitor.inhibitedBy(target, NOW) !== null
}

describe('one rule', () => {
  const example = rule('sev=crit', 'sev=warn', ['cluster', 'zone'])
  it.each([
    [
      'equal values, the other label missing on both',
      { sev: 'crit', cluster: 'c' },
      { sev: 'warn', cluster: 'c' },
      true,
    ],
    [
      'missing on one side',
      { sev: 'crit', cluster: 'c' },
      { sev: 'warn', cluster: 'c', zone: 'z' },
      false,
    ],
    ['other values', { sev: 'crit', cluster: 'd' }, { sev: 'warn', cluster: 'c' }, false],
    ['all missing on both', { sev: 'crit' }, { sev: 'warn' }, true],
    ['no source', { sev: 'info' }, { sev: 'warn' }, false],
    ['no target', { sev: 'crit' }, { sev: 'info' }, false],
    [
      'values that only look equal when joined',
      { sev: 'crit', cluster: 'a,b' },
      { sev: 'warn', cluster: 'a', zone: 'b' },
      false,
    ],
  ])('%s', (_name, source, target, want) =>
    expect(inhibits([example], [source as unknown as Labels], target as unknown as Labels)).toBe(
      want,
    ),
  )

  // "Both" is source and target at once.
  const twoSided = rule('s=1', 't=1', ['e'])
  const [onlySource, onlyTarget, both] = [{ s: '1' }, { t: '1' }, { s: '1', t: '1' }]
  const anotherBoth = { ...both, x: '1' }
  it.each([
    ['an alert does not inhibit itself', [both], both, false],
    ['two of both sides do not inhibit each other', [both, anotherBoth], both, false],
    ['one of both sides inhibits a mere target', [both], onlyTarget, true],
    ['a mere source inhibits one of both sides', [both, onlySource], both, true],
    ['a mere source inhibits a mere target', [onlySource], onlyTarget, true],
  ])('%s', (_name, sources, target, want) =>
    expect(inhibits([twoSided], sources as unknown as Labels[], target as unknown as Labels)).toBe(
      want,
    ),
  )

  test('without matchers it inhibits nothing', () => {
    expect(inhibits([rule('', '')], [{ a: '1' }, { b: '1' }], { a: '1' })).toBe(false)
  })
})

describe('sources', () => {
  const rules = [rule('sev=crit', 'sev=warn')]
  const target = { sev: 'warn' }
  const labels = { sev: 'crit' }

  it.each([
    ['that fire without an end', null, true],
    ['that end later', NOW + 1, true],
    ['that end now', NOW, false],
  ])('%s', (_name, endsAt, want) => {
    const inhibitor = createInhibitor(rules)
    inhibitor.add({ fingerprint: 'f', labels, endsAt })
    expect(inhibitor.inhibitedBy(target, NOW)).toBe(want ? 'f' : null)
  })

  test('count one by one: another still fires when the last-ending one is removed', () => {
    const inhibitor = createInhibitor(rules)
    inhibitor.add({ fingerprint: 'f', labels, endsAt: NOW + 5 })
    inhibitor.add({ fingerprint: 'g', labels, endsAt: null })
    expect(inhibitor.inhibitedBy(target, NOW)).toBe('g')
    inhibitor.remove('g')
    expect(inhibitor.inhibitedBy(target, NOW)).toBe('f')
    inhibitor.remove('f')
    inhibitor.remove('f')
    expect(inhibitor.inhibitedBy(target, NOW)).toBe(null)
  })

  test('may get a new end', () => {
    const inhibitor = createInhibitor(rules)
    inhibitor.add({ fingerprint: 'f', labels, endsAt: null })
    inhibitor.add({ fingerprint: 'g', labels, endsAt: NOW + 1 })
    inhibitor.add({ fingerprint: 'f', labels, endsAt: NOW })
    expect(inhibitor.inhibitedBy(target, NOW)).toBe('g')
  })

  test('of the first rule that inhibits are named', () => {
    const inhibitor = createInhibitor([rule('sev=none', 'sev=warn'), rule('sev=crit', 'sev=warn')])
    inhibitor.add({ fingerprint: 'f', labels, endsAt: null })
    expect(inhibitor.inhibitedBy(target, NOW)).toBe('f')
  })
})

test('it agrees with the definition', () => {
  const text = fc.constantFrom('', 'a=1', 'b=1', 'a=1,b=1', 'a!=1', 'b=~"1|2"')
  const anyRule = fc
    .tuple(text, text, fc.uniqueArray(fc.constantFrom('a', 'b', 'c')))
    .map(([source, target, equal]) => rule(source, target, equal))
  const labels = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2'))
  const command = fc.record({
    labels,
    endsAt: fc.constantFrom(null, NOW - 1, NOW + 1),
    remove: fc.boolean(),
  })
  fc.assert(
    fc.property(
      fc.array(anyRule, { maxLength: 3 }),
      fc.array(command, { maxLength: 12 }),
      fc.array(labels),
      (rules, commands, targets) => {
        const inhibitor = createInhibitor(rules)
        const sources = new Map<string, { labels: Labels; endsAt: number | null }>()
        for (const { labels, endsAt, remove } of commands) {
          const id = fingerprint(labels)
          if (remove) {
            inhibitor.remove(id)
            sources.delete(id)
          } else {
            inhibitor.add({ fingerprint: id, labels, endsAt })
            sources.set(id, { labels, endsAt })
          }
          for (const target of targets) {
            const want = bruteForce(rules, sources, target)
            const found = inhibitor.inhibitedBy(target, NOW)
            if (found === null) expect(want).toEqual(new Set())
            else expect(want).toContain(found)
          }
        }
      },
    ),
  )
})

/** Everything that may inhibit the target, by the words of routing-semantics 6. */
function bruteForce(
  rules: readonly InhibitRule[],
  sources: ReadonlyMap<string, { labels: Labels; endsAt: number | null }>,
  target: Labels,
): Set<string> {
  const found = new Set<string>()
  for (const { sourceMatchers, targetMatchers, equal } of rules) {
    const [isSource, isTarget] = [compileMatchers(sourceMatchers), compileMatchers(targetMatchers)]
    if (!isTarget(target)) continue
    for (const [id, { labels, endsAt }] of sources) {
      if (endsAt !== null && endsAt <= NOW) continue
      if (!isSource(labels) || (isSource(target) && isTarget(labels))) continue
      if (equal.every((name) => (labels[name] ?? '') === (target[name] ?? ''))) found.add(id)
    }
  }
  return found
}
