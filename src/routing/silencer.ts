import { fingerprint } from '../core/labels.ts'
import type { Labels } from '../core/labels.ts'
import { compileMatchers, matcherProblem } from '../core/matcher.ts'
import type { LabelPredicate, Matcher } from '../core/matcher.ts'
import { compilePattern, patternWords } from '../core/pattern.ts'
import { createPatternSet } from '../core/patternSet.ts'
import type { PatternSet } from '../core/patternSet.ts'
import type { SilenceView } from '../store/silenceStore.ts'
import { silenceState } from './silence.ts'
import type { Silence } from './silence.ts'

export interface Silencer {
  /** Ids of the silences that are active at `now` and match, in the order of the view. */
  silencedBy(labels: Labels, now: number): readonly string[]
}

interface Entry {
  readonly silence: Silence
  readonly matches: LabelPredicate
  readonly order: number
}

/** Where to look for the silences that can match a label set: by a value that it must have, or a pattern on one label. */
interface SilenceIndex {
  readonly byValue: ReadonlyMap<string, ReadonlyMap<string, readonly Entry[]>>
  readonly byPattern: ReadonlyMap<
    string,
    { readonly set: PatternSet; readonly entries: readonly Entry[] }
  >
  readonly rest: readonly Entry[]
}

/** The clock of a caller may be behind that of the one before; silences that ended longer ago than this are left out. */
const LATE_MS = 3_600_000

/** One for each alert, several times over. */
const MAX_VERDICTS = 300_000

/**
 * Answers which silences match, from an index that is built once for each version of the view; what matched a label set is
 * remembered until then. A silence whose pattern does not compile silences nothing.
 */
export function createSilencer(view: SilenceView): Silencer {
  let version: number | null = null
  let index: SilenceIndex = { byValue: new Map(), byPattern: new Map(), rest: [] }
  const verdicts = new Map<string, readonly Silence[]>()
  return {
    silencedBy(labels, now) {
      if (version !== view.version) {
        version = view.version
        index = buildIndex(view.silences, now)
        verdicts.clear()
      }
      if (isEmpty(index)) return []
      const key = fingerprint(labels)
      let matched = verdicts.get(key)
      if (matched === undefined) {
        matched = lookUp(index, labels)
        if (verdicts.size >= MAX_VERDICTS) verdicts.clear()
        verdicts.set(key, matched)
      }
      if (matched.length === 0) return []
      return matched.filter((s) => silenceState(s, now) === 'active').map((s) => s.id)
    },
  }
}

function isEmpty({ byValue, byPattern, rest }: SilenceIndex): boolean {
  return byValue.size === 0 && byPattern.size === 0 && rest.length === 0
}

function buildIndex(silences: readonly Silence[], now: number): SilenceIndex {
  const byValue = new Map<string, Map<string, Entry[]>>()
  const patterns = new Map<string, { texts: string[]; entries: Entry[] }>()
  const rest: Entry[] = []
  for (const [order, silence] of silences.entries()) {
    if (silence.endsAt <= now - LATE_MS) continue
    if (silence.matchers.some((matcher) => matcherProblem(matcher) !== null)) continue
    const entry: Entry = { silence, matches: compileMatchers(silence.matchers), order }
    const values = requiredValues(silence.matchers)
    const pattern = values === null ? requiredPattern(silence.matchers) : null
    if (values !== null) {
      const ofName = getOrAdd(byValue, values.name, () => new Map<string, Entry[]>())
      for (const value of new Set(values.words)) getOrAdd(ofName, value, () => []).push(entry)
    } else if (pattern !== null) {
      const ofName = getOrAdd(patterns, pattern.name, () => ({ texts: [], entries: [] }))
      ofName.texts.push(pattern.value)
      ofName.entries.push(entry)
    } else rest.push(entry)
  }
  const byPattern = new Map(
    [...patterns].map(([name, { texts, entries }]) => [
      name,
      { set: createPatternSet(texts), entries },
    ]),
  )
  return { byValue, byPattern, rest }
}

function lookUp({ byValue, byPattern, rest }: SilenceIndex, labels: Labels): readonly Silence[] {
  const found: Entry[] = rest.filter((entry) => entry.matches(labels))
  for (const name of Object.keys(labels)) {
    const value = labels[name] as string
    for (const entry of byValue.get(name)?.get(value) ?? []) {
      if (entry.matches(labels)) found.push(entry)
    }
    const patterns = byPattern.get(name)
    for (const position of patterns?.set(value) ?? []) {
      const entry = patterns?.entries[position]
      if (entry?.matches(labels)) found.push(entry)
    }
  }
  return found.sort((a, b) => a.order - b.order).map((entry) => entry.silence)
}

/** A label that must have one of a few values, none of them empty. */
function requiredValues(
  matchers: readonly Matcher[],
): { readonly name: string; readonly words: readonly string[] } | null {
  let best: { name: string; words: readonly string[] } | null = null
  for (const { name, op, value } of matchers) {
    const words = op === '=' ? [value] : op === '=~' ? patternWords(value) : null
    if (words === null || words.includes('')) continue
    if (best === null || words.length < best.words.length) best = { name, words }
  }
  return best
}

/** A label that must be there, because its pattern does not match the empty value. */
function requiredPattern(matchers: readonly Matcher[]): Matcher | null {
  const fits = ({ op, value }: Matcher): boolean => {
    if (op !== '=~') return false
    const compiled = compilePattern(value)
    return 'matches' in compiled && !compiled.matches('')
  }
  return matchers.find(fits) ?? null
}

function getOrAdd<V>(map: Map<string, V>, key: string, create: () => V): V {
  let value = map.get(key)
  if (value === undefined) {
    value = create()
    map.set(key, value)
  }
  return value
}
