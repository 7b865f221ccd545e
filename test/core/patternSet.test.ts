import * as fc from 'fast-check'
import { expect, it, test } from 'vitest'
import { compilePattern } from '../../src/core/pattern.ts'
import { createPatternSet } from '../../src/core/patternSet.ts'

it.each([
  ['the whole text must match', ['a', 'ab', 'b.*'], 'ab', [1]],
  ['several may match', ['a.*', '.*b', 'x'], 'ab', [0, 1]],
  ['the longer of two alternatives counts', ['a|ab'], 'ab', [0]],
  ['the dot stops at a line break', ['.*'], 'a\nb', []],
  ['no pattern', [], 'a', []],
  ['equal patterns', ['a+', 'a+'], 'aa', [0, 1]],
])('%s', (_name, patterns, text, want) => {
  const found = [...createPatternSet(patterns)(text)].sort((a, b) => a - b)
  expect(found).toEqual(want)
})

test('it agrees with each pattern alone, over more than one automaton', () => {
  const part = fc.constantFrom(
    'a',
    'b',
    '.',
    '.*',
    'a+',
    'b?',
    '[ab]',
    '(a|bb)',
    'é',
    '(?i:A)',
    '$',
    '^',
  )
  const pattern = fc.array(part, { maxLength: 4 }).map((parts) => parts.join(''))
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\n'), maxLength: 5 })
  const many = fc
    .array(pattern, { maxLength: 20 })
    .map((list) => [...list, ...Array.from({ length: 490 }, () => 'x+'), ...list])
  fc.assert(
    fc.property(many, fc.array(text, { maxLength: 5 }), (patterns, texts) => {
      const set = createPatternSet(patterns)
      for (const text of texts) {
        const want = patterns.flatMap((p, i) => {
          const compiled = compilePattern(p)
          return 'matches' in compiled && compiled.matches(text) ? [i] : []
        })
        expect([...set(text)].sort((a, b) => a - b)).toEqual(want)
      }
    }),
    { numRuns: 30 },
  )
})
