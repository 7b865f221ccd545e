import type { Agent } from 'undici'
import type { DatasourceConfig, NetworkConfig } from '../config/config.ts'
import { createHttpAgent } from '../network/httpAgent.ts'
import { DatasourceError } from './datasourceError.ts'
import { createDeadlines } from './deadlines.ts'
import { type Answer, ConnectionDropped, Exchange } from './exchange.ts'
import { listenToAbort } from './sharedAbort.ts'

export type DispatchOptions = Parameters<Agent['dispatch']>[0]

/** Sends requests over a bounded pool of connections, each with a deadline that includes its body. */
export interface Transport {
  /** @throws DatasourceError when late, too large or aborted; the errors of undici otherwise */
  send(options: DispatchOptions, signal: AbortSignal): Promise<Answer>
  close(): Promise<void>
}

/** A kept connection that turns out to be dropped is replaced, and the request sent once more; nothing else is retried. */
export function createTransport(config: DatasourceConfig, network: NetworkConfig): Transport {
  const { tls, maxConnections, timeoutMs, maxResponseBytes } = config
  const agent = createHttpAgent(network, { tls, maxConnections, timeoutMs })
  // The pool's other kept connections are probably broken too, so the second try gets a new one.
  const freshAgent = createHttpAgent(network, { tls, maxConnections, timeoutMs })
  const late = `did not answer within ${timeoutMs / 1000} s`
  const deadlines = createDeadlines<Exchange>(timeoutMs, (exchange) =>
    exchange.abort(new DatasourceError(late)),
  )

  const once = (via: Agent, options: DispatchOptions, signal: AbortSignal): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const exchange = new Exchange(maxResponseBytes, (ended, error, answer) => {
        deadlines.delete(ended)
        stopListening()
        if (answer === null) reject(error)
        else resolve(answer)
      })
      const stopListening = listenToAbort(signal, () =>
        exchange.abort(new DatasourceError('was not asked any longer: the evaluation was stopped')),
      )
      deadlines.add(exchange)
      via.dispatch(options, exchange)
    })

  return {
    send: async (options, signal) => {
      try {
        return await once(agent, options, signal)
      } catch (error) {
        if (!(error instanceof ConnectionDropped) || signal.aborted) throw error
        return once(freshAgent, { ...options, reset: true }, signal)
      }
    },
    close: async () => {
      deadlines.stop()
      await Promise.all([agent.destroy(), freshAgent.destroy()])
    },
  }
}
