import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { loadNotificationFile } from '../../src/routing/notificationFile.ts'

const folder = resolve(import.meta.dirname, '../../config')

test('the example service file is good, and shows the defaults', () => {
  const { config, problems } = loadConfig({
    file: 'tocsin.example.yml',
    env: {},
    cwd: folder,
  })
  const defaults = loadConfig({ file: null, env: {}, cwd: folder }).config
  expect(problems).toEqual([])
  expect(config).toEqual({
    ...defaults,
    file: resolve(folder, 'tocsin.example.yml'),
    datasources: [expect.objectContaining({ name: 'default' })],
    rules: [resolve(folder, '../rules/*.yml')],
    notifications: resolve(folder, 'alertmanager.example.yml'),
  })
})

test('the example notification file is good', () => {
  const file = resolve(folder, 'alertmanager.example.yml')
  const { config, problems } = loadNotificationFile(file, readFileSync(file, 'utf8'))
  expect(problems).toEqual([])
  expect([...(config?.receivers.keys() ?? [])]).toEqual(['on-call', 'team-chat', 'team-mail'])
})
