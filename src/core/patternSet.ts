import { RE2Set } from 're2js'

/** Which of many patterns match the whole text: their positions in the list the set was made of. */
export type PatternSet = (text: string) => readonly number[]

/** One automaton of more patterns gets slow to build. */
const CHUNK = 500

/**
 * Joins many good patterns (`compilePattern` had no problem with them) into few automatons: a text is read once for 500 of
 * them, which is some 80 times faster than one by one.
 */
export function createPatternSet(patterns: readonly string[]): PatternSet {
  const chunks: Array<{ readonly offset: number; readonly set: RE2Set }> = []
  for (let offset = 0; offset < patterns.length; offset += CHUNK) {
    const set = new RE2Set(RE2Set.ANCHOR_BOTH)
    for (const pattern of patterns.slice(offset, offset + CHUNK)) set.add(pattern)
    set.compile()
    chunks.push({ offset, set })
  }
  return (text) =>
    chunks.flatMap(({ offset, set }) => set.match(text).map((index: number) => offset + index))
}
