import type { DatasourceConfig, NetworkConfig } from '../config/config.ts'
import { authorizationOf } from './authorization.ts'
import { DatasourceError } from './datasourceError.ts'
import type { Answer } from './exchange.ts'
import { failureText, statusText } from './failureText.ts'
import type { Querier } from './querier.ts'
import { createTransport, type DispatchOptions } from './transport.ts'

/** Longer expressions go by POST: servers and proxies limit the length of a request line. */
const GET_EXPRESSION_CHARACTERS = 1_500
const OUR_HEADERS = {
  accept: 'application/json',
  'accept-encoding': 'identity',
  'user-agent': 'tocsin',
}

/** Asks a Prometheus-compatible server for instant vectors. Redirects are not followed, errors are not retried. */
export function createPrometheusQuerier(config: DatasourceConfig, network: NetworkConfig): Querier {
  const url = new URL(config.url)
  const transport = createTransport(config, network)
  const request = createRequest(config, url)
  const name = `datasource ${config.name} (${url.origin}${url.pathname.replace(/\/$/, '')})`
  return {
    name: config.name,
    query: async (query, at, signal) => {
      let answer: Answer
      try {
        signal.throwIfAborted()
        answer = await transport.send(request(query, at), signal)
      } catch (error) {
        throw new DatasourceError(`${name} ${failureText(error)}`, { cause: error })
      }
      if (answer.status === 200) return answer.body
      throw new DatasourceError(`${name} ${statusText(answer)}`)
    },
    close: () => transport.close(),
  }
}

/** Makes the request of an instant query: all that is the same for each query is made once. */
function createRequest(
  config: DatasourceConfig,
  url: URL,
): (query: string, at: number) => DispatchOptions {
  const path = `${url.pathname.replace(/\/$/, '')}/api/v1/query`
  const authorization = authorizationOf(config, url)
  const fixed = [...Object.entries(config.headers).flat(), ...Object.entries(OUR_HEADERS).flat()]
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
