import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { makeBed } from '../support/bed.ts'
import type { Bed } from '../support/bed.ts'
import { REPOSITORY } from '../support/redis.ts'
import { alertsOf, isDelivered } from '../support/serviceApi.ts'
import { until } from '../support/until.ts'

const PID_FILE = 'data-one/redis/redis.pid'

/** The servers that were fetched for the tests serve the embedded default as well. */
function lendPackages(bed: Bed): void {
  const packages = join(REPOSITORY, '.tocsin/packages')
  mkdirSync(bed.file('data-one'))
  if (existsSync(packages)) symlinkSync(packages, bed.file('data-one/packages'))
}

function serverPid(bed: Bed): number {
  return Number(readFileSync(bed.file(PID_FILE), 'utf8'))
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}

it('keeps alerts, and tells nothing twice, when the service with a store of its own is killed, or its store is', async ({
  onTestFinished,
}) => {
  const bed = await makeBed({ settings: { redis: {} } })
  onTestFinished(async () => {
    await bed.service.signal('SIGKILL')
    if (existsSync(bed.file(PID_FILE))) kill(serverPid(bed))
    await bed.close()
  })
  lendPackages(bed)
  const post = (n: string): Promise<true> =>
    until(`${n} is accepted`, async () => {
      const endsAt = new Date(Date.now() + 3_600_000).toISOString()
      const alerts = [{ labels: { alertname: 'Down', n }, endsAt }]
      return (await bed.service.post('/api/v2/alerts', alerts)).status === 200
    })
  const told = (): Array<string | undefined> =>
    bed.sink.accepted().map((hook) => hook.alerts[0]?.labels['n'])

  await bed.start()
  await post('1')
  await until('the first is told', () => told().length === 1)
  await until('the ledger knows of it', () => isDelivered(bed.service))
  await bed.service.signal('SIGKILL')
  await bed.start()
  expect(await alertsOf(bed.service, 'firing')).toHaveLength(1)

  kill(serverPid(bed))
  await post('2')
  await until('the second is told', () => told().includes('2'))
  expect(await alertsOf(bed.service, 'firing')).toHaveLength(2)
  expect(await bed.service.signal('SIGTERM')).toBe(0)
  expect(existsSync(bed.file(PID_FILE))).toBe(false)
  expect(told()).toEqual(['1', '2'])
}, 60_000)
