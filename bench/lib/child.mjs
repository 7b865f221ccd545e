import { fileURLToPath } from 'node:url'

const STARTS_WITHIN_MS = 20_000

/**
 * Starts a module of this folder that serves HTTP on a kernel-picked port (see `serveParent`). `call` asks it over its channel;
 * `onEvent` hears what it tells by itself.
 */
export async function startChild(scope, file, options) {
  const module = fileURLToPath(new URL(file, import.meta.url))
  const started = scope.fork(file, module, [JSON.stringify(options)])
  const { child } = started
  const waiting = new Map()
  let listener = null
  let asked = 0
  const port = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${file} did not start`)), STARTS_WITHIN_MS)
    child.once('exit', (code) => {
      clearTimeout(late)
      const error = new Error(`${file} ended with code ${code}`)
      reject(error)
      for (const call of waiting.values()) call.reject(error)
    })
    child.on('message', (message) => {
      if (message.event !== undefined) return listener?.(message.event)
      if (message.port === undefined) return settle(waiting, message)
      clearTimeout(late)
      resolve(message.port)
    })
  })
  return {
    url: `http://127.0.0.1:${port}`,
    pid: started.pid,
    onEvent: (listen) => void (listener = listen),
    call(method, value) {
      const id = ++asked
      return new Promise((resolve, reject) => {
        if (!child.connected) return reject(new Error(`${file} is gone`))
        waiting.set(id, { resolve, reject })
        child.send({ id, method, value })
      })
    },
  }
}

function settle(waiting, { id, answer }) {
  waiting.get(id)?.resolve(answer)
  waiting.delete(id)
}

/** The child's side: listens, tells the port, answers calls with `methods`, and ends with its parent. */
export function serveParent(server, methods) {
  process.on('message', ({ id, method, value }) => {
    process.send({ id, answer: methods[method](value) ?? null })
  })
  process.on('disconnect', () => process.exit(0))
  // Ctrl-C reaches us too; the parent decides when we end.
  process.on('SIGINT', () => {})
  server.keepAliveTimeout = 120_000
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () =>
    process.send({ port: server.address().port }),
  )
}
