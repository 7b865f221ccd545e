// What is lost, and what is sent twice, when the notifier is killed. See README.md.
import { alertBodies } from './lib/load.mjs'
import { postAlerts, startNotifier } from './lib/notifiers.mjs'
import { figure, runScenario } from './lib/scenario.mjs'
import { startSink } from './lib/sink.mjs'
import { durationText, monotonicMs, sleep, until } from './lib/time.mjs'

const STEP_WITHIN_MS = 60_000
const SENDERS = 4
const PER_BODY = 100
/** A webhook this slow leaves time to kill the sender in the middle. */
const SLOW_ANSWER_MS = 100
/** Between the moment and the signal: what was answered shall be on record, unless the case is about just that. */
const SETTLE_MS = { refused: 1_000, waiting: 500, delivering: 0, delivered: 2_000 }

/**
 * `when`: what has happened when the signal comes. `oursOnly`: the peer has no store of its own to be killed.
 * A sender that posts again is what Prometheus does; without, only what the notifier itself kept can arrive.
 */
const CASES = [
  { name: 'SIGKILL while the webhook refuses', when: 'refused', signal: 'SIGKILL' },
  { name: 'SIGTERM while the webhook refuses', when: 'refused', signal: 'SIGTERM' },
  {
    name: 'SIGKILL of the service and its store while the webhook refuses',
    when: 'refused',
    signal: 'SIGKILL',
    redisToo: true,
    oursOnly: true,
  },
  { name: 'SIGKILL before the first flush', when: 'waiting', signal: 'SIGKILL' },
  { name: 'SIGTERM before the first flush', when: 'waiting', signal: 'SIGTERM' },
  { name: 'SIGKILL amid delivery', when: 'delivering', signal: 'SIGKILL' },
  {
    name: 'SIGKILL while the webhook refuses, posted again',
    when: 'refused',
    signal: 'SIGKILL',
    repost: true,
  },
  {
    name: 'SIGKILL after delivery, posted again',
    when: 'delivered',
    signal: 'SIGKILL',
    repost: true,
  },
  {
    name: 'SIGTERM after delivery, posted again',
    when: 'delivered',
    signal: 'SIGTERM',
    repost: true,
  },
]

/** Several cases at the same time, each with processes of its own: nothing here is a matter of CPU. */
async function measure(system, scope, options) {
  const cases = CASES.filter(
    ({ name, oursOnly }) =>
      name.includes(options.cases) && (system.program === null || oursOnly !== true),
  )
  if (cases.length === 0) throw new Error(`no case’s name holds "${options.cases}"`)
  const figures = new Map()
  const failures = []
  const waiting = [...cases]
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      try {
        figures.set(next, await measureCase(system, scope.child(), next, options))
      } catch (error) {
        failures.push(error.message)
      }
    }
  }
  await Promise.all(Array.from({ length: options.atOnce }, worker))
  const known = cases.flatMap((one) => figures.get(one) ?? [])
  if (failures.length === 0) return known
  throw Object.assign(new Error(failures.join('; ')), { figures: known })
}

async function measureCase(system, scope, { name, when, signal, redisToo, repost }, options) {
  const { alerts, groupWaitMs, waitMs } = options
  try {
    const sink = await startSink(scope, {
      serials: true,
      status: when === 'refused' ? 503 : 200,
      delayMs: when === 'delivering' ? SLOW_ANSWER_MS : 0,
    })
    const notifier = await startNotifier(system, scope, {
      sinkUrl: sink.url,
      groupWaitMs: when === 'waiting' ? groupWaitMs : 0,
    })
    const bodies = alertBodies('alert', alerts, PER_BODY)
    await postAlerts(notifier.url, bodies, SENDERS)
    await until(`${name}: the moment to signal`, () => isReached(sink, when, alerts), {
      withinMs: STEP_WITHIN_MS,
    })
    await sleep(SETTLE_MS[when])
    await notifier.down(signal, { redisToo })
    const atEnd = await sink.read()
    await sink.answerWith(200)
    await notifier.up()
    const upAt = monotonicMs()
    if (repost === true) await postAlerts(notifier.url, bodies, SENDERS)
    await sleep(waitMs)
    return caseFigures(name, { alerts, atEnd, upAt, after: await sink.read() })
  } finally {
    await scope.close()
  }
}

async function isReached(sink, when, alerts) {
  const { refused, distinct } = await sink.read()
  switch (when) {
    case 'refused':
      return refused > 0
    case 'waiting':
      return true
    case 'delivering':
      return distinct >= alerts / 10
    case 'delivered':
      return distinct >= alerts
  }
}

function caseFigures(section, { alerts, atEnd, upAt, after }) {
  const isLate = after.lastNewAt !== null && after.lastNewAt > upAt
  return [
    figure('arrived before the restart', atEnd.distinct, 0, section),
    figure('lost', alerts - after.distinct, 0, section),
    figure('duplicates', after.duplicates, 0, section),
    figure('times the most frequent arrived', after.mostOften, 0, section),
    figure(
      'restart until the last arrived, s',
      isLate ? (after.lastNewAt - upAt) / 1_000 : null,
      1,
      section,
    ),
  ]
}

await runScenario({
  name: 'n3',
  title: ({ alerts, waitMs }) =>
    `${alerts.toLocaleString('en-US')} accepted alerts, then the notifier ends; ${durationText(waitMs)} after its restart`,
  options: [
    { flag: 'alerts', key: 'alerts', kind: 'count', value: 1_000, help: 'alerts, each a group' },
    {
      flag: 'wait',
      key: 'waitMs',
      kind: 'duration',
      value: 30_000,
      help: 'wait after the restart',
    },
    {
      flag: 'group-wait',
      key: 'groupWaitMs',
      kind: 'duration',
      value: 5_000,
      help: 'group_wait of the cases before the first flush',
    },
    {
      flag: 'case',
      key: 'cases',
      kind: 'text',
      value: '',
      help: 'only cases whose name holds this',
    },
    { flag: 'at-once', key: 'atOnce', kind: 'count', value: 3, help: 'cases at the same time' },
  ],
  peer: 'alertmanager',
  limitMs: ({ waitMs, atOnce }) => Math.ceil(CASES.length / atOnce) * (waitMs + 3 * STEP_WITHIN_MS),
  measure,
})
