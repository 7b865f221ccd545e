// How soon people hear: single alerts, and many groups at once. See README.md.
import { startMeter } from './lib/accounting.mjs'
import { createClient } from './lib/http.mjs'
import { alertBodies } from './lib/load.mjs'
import { postAlerts, postOnce, startNotifier } from './lib/notifiers.mjs'
import { figure, runScenario } from './lib/scenario.mjs'
import { startSink } from './lib/sink.mjs'
import { percentile } from './lib/statistics.mjs'
import { monotonicMs, sleep, until } from './lib/time.mjs'

const SINGLE_WITHIN_MS = 10_000
const BURST_WITHIN_MS = 120_000
const SENDERS = 8
const PER_BODY = 1_000
const REST_MS = 500

async function measure(system, scope, { singles, bursts }) {
  const sink = await startSink(scope, { serials: true })
  const notifier = await startNotifier(system, scope, { sinkUrl: sink.url })
  await measureSingles(notifier, sink, 'warm', 20)
  const figures = singleFigures(await measureSingles(notifier, sink, 'single', singles))
  for (const groups of bursts) {
    await sleep(REST_MS)
    figures.push(...burstFigures(groups, await measureBurst(notifier, sink, groups)))
  }
  return figures
}

/** One alert after the other, each when the one before has arrived: milliseconds from the start of the POST to the webhook. */
async function measureSingles(notifier, sink, prefix, count) {
  const arrivals = new Map()
  sink.onArrival(({ serial, at }) => void (arrivals.has(serial) || arrivals.set(serial, at)))
  const client = createClient(1)
  const meter = startMeter(notifier.pids())
  const latencies = []
  for (const [i, body] of alertBodies(prefix, count, 1).entries()) {
    const sentAt = monotonicMs()
    await postOnce(client, notifier.url, body)
    const arrivedAt = await until(
      `${prefix}-${i} arrives`,
      () => arrivals.get(`${prefix}-${i}`) ?? null,
      {
        withinMs: SINGLE_WITHIN_MS,
        everyMs: 1,
      },
    )
    latencies.push(arrivedAt - sentAt)
  }
  client.close()
  return { latencies, used: meter.read() }
}

function singleFigures({ latencies, used }) {
  const section = `${latencies.length} alerts one by one: POST until webhook`
  return [
    ...[50, 95, 99].map((p) => figure(`p${p}, ms`, percentile(latencies, p), 2, section)),
    figure('CPU an alert, ms', (used.cpuSeconds * 1_000) / latencies.length, 2, section),
  ]
}

/** All groups at once: until the last of them has arrived, or nothing more comes within two minutes. */
async function measureBurst(notifier, sink, groups) {
  const bodies = alertBodies(`burst${groups}`, groups, PER_BODY)
  await sink.forget()
  const meter = startMeter(notifier.pids())
  const startedAt = monotonicMs()
  await postAlerts(notifier.url, bodies, SENDERS)
  const acceptedSeconds = (monotonicMs() - startedAt) / 1_000
  const isAllThere = async () => (await sink.read()).distinct >= groups
  await until('all have arrived', isAllThere, { withinMs: BURST_WITHIN_MS }).catch(() => null)
  await sleep(REST_MS) // what follows the last webhook belongs to it: records, notification log
  const used = meter.read()
  const { distinct, duplicates, lastNewAt } = await sink.read()
  const arrivedSeconds = distinct < groups ? null : (lastNewAt - startedAt) / 1_000
  return { acceptedSeconds, arrivedSeconds, missing: groups - distinct, duplicates, used }
}

function burstFigures(groups, burst) {
  const section = `${groups.toLocaleString('en-US')} groups at once`
  const { arrivedSeconds, used } = burst
  return [
    figure('POST until all accepted, s', burst.acceptedSeconds, 3, section),
    figure('POST until all arrived, s', arrivedSeconds, 3, section),
    figure(
      'webhooks a second',
      arrivedSeconds === null ? null : groups / arrivedSeconds,
      0,
      section,
    ),
    figure('CPU, s', used.cpuSeconds, 2, section),
    figure('missing', burst.missing, 0, section),
    figure('duplicates', burst.duplicates, 0, section),
    ...Object.entries(used.roles).map(([role, { peakMiB }]) =>
      figure(`${role}: peak RSS, MiB`, peakMiB, 0, section),
    ),
  ]
}

await runScenario({
  name: 'n2',
  title: ({ singles }) => `${singles} single alerts, then 1,000 and 10,000 groups at once`,
  options: [{ flag: 'singles', key: 'singles', kind: 'count', value: 200, help: 'single alerts' }],
  peer: 'alertmanager',
  limitMs: () => 600_000,
  measure: (system, scope, options) =>
    measure(system, scope, { ...options, bursts: [1_000, 10_000] }),
})
