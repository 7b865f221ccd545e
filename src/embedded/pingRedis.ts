import { connect } from 'node:net'

/** Whether a Redis server answers PING on a unix socket within `timeoutMs`. False while it still loads its data. */
export function pingRedis(socketPath: string, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath)
    const answer = (alive: boolean): void => {
      socket.destroy()
      resolve(alive)
    }
    socket.setTimeout(timeoutMs, () => answer(false))
    socket.once('connect', () => socket.write('PING\r\n'))
    socket.once('data', (bytes) => answer(bytes.toString('latin1').startsWith('+PONG')))
    socket.once('error', () => answer(false))
    socket.once('close', () => answer(false))
  })
}
