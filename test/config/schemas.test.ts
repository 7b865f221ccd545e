import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Ajv } from 'ajv'
import { parse } from 'yaml'
import { describe, expect, test } from 'vitest'
import { printServiceConfigSchema } from '../../src/config/load.ts'
import { printRuleFileSchema } from '../../src/rules/schema.ts'

const root = resolve(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

describe('the published schemas', () => {
  test.each([
    ['tocsin.schema.json', printServiceConfigSchema()],
    ['rules.schema.json', printRuleFileSchema()],
  ])('%s is what `npm run schemas` writes', (name, text) => {
    expect(read(`schema/${name}`)).toBe(text)
  })

  test.each([
    ['the example service file', 'config/tocsin.example.yml', 'tocsin.schema.json'],
    ...readdirSync(join(root, 'rules'))
      .filter((name) => name.endsWith('.yml') && !name.endsWith('.test.yml'))
      .map((name) => [`rules/${name}`, `rules/${name}`, 'rules.schema.json']),
  ])('find nothing wrong with %s', (_name, path, schema) => {
    const ajv = new Ajv({ strict: false, allErrors: true })
    const validate = ajv.compile(JSON.parse(read(`schema/${schema}`)) as object)
    validate(parse(read(path)))
    expect(validate.errors).toBeNull()
  })

  test.each([
    ['an unknown key', 'tocsin.schema.json', { dataDir: 'x' }],
    ['a datasource without URL', 'tocsin.schema.json', { datasources: [{ name: 'a' }] }],
    ['a misspelt rule key', 'rules.schema.json', { groups: [{ rules: [{ alrt: 'A' }] }] }],
  ])('find %s', (_name, schema, value) => {
    const validate = new Ajv({ strict: false }).compile(
      JSON.parse(read(`schema/${schema}`)) as object,
    )
    expect(validate(value)).toBe(false)
  })

  test('the example service file names its schema for editors', () => {
    const text = read('config/tocsin.example.yml')
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/schema\/tocsin\.schema\.json\n/)
  })
})
