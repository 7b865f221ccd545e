import { connect } from 'node:net'
import { join } from 'node:path'
import { until } from './time.mjs'
import { importBuilt, REPOSITORY } from './built.mjs'

const READY_WITHIN_MS = 20_000
const ANSWER_WITHIN_MS = 10_000

/** Starts a private redis-server on a unix socket, append-only as Tocsin's embedded one. @throws Error when there is none */
export async function startRedis(scope) {
  const { findServer } = await importBuilt('embedded/findServer.js')
  const found = findServer('redis-server', {
    dataDir: join(REPOSITORY, '.tocsin'),
    env: process.env,
  })
  if (found === null) {
    throw new Error('no redis-server on PATH or in TOCSIN_REDIS_BIN; `npm test` fetches one')
  }
  const socket = join(scope.dir, 'redis.sock')
  const settings = {
    port: '0',
    unixsocket: socket,
    dir: scope.dir,
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    'maxmemory-policy': 'noeviction',
  }
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
  const start = async () => {
    const server = scope.start('redis', found.path, args, { ...process.env, ...found.env })
    const isReady = async () => {
      if (server.isEnded()) throw new Error(`redis-server ended at its start: ${server.logTail()}`)
      return (await ask(socket, ['PING']).catch(() => '')) === '+PONG'
    }
    await until('redis-server answers', isReady, { withinMs: READY_WITHIN_MS })
    return server
  }
  let server = await start()
  return {
    url: `unix://${socket}`,
    get pid() {
      return server.pid
    },
    end: (signal) => server.end(signal),
    isEnded: () => server.isEnded(),
    async restart() {
      server = await start()
    },
    /** The number that a Lua script returns. */
    evaluateNumber: async (script) => Number((await ask(socket, ['EVAL', script, '0'])).slice(1)),
  }
}

/** Sends one command and resolves to the first line of the answer: enough for numbers and simple strings. */
function ask(socketPath, words) {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath)
    socket.setTimeout(ANSWER_WITHIN_MS, () => socket.destroy(new Error('redis did not answer')))
    socket.on('connect', () => {
      const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`)
      socket.write(`*${words.length}\r\n${parts.join('')}`)
    })
    let answer = ''
    socket.on('data', (bytes) => {
      answer += bytes.toString('latin1')
      const end = answer.indexOf('\r\n')
      if (end < 0) return
      socket.destroy()
      if (answer.startsWith('-')) reject(new Error(`redis answered ${answer.slice(0, end)}`))
      else resolve(answer.slice(0, end))
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('redis closed the connection')))
  })
}
