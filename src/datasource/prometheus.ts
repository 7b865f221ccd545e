import type { Agent } from 'undici'
import type { DatasourceConfig, NetworkConfig } from '../config/config.ts'
import { createHttpAgent } from '../network/httpAgent.ts'
import { authorizationOf } from './authorization.ts'
import { DatasourceError } from './datasourceError.ts'
import { createDeadlines } from './deadlines.ts'
import { type Answer, ConnectionDropped, Exchange } from './exchange.ts'
import { failureText, statusText } from './failureText.ts'
import type { Querier } from './querier.ts'
import { listenToAbort } from './sharedAbort.ts'

/** Longer expressions go by POST: servers and proxies limit the length of a request line. */
const GET_EXPRESSION_CHARACTERS = 1_500
const OUR_HEADERS = {
  accept: 'application/json',
  'accept-encoding': 'identity',
  'user-agent': 'tocsin',
}

/**
 * Asks a Prometheus-compatible server over a bounded pool of connections. Redirects are not followed. A connection
 * that the server had dropped in the meantime is replaced and the query asked once more; nothing else is retried.
 */
export function createPrometheusQuerier(config: DatasourceConfig, network: NetworkConfig): Querier {
  const url = new URL(config.url)
  const agent = createHttpAgent(network, {
    tls: config.tls,
    maxConnections: config.maxConnections,
    timeoutMs: config.timeoutMs,
  })
  const late = new DatasourceError(`did not answer within ${config.timeoutMs / 1000} s`)
  const deadlines = createDeadlines<Exchange>(config.timeoutMs, (exchange) => exchange.abort(late))
  const request = createRequest(config, url)

  const once = (query: string, at: number, signal: AbortSignal): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const options = request(query, at)
      const exchange = new Exchange(config.maxResponseBytes, (ended, error, answer) => {
        deadlines.delete(ended)
        stopListening()
        if (answer === null) reject(error)
        else resolve(answer)
      })
      const stopListening = listenToAbort(signal, () =>
        exchange.abort(new DatasourceError('was not asked any longer: the evaluation was stopped')),
      )
      deadlines.add(exchange)
      agent.dispatch(options, exchange)
    })

  const ask = async (query: string, at: number, signal: AbortSignal): Promise<Answer> => {
    try {
      return await once(query, at, signal)
    } catch (error) {
      if (!(error instanceof ConnectionDropped) || signal.aborted) throw error
      return once(query, at, signal)
    }
  }

  const name = `datasource ${config.name} (${url.origin}${url.pathname.replace(/\/$/, '')})`
  return {
    name: config.name,
    query: async (query, at, signal) => {
      let answer: Answer
      try {
        signal.throwIfAborted()
        answer = await ask(query, at, signal)
      } catch (error) {
        throw new DatasourceError(`${name} ${failureText(error)}`, { cause: error })
      }
      if (answer.status === 200) return answer.body
      throw new DatasourceError(`${name} ${statusText(answer)}`)
    },
    close: async () => {
      deadlines.stop()
      await agent.destroy()
    },
  }
}

type DispatchOptions = Parameters<Agent['dispatch']>[0]

/** Makes the request of an instant query: all that is the same for each query is made once. */
function createRequest(
  config: DatasourceConfig,
  url: URL,
): (query: string, at: number) => DispatchOptions {
  const path = `${url.pathname.replace(/\/$/, '')}/api/v1/query`
  const authorization = authorizationOf(config, url)
  const fixed = [
    ...Object.entries(config.headers).flat(),
    ...Object.entries(OUR_HEADERS).flat(),
  ]
  // Thanos answers partially unless told not to, and says so only in a warning. The other servers ignore it.
  const rest = `&timeout=${config.timeoutMs / 1000}s&partial_response=false`
  return (query, at) => {
    const form = `query=${encodeURIComponent(query)}&time=${at / 1000}${rest}`
    const auth = authorization()
    const headers = auth === null ? fixed : [...fixed, 'authorization', auth]
    if (query.length <= GET_EXPRESSION_CHARACTERS) {
      return { origin: url.origin, path: `${path}?${form}`, method: 'GET', headers }
    }
    const type = ['content-type', 'application/x-www-form-urlencoded']
    return {
      origin: url.origin,
      path,
      method: 'POST',
      body: form,
      // A query changes nothing, so it may be written to a connection that turns out to be closed.
      idempotent: true,
      headers: [...headers, ...type],
    }
  }
}
