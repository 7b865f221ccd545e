import { asText, asTexts, STRING } from './params.ts'
import { List } from './value.ts'
import type { Method, Methods } from './value.ts'

/** A list of strings, as `Names` and `Values` return and `join` takes. */
export function stringList(items: readonly string[]): List {
  return new List(items, '[]string', METHODS)
}

const METHODS: Methods<List> = new Map<string, Method<List>>([
  [
    'Join',
    { params: [STRING], call: (self, [separator]) => asTexts(self).join(asText(separator)) },
  ],
])
