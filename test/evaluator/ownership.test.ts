import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isOwner, ownerOf } from '../../src/evaluator/ownership.ts'

const ids = Array.from({ length: 3_000 }, (_, i) => `${i.toString(16).padStart(8, '0')}abcd`)

test('every group has one owner, and the order of members does not matter', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1 }),
      fc.string(),
      (members, id) => {
        const owner = ownerOf(id, members)
        expect(members).toContain(owner)
        expect(ownerOf(id, members.toReversed())).toBe(owner)
      },
    ),
  )
})

test('nobody owns anything when there are no members', () => {
  expect(ownerOf('a', [])).toBeNull()
})

test('shares are even', () => {
  const members = ['node-1', 'node-2', 'node-3']
  for (const member of members) {
    const share = ids.filter((id) => ownerOf(id, members) === member).length
    expect(share).toBeGreaterThan(850)
    expect(share).toBeLessThan(1_150)
  }
})

test('a member that goes moves only its own groups', () => {
  const before = ids.map((id) => ownerOf(id, ['a', 'b', 'c']))
  const after = ids.map((id) => ownerOf(id, ['a', 'c']))
  before.forEach((owner, i) => {
    if (owner !== 'b') expect(after[i]).toBe(owner)
  })
})

test('the threads of all members share all groups, each group evaluated once', () => {
  const members = ['a', 'b']
  const threads = { a: 3, b: 1 }
  for (const id of ids.slice(0, 300)) {
    const owners = Object.entries(threads).flatMap(([node, count]) =>
      Array.from({ length: count }, (_, index) => ({ index, count })).filter((share) =>
        isOwner(id, node, members, share),
      ),
    )
    expect(owners).toHaveLength(1)
  }
})
