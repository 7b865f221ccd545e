import { compareUtf8, sortedNames } from '../core/labels.ts'
import type { Labels } from '../core/labels.ts'

/**
 * The order of alerts in messages and in the API: by `job`, then `instance` (alerts that have the label first), then
 * label set. Values compare as text. Source: Alertmanager's `types.AlertSlice`.
 */
export function compareAlerts(a: Labels, b: Labels): number {
  return compareLabel(a, b, 'job') || compareLabel(a, b, 'instance') || compareLabelSets(a, b)
}

/** Fewer labels first; then, name by name over both, the set that lacks a name, else the smaller value. */
export function compareLabelSets(a: Labels, b: Labels): number {
  const namesA = sortedNames(a)
  const namesB = sortedNames(b)
  if (namesA.length !== namesB.length) return namesA.length - namesB.length
  for (let i = 0; i < namesA.length; i++) {
    const nameA = namesA[i] as string
    const nameB = namesB[i] as string
    const byName = compareUtf8(nameA, nameB)
    // The smaller name is the first that only one of them has: the other one lacks it and comes first.
    if (byName !== 0) return -byName
    const byValue = compareUtf8(a[nameA] as string, b[nameB] as string)
    if (byValue !== 0) return byValue
  }
  return 0
}

function compareLabel(a: Labels, b: Labels, name: string): number {
  const inA = Object.hasOwn(a, name)
  const inB = Object.hasOwn(b, name)
  if (!inA || !inB) return Number(inB) - Number(inA)
  return compareUtf8(a[name] as string, b[name] as string)
}
