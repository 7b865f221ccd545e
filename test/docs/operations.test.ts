import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { serviceConfigSchema } from '../../src/config/load.ts'
import type { JsonSchema } from '../../src/config/jsonSchema.ts'
import { createEvaluatorMetrics } from '../../src/evaluator/metrics.ts'
import { systemClock } from '../../src/system.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'

const page = readFileSync(resolve(import.meta.dirname, '../../docs/operations.md'), 'utf8')
const rowsOf = (start: RegExp): string[] => page.split('\n').filter((line) => start.test(line))

test('the table of metrics has exactly the metrics there are', async () => {
  const threads = createEvaluatorMetrics(() => ({ pending: 0, firing: 0, groups: 0 }))
  const main = createMetrics({ clock: systemClock, processMetrics: false })
  const known = [threads.registry, main.registry].flatMap((registry) =>
    registry.getMetricsAsArray(),
  )
  const want = known.map((metric) => {
    const { name, help, type, labelNames } = metric as unknown as {
      name: string
      help: string
      type: string
      labelNames: readonly string[]
    }
    return `| \`${name}\` | ${[type, ...labelNames].join(', ')} | ${help} |`
  })
  expect(rowsOf(/^\| `tocsin_/)).toEqual(want)
})

test('the table of limits has exactly the defaults of the schema', () => {
  const { properties = {} } = serviceConfigSchema as JsonSchema
  const sections = ['redis', 'network', 'delivery', 'evaluator'].flatMap((name) =>
    rowsFor(`${name}.`, properties[name]?.properties),
  )
  const datasource = rowsFor('datasources[].', properties['datasources']?.items?.properties)
  const times = ['evaluation_interval', 'outage_tolerance', 'watch_interval'].map((key) =>
    rowFor(key, properties[key]),
  )
  expect(rowsOf(/^\| `(?!tocsin_)[a-z[\]]+[._][a-z_.]+` \| [^|]+ \| /)).toEqual([
    ...sections,
    ...datasource,
    ...times,
  ])
})

/** Limits are numbers and durations; names are not. */
function rowsFor(prefix: string, properties: JsonSchema['properties'] = {}): string[] {
  return Object.entries(properties)
    .filter(([, schema]) => /^\d+[a-z]*$/.test(String(schema.default)))
    .map(([key, schema]) => rowFor(prefix + key, schema))
}

function rowFor(key: string, schema: JsonSchema | undefined): string {
  return `| \`${key}\` | ${String(schema?.default)} | ${schema?.description ?? ''} |`
}
