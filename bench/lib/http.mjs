import * as http from 'node:http'
import { createServer } from 'node:net'

const REQUEST_WITHIN_MS = 60_000

/** A client with connections of its own. `request` resolves to status and text, whatever the status. */
export function createClient(connections) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections })
  return {
    request: (method, url, body) => request(agent, method, url, body),
    close: () => agent.destroy(),
  }
}

function request(agent, method, url, body) {
  return new Promise((resolve, reject) => {
    const headers =
      body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const sent = http.request(url, { agent, method, headers }, (answer) => {
      const parts = []
      answer.on('data', (part) => parts.push(part))
      answer.on('error', reject)
      answer.on('end', () =>
        resolve({ status: answer.statusCode, text: Buffer.concat(parts).toString() }),
      )
    })
    sent.setTimeout(REQUEST_WITHIN_MS, () => sent.destroy(new Error(`no answer from ${url}`)))
    sent.on('error', reject)
    sent.end(body)
  })
}

/** GET that resolves to the text. @throws Error when the status is not 200 */
export async function getText(url) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(REQUEST_WITHIN_MS) })
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`)
  return answer.text()
}

/** Whether the address answers GET with 200. */
export async function answersOk(url) {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) })
    await answer.arrayBuffer()
    return answer.ok
  } catch {
    return false
  }
}

/** A port that the kernel just gave out, for programs that cannot tell which one they got. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
