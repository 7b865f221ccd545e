import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { AppError } from '../core/errors.ts'

/**
 * The port itself when it is free on `host`, or any free one for 0.
 * @throws AppError naming the port, what wanted it, and `remedy` when it is taken.
 */
export async function claimPort(
  host: string,
  port: number,
  purpose: string,
  remedy: string,
): Promise<number> {
  const probe = createServer()
  try {
    probe.listen(port, host)
    await once(probe, 'listening')
    return (probe.address() as AddressInfo).port
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    const why = code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used (${code})`
    const message = `port ${port} on ${host}, wanted for the ${purpose}, ${why}: choose another with ${remedy}`
    throw new AppError('STARTUP_FAILED', message)
  } finally {
    if (probe.listening) {
      probe.close()
      await once(probe, 'close')
    }
  }
}
