import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Address } from '../config/config.ts'
import { AppError } from '../core/errors.ts'
import type { Closers } from './closers.ts'

/** Starts a listener and answers its base URL. @throws AppError that names a taken port and the setting that changes it */
export async function listen(
  server: FastifyInstance,
  { host, port }: Address,
  name: 'service' | 'management',
  closers: Closers,
): Promise<string> {
  closers.push(() => server.close())
  try {
    await server.listen({ host, port })
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : ''
    const setting = `listen.${name} (or TOCSIN_LISTEN_${name.toUpperCase()})`
    const why =
      code === 'EADDRINUSE'
        ? `port ${port} on ${host} is taken by another process: choose another with ${setting}`
        : `cannot listen on ${host}:${port}, see ${setting}`
    throw new AppError('STARTUP_FAILED', why, code === 'EADDRINUSE' ? {} : { cause })
  }
  const taken = server.server.address() as AddressInfo
  const shown = taken.family === 'IPv6' ? `[${taken.address}]` : taken.address
  return `http://${shown}:${taken.port}`
}
