// Counts what arrives. A program of its own, started by sink.mjs, so that its CPU time is nobody else's.
import { createServer } from 'node:http'
import { serveParent } from './child.mjs'
import { monotonicMs } from './time.mjs'

const options = JSON.parse(process.argv[2])
const ALERT = Buffer.from('"labels":')
/** Requests whose arrival is kept one by one; later ones only count. */
const KEPT_ARRIVALS = 10_000

let { status, delayMs } = options
let seen = nothing()

function nothing() {
  return { requests: 0, refused: 0, alerts: 0, lastNewAt: null, arrivals: [], serials: new Map() }
}

const server = createServer((request, response) => {
  const parts = []
  request.on('data', (part) => parts.push(part))
  request.on('end', () => {
    const at = monotonicMs()
    answer(response)
    if (status === 200) note(Buffer.concat(parts), at)
    else seen.refused++
  })
})

function answer(response) {
  const end = (code) => response.writeHead(code, { 'content-type': 'application/json' }).end('{}')
  if (delayMs === 0) end(status)
  else setTimeout(end, delayMs, status)
}

function note(body, at) {
  const alerts = countAlerts(body)
  seen.requests++
  seen.alerts += alerts
  if (seen.arrivals.length < KEPT_ARRIVALS) seen.arrivals.push({ at, alerts })
  if (options.serials) noteSerials(JSON.parse(body.toString()), at)
}

/** Of the body as bytes: parsing a hundred thousand alerts would take CPU time from whoever is measured. */
function countAlerts(body) {
  let count = 0
  for (let at = body.indexOf(ALERT); at >= 0; at = body.indexOf(ALERT, at + ALERT.length)) count++
  return count
}

function noteSerials({ alerts }, at) {
  for (const { labels } of alerts) {
    const { serial } = labels
    const times = seen.serials.get(serial) ?? 0
    seen.serials.set(serial, times + 1)
    if (times === 0) seen.lastNewAt = at
    process.send({ event: { serial, at } })
  }
}

function read() {
  const { serials, ...counts } = seen
  const times = [...serials.values()]
  const duplicates = times.reduce((sum, one) => sum + one - 1, 0)
  const mostOften = times.reduce((most, one) => Math.max(most, one), 0)
  return { ...counts, distinct: serials.size, duplicates, mostOften }
}

serveParent(server, {
  answerWith(newStatus) {
    status = newStatus
    delayMs = 0
  },
  forget: () => void (seen = nothing()),
  read,
})
