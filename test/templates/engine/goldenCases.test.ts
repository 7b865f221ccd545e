import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { stringList } from '../../../src/templates/engine/stringList.ts'
import { List, Struct, StringMap } from '../../../src/templates/engine/value.ts'
import type { Value } from '../../../src/templates/engine/value.ts'
import { anyMap, run } from './support.ts'

interface Data {
  readonly Name: string
  readonly Status: string
  readonly Labels: Record<string, string>
  readonly Alerts: readonly { readonly Name: string; readonly Labels: Record<string, string> }[]
  readonly Value: number
  readonly Int: number
  readonly Big: number
  readonly List: readonly string[]
}

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8'))
}

const ALERT = {
  name: 'main.A',
  fields: ['Name', 'Labels'].map((name) => ({ name, json: name })),
}

function goData(data: Data): Value {
  const alerts = data.Alerts.map(
    (alert) =>
      new Struct(
        ALERT,
        () =>
          new Map<string, Value>([
            ['Name', alert.Name],
            ['Labels', new StringMap(alert.Labels)],
          ]),
      ),
  )
  return anyMap({
    Name: data.Name,
    Status: data.Status,
    Labels: new StringMap(data.Labels),
    Alerts: new List(alerts, '[]main.A'),
    None: new List([], '[]main.A'),
    Value: data.Value,
    Int: BigInt(data.Int),
    Big: data.Big,
    Nil: null,
    List: stringList(data.List),
  })
}

const cases = fixture('cases') as [string, string][]
const golden = fixture('golden') as Record<string, string>
const data = goData(fixture('data') as Data)

it('has all the cases', () => expect(cases).toHaveLength(35))

it.each(cases)('prints %s as Go does', (name, template) => {
  expect(run(template, data)).toBe(golden[name])
})
