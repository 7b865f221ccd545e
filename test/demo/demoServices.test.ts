import * as fc from 'fast-check'
import { afterEach, describe, expect, it, test } from 'vitest'
import { brokenForMs } from '../../src/demo/cycle.ts'
import { DEMO_SERVICES, type DemoServiceKind } from '../../src/demo/demoServiceKinds.ts'
import { startDemoServices, type DemoServices } from '../../src/demo/demoServices.ts'

let running: DemoServices | null = null
afterEach(() => running?.close())

/** The demo's services at a time of our choice. */
async function start(clock: { now: number }, changes: string[] = []): Promise<DemoServices> {
  running = await startDemoServices({
    host: '127.0.0.1',
    kinds: DEMO_SERVICES,
    now: () => clock.now,
    onChange: (kind, broken) => changes.push(`${kind.name} ${broken ? 'breaks' : 'heals'}`),
  })
  return running
}

async function scrape(
  services: DemoServices,
  name: string,
): Promise<{ status: number; text: string }> {
  const answer = await fetch(`http://${services.addresses.get(name)}/metrics`)
  return { status: answer.status, text: await answer.text() }
}

const metric = (text: string, name: string): number =>
  Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])

/** A time at which the service is well into its first trouble. */
const duringTrouble = (kind: DemoServiceKind): number =>
  kind.cycle.firstHealthyMs + kind.cycle.brokenMs - 1

const [checkout, search, mailer] = DEMO_SERVICES as readonly [
  DemoServiceKind,
  DemoServiceKind,
  DemoServiceKind,
]

describe('the demo services', () => {
  it('are all well at first', async () => {
    const services = await start({ now: 0 })
    for (const { name } of DEMO_SERVICES) {
      const { status, text } = await scrape(services, name)
      expect(status).toBe(200)
      expect(metric(text, 'demo_request_error_ratio')).toBeLessThan(0.05)
      expect(metric(text, 'demo_queue_depth')).toBeLessThan(100)
    }
  })

  it('fail each in its way, by as much as rules/demo.yml asks', async () => {
    const clock = { now: 0 }
    const services = await start(clock)
    clock.now = duringTrouble(checkout)
    const failing = await scrape(services, 'checkout')
    expect(metric(failing.text, 'demo_request_error_ratio')).toBeGreaterThan(0.05)
    clock.now = duringTrouble(mailer)
    const filling = await scrape(services, 'mailer')
    expect(metric(filling.text, 'demo_queue_depth')).toBeGreaterThan(100)
    clock.now = duringTrouble(search)
    expect((await scrape(services, 'search')).status).toBe(503)
  })

  it('say when they break and heal', async () => {
    const clock = { now: 0 }
    const changes: string[] = []
    await start(clock, changes)
    clock.now = checkout.cycle.firstHealthyMs
    await expect.poll(() => changes).toEqual(['checkout breaks'])
    clock.now = checkout.cycle.firstHealthyMs - 1
    await expect.poll(() => changes).toEqual(['checkout breaks', 'checkout heals'])
  })
})

describe('a cycle', () => {
  const cycle = { firstHealthyMs: 10, brokenMs: 5, healthyMs: 3 }
  it.each([
    ['healthy at the start', 0, null],
    ['healthy up to the first break', 9, null],
    ['broken from then on', 10, 0],
    ['broken until the end of the trouble', 14, 4],
    ['healed', 15, null],
    ['broken again', 18, 0],
    ['the same much later', 18 + 8 * 1_000, 0],
  ])('%s', (_name, elapsedMs, want) => expect(brokenForMs(cycle, elapsedMs)).toBe(want))

  test('is never broken for longer than it says', () => {
    const ms = fc.integer({ min: 1, max: 1_000_000 })
    fc.assert(
      fc.property(ms, ms, ms, fc.nat(), (firstHealthyMs, brokenMs, healthyMs, elapsedMs) => {
        const broken = brokenForMs({ firstHealthyMs, brokenMs, healthyMs }, elapsedMs) ?? 0
        expect(broken).toBeLessThan(brokenMs)
      }),
    )
  })
})
