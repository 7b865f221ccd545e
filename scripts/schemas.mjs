// `npm run schemas`: writes schema/*.json, for editors, from the schemas that validate our files.
import * as fs from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, isBuildStale } from './build.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

if (isBuildStale(root) && !build(root)) process.exit(1)
const { printServiceConfigSchema } = await import('../dist/config/load.js')
const { printRuleFileSchema } = await import('../dist/rules/schema.js')

write('tocsin.schema.json', printServiceConfigSchema())
write('rules.schema.json', printRuleFileSchema())

function write(name, text) {
  const folder = resolve(root, 'schema')
  fs.mkdirSync(folder, { recursive: true })
  fs.writeFileSync(join(folder, name), text)
}
