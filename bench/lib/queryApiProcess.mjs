// Answers queries. A program of its own, started by queryApi.mjs, so that its CPU time is nobody else's.
import { createServer } from 'node:http'
import { serveParent } from './child.mjs'
import { MASS_QUERY, serverLabels } from './load.mjs'
import { monotonicMs } from './time.mjs'

const { series } = JSON.parse(process.argv[2])
const EMPTY = vector([])
/** Holds the place of a time; as wide as every time in seconds with milliseconds until the year 2286. */
const TIME = '1767225600.000'
const mass = massAnswer()
let queries = 0
const massQueriesAt = []

function vector(elements) {
  return Buffer.from(
    `{"status":"success","data":{"resultType":"vector","result":[${elements.join(',')}]}}`,
  )
}

function massAnswer() {
  const elements = Array.from({ length: series }, (_, i) => {
    const metric = JSON.stringify({ __name__: 'up', ...serverLabels(i) })
    return `{"metric":${metric},"value":[${TIME},"0"]}`
  })
  const body = vector(elements)
  const places = []
  for (let at = body.indexOf(TIME); at >= 0; at = body.indexOf(TIME, at + TIME.length)) {
    places.push(at)
  }
  return { body, places }
}

/** Samples carry the time they were asked for, as a real server's do: no two answers are equal bytes. */
function massAnswerAt(seconds) {
  const time = Buffer.from(seconds.toFixed(3))
  for (const place of mass.places) time.copy(mass.body, place)
  return mass.body
}

/** Of the parameter `time`: seconds, or a date; now when it is absent. */
function secondsOf(time) {
  if (time === null) return Date.now() / 1_000
  const seconds = Number(time)
  return Number.isNaN(seconds) ? Date.parse(time) / 1_000 : seconds
}

function answer(params) {
  queries++
  if (series === 0 || params.get('query')?.trim() !== MASS_QUERY) return EMPTY
  massQueriesAt.push(monotonicMs())
  return massAnswerAt(secondsOf(params.get('time')))
}

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://stub')
  let form = ''
  request.on('data', (part) => (form += part.toString()))
  request.on('end', () => {
    const isQuery = pathname.endsWith('/api/v1/query')
    const params = searchParams.has('query') ? searchParams : new URLSearchParams(form)
    const body = isQuery ? answer(params) : Buffer.from('{"status":"success","data":{}}')
    const headers = { 'content-type': 'application/json', 'content-length': body.length }
    response.writeHead(200, headers).end(body)
  })
})

serveParent(server, { read: () => ({ queries, massQueriesAt: massQueriesAt.slice(0, 1_000) }) })
