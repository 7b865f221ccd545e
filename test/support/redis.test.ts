import { Redis } from 'ioredis'
import { afterEach, expect, test } from 'vitest'
import { startTestRedis, type TestRedis } from './redis.ts'

let server: TestRedis | null = null
let client: Redis | null = null
afterEach(async () => {
  client?.disconnect()
  await server?.stop()
})

test('a killed test server comes back with what it had stored', async () => {
  server = await startTestRedis()
  client = new Redis(server.url)
  client.on('error', () => {})
  await client.set('kept', 'yes')

  await server.kill('SIGKILL')
  await server.restart()

  expect(await client.get('kept')).toBe('yes')
})
