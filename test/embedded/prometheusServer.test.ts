import { createServer } from 'node:http'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parse } from 'yaml'
import { findServer, type FoundServer } from '../../src/embedded/findServer.ts'
import { isAlive } from '../../src/embedded/processIdentity.ts'
import { prometheusConfig, startPrometheusServer } from '../../src/embedded/prometheusServer.ts'
import { REPOSITORY } from '../support/redis.ts'

const bin = findServer('prometheus', {
  dataDir: join(REPOSITORY, '.tocsin'),
  env: process.env,
}) as FoundServer

const target = createServer((_request, response) => response.end('answer_total 42\n'))
let dataDir: string
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'tocsin-prometheus-'))
  target.listen(0, '127.0.0.1')
  await once(target, 'listening')
})
afterAll(() => {
  target.close()
  rmSync(dataDir, { recursive: true, force: true })
})

it('scrapes its jobs with their labels, and is gone after stop', async () => {
  const address = `127.0.0.1:${(target.address() as AddressInfo).port}`
  const jobs = [{ name: 'demo', targets: [{ address, labels: { service: 'checkout' } }] }]
  const server = await startPrometheusServer({ dataDir, bin, port: 0, scrapeIntervalMs: 100, jobs })
  try {
    const query = async (): Promise<unknown> => {
      const answer = await fetch(`${server.url}/api/v1/query?query=answer_total`)
      const { data } = (await answer.json()) as { data: { result: unknown[] } }
      return data.result[0]
    }
    await expect.poll(query, { timeout: 10_000 }).toMatchObject({
      metric: { job: 'demo', service: 'checkout', instance: address },
      value: [expect.any(Number), '42'],
    })
  } finally {
    const { pid } = server
    await server.stop()
    expect(isAlive(pid)).toBe(false)
  }
})

it('names the port that is taken, and the option that changes it', async () => {
  const { port } = target.address() as AddressInfo
  const start = startPrometheusServer({
    dataDir,
    bin,
    port,
    scrapeIntervalMs: 1_000,
    jobs: [],
    portRemedy: '--prometheus-port',
  })
  await expect(start).rejects.toThrow(
    `port ${port} on 127.0.0.1, wanted for the private Prometheus, is taken by another program: choose another with --prometheus-port`,
  )
})

it('writes a configuration that reads back as it was meant', () => {
  const text = prometheusConfig(2_000, [{ name: 'a', targets: [{ address: 'h:1' }] }])
  expect(parse(text)).toEqual({
    global: { scrape_interval: '2000ms', scrape_timeout: '2000ms', evaluation_interval: '1m' },
    scrape_configs: [{ job_name: 'a', static_configs: [{ targets: ['h:1'] }] }],
  })
})
