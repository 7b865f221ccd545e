import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { groupId, groupKey, groupLabels, matchRoutes, walkRoutes } from '../../src/routing/route.ts'
import { routeTree } from './routes.ts'
import type { RouteSketch } from './routes.ts'

describe('matchRoutes', () => {
  // The example of routing-semantics 2.2.
  const root = routeTree({
    receiver: 'R',
    routes: [
      { match: 'team="x",sev!="y"', receiver: 'W1', continue: true },
      { match: 'team="x"', receiver: 'W2' },
    ],
  })
  it.each([
    ['both of two siblings, the first continues', { team: 'x', sev: 'z' }, 'W1,W2'],
    ['a negative matcher excludes', { team: 'x', sev: 'y' }, 'W2'],
    ['a missing label is empty, so != holds', { team: 'x' }, 'W1,W2'],
    ['the root when no child matches', { team: 'q' }, 'R'],
    ['the root for no labels', {}, 'R'],
  ])('%s', (_name, labels, want) => {
    const routes = matchRoutes(root, labels)
    expect(routes.map((route) => route.receiver).join(',')).toBe(want)
  })

  const deep = routeTree({
    receiver: 'R',
    routes: [
      {
        match: 'a=1',
        receiver: 'A',
        routes: [
          { match: 'b=1', receiver: 'AB', continue: true },
          { match: 'c=1', receiver: 'AC' },
        ],
      },
      { match: 'd=1', receiver: 'D', continue: true },
      { receiver: 'rest' },
    ],
  })
  it.each([
    ['the deepest, not its parent', { a: '1', b: '1' }, 'AB'],
    ['continue looks at siblings, not at the parent', { a: '1', b: '1', c: '1' }, 'AB,AC'],
    ['the parent when no child of it matches', { a: '1' }, 'A'],
    ['a match without continue ends the search above too', { a: '1', d: '1' }, 'A'],
    ['continue goes on', { d: '1' }, 'D,rest'],
    ['continue of a route that did not match has no effect', { x: '1' }, 'rest'],
  ])('%s', (_name, labels, want) => {
    const routes = matchRoutes(deep, labels)
    expect(routes.map((route) => route.receiver).join(',')).toBe(want)
  })

  test('an alert always takes a route, each at most once, in the order of the tree', () => {
    const name = fc.constantFrom('a', 'b')
    const value = fc.constantFrom('1', '2')
    const { sketch } = fc.letrec<{ sketch: RouteSketch }>((tie) => ({
      sketch: fc.record({
        match: fc
          .tuple(name, fc.constantFrom('=', '!=', '=~'), value)
          .map((parts) => parts.join('')),
        continue: fc.boolean(),
        routes: fc.oneof(
          { maxDepth: 3 },
          fc.constant([]),
          fc.array(tie('sketch'), { maxLength: 3 }),
        ),
      }),
    }))
    fc.assert(
      fc.property(
        fc.array(sketch, { maxLength: 3 }),
        fc.dictionary(name, value),
        (routes, labels) => {
          const root = routeTree({ routes })
          const all = [...walkRoutes(root)]
          const places = matchRoutes(root, labels).map((route) => all.indexOf(route))
          expect(places.length).toBeGreaterThan(0)
          expect(places).toEqual([...new Set(places)].sort((a, b) => a - b))
        },
      ),
    )
  })
})

describe('groupKey', () => {
  // Vectors of routing-semantics 2.4, observed on Alertmanager.
  it.each([
    ['no group labels', {}, {}, '{}:{}'],
    [
      'letters beyond ASCII',
      { groupBy: 'all' },
      { alertname: 'Übergröße' },
      '{}:{alertname="Übergröße"}',
    ],
    [
      'several labels, sorted by name, with escapes',
      { groupBy: 'all', match: 'a=~".+"' },
      { a: '1', a1: '2', B: '3', _z: 'line\nbreak "q"' },
      '{}/{a=~".+"}:{B="3", _z="line\\nbreak \\"q\\"", a="1", a1="2"}',
    ],
    [
      'a deprecated match_re',
      { groupBy: ['alertname', 'owner'], match: 'owner=~"^(?:team-(B|C))$"' },
      { alertname: 'O', owner: 'team-B', other: 'x' },
      '{}/{owner=~"^(?:team-(B|C))$"}:{alertname="O", owner="team-B"}',
    ],
    [
      'matchers sorted by name',
      { groupBy: ['alertname'], match: 'team=x,sev!=y' },
      { alertname: 'T1' },
      '{}/{sev!="y",team="x"}:{alertname="T1"}',
    ],
    [
      'a group_by label that the alert lacks',
      { groupBy: ['alertname', 'gone'] },
      { alertname: 'T' },
      '{}:{alertname="T"}',
    ],
  ])('%s', (_name, sketch, labels, want) => {
    const child = sketch as RouteSketch
    const root = routeTree(
      child.match === undefined ? child : { ...child, match: '', routes: [child] },
    )
    const route = root.routes[0] ?? root
    expect(groupKey(route, groupLabels(route, labels as Record<string, string>))).toBe(want)
  })

  test('the labels of a group are only its own', () => {
    const route = routeTree({ groupBy: ['constructor', 'a'] })
    expect(Object.keys(groupLabels(route, { a: '1', b: '2' }))).toEqual(['a'])
  })
})

describe('groupId', () => {
  const route = routeTree({ groupBy: 'all' })
  const id = groupId(route, { alertname: 'Disk' })

  test('is 32 hexadecimal digits, the same every time', () => {
    expect(id).toMatch(/^[0-9a-f]{32}$/)
    expect(groupId(routeTree({ groupBy: 'all' }), { alertname: 'Disk' })).toBe(id)
  })

  it.each([
    ['other labels', route, { alertname: 'Cpu' }],
    ['another receiver', { ...route, receiver: 'S' }, { alertname: 'Disk' }],
    ['a later route with the same key', { ...route, ordinal: 1 }, { alertname: 'Disk' }],
    ['another key', { ...route, key: '{}/{a="b"}' }, { alertname: 'Disk' }],
  ])('differs with %s', (_name, route, labels) => expect(groupId(route, labels)).not.toBe(id))

  test('does not depend on the place in the tree', () => {
    expect(groupId({ ...route, id: '{}/{}/7', line: 9 }, { alertname: 'Disk' })).toBe(id)
  })
})
