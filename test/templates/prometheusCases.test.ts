import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { renderRule } from './support.ts'

/** Annotation templates with what Prometheus 2.42 showed for them at /api/v1/alerts. */
const cases = JSON.parse(
  readFileSync(new URL('fixtures/prometheus.json', import.meta.url), 'utf8'),
) as [string, string][]

const CONTEXT = {
  labels: { instance: 'h1:9100', job: 'node' },
  value: 5,
  externalLabels: { c: 'eu' },
  externalURL: 'http://tocsin.example/base',
}

it('has cases', () => expect(cases.length).toBeGreaterThan(200))

it.each(cases)('shows what Prometheus shows for %s', (template, want) => {
  expect(renderRule(template, CONTEXT).text).toBe(want)
})
