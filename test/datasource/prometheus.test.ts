import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, test } from 'vitest'
import type { DatasourceConfig, NetworkConfig } from '../../src/config/config.ts'
import { DatasourceError } from '../../src/datasource/datasourceError.ts'
import { createPrometheusQuerier } from '../../src/datasource/prometheus.ts'
import type { Querier } from '../../src/datasource/querier.ts'

const NETWORK: NetworkConfig = {
  connectTimeoutMs: 2_000,
  requestTimeoutMs: 5_000,
  maxConnectionsPerHost: 4,
  maxConnectionAgeMs: 60_000,
  keepAliveTimeoutMs: 30_000,
  maxServerConnections: 10,
  serverRequestTimeoutMs: 1_000,
  reconnectMinMs: 100,
  reconnectMaxMs: 1_000,
}
const EMPTY = '{"status":"success","data":{"resultType":"vector","result":[]}}'
const never = new AbortController().signal
const closers: Array<() => Promise<unknown>> = []

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

function querierOf(url: string, change: Partial<DatasourceConfig> = {}): Querier {
  const querier = createPrometheusQuerier(
    {
      name: 'main',
      type: 'prometheus',
      url,
      basicAuth: null,
      bearerToken: null,
      headers: {},
      tls: null,
      timeoutMs: 5_000,
      maxConnections: 4,
      maxResponseBytes: 1_000_000,
      ...change,
    },
    NETWORK,
  )
  closers.push(() => querier.close())
  return querier
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void

async function serve(handler: Handler): Promise<string> {
  const server: Server = createServer(handler)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(async () => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  return body
}

async function failure(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(DatasourceError)
  return (error as Error).message
}

describe('the request', () => {
  test('a short expression goes by GET, with its time in seconds', async () => {
    let seen: IncomingMessage | null = null
    const url = await serve((request, response) => {
      seen = request
      response.end(EMPTY)
    })
    const body = await querierOf(`${url}/prom`, { headers: { 'X-Scope-OrgID': 'team' } }).query(
      'up{a="ü&+"} == 0',
      1_717_000_000_123,
      never,
    )
    expect(body.toString()).toBe(EMPTY)
    const { method, url: path, headers } = seen as unknown as IncomingMessage
    const address = new URL(String(path), 'http://x')
    expect(method).toBe('GET')
    expect(address.pathname).toBe('/prom/api/v1/query')
    expect(address.searchParams.get('query')).toBe('up{a="ü&+"} == 0')
    expect(address.searchParams.get('time')).toBe('1717000000.123')
    expect(address.searchParams.get('timeout')).toBe('5s')
    expect(headers['x-scope-orgid']).toBe('team')
    expect(headers['accept-encoding']).toBe('identity')
    expect(headers.authorization).toBeUndefined()
  })

  test('a long expression goes by POST', async () => {
    const expr = `up{${Array.from({ length: 500 }, (_, i) => `l${i}!="x"`).join(',')}}`
    const url = await serve((request, response) => {
      void bodyOf(request).then((form) => {
        const isRight = request.method === 'POST' && new URLSearchParams(form).get('query') === expr
        return response.writeHead(isRight ? 200 : 500).end(EMPTY)
      })
    })
    expect((await querierOf(url).query(expr, 0, never)).toString()).toBe(EMPTY)
  })

  test.each([
    [
      'basic auth',
      { basicAuth: { username: 'me', password: { text: 'pä:ss' } } },
      `Basic ${Buffer.from('me:pä:ss').toString('base64')}`,
    ],
    ['a bearer token', { bearerToken: { text: 'tok' } }, 'Bearer tok'],
  ])('%s', async (_name, change, want) => {
    const url = await serve((request, response) => {
      response.writeHead(request.headers.authorization === want ? 200 : 401).end(EMPTY)
    })
    await querierOf(url, change).query('up', 0, never)
  })

  test('user and password in the url count as basic auth and never show up in errors', async () => {
    let authorization = ''
    const url = await serve((request, response) => {
      authorization = String(request.headers.authorization)
      response.writeHead(500).end('no')
    })
    const querier = querierOf(url.replace('//', '//me:hunter2@'))
    const message = await failure(querier.query('up', 0, never))
    expect(authorization).toBe(`Basic ${Buffer.from('me:hunter2').toString('base64')}`)
    expect(message).toBe(`datasource main (${url}) answered 500 Internal Server Error: no`)
  })

  test('a secret file that cannot be read is an error, and one that appears is used', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tocsin-secret-'))
    closers.push(() => Promise.resolve(rmSync(folder, { recursive: true })))
    const url = await serve((request, response) => {
      response.writeHead(request.headers.authorization === 'Bearer fresh' ? 200 : 401).end(EMPTY)
    })
    const file = join(folder, 'token')
    const querier = querierOf(url, { bearerToken: { file } })
    expect(await failure(querier.query('up', 0, never))).toContain('its secret cannot be read')
    writeFileSync(file, 'fresh\n')
    await querier.query('up', 0, never)
  })
})

describe('the answer', () => {
  it.each([
    [
      'an error of Prometheus is shown with its type',
      (_: IncomingMessage, r: ServerResponse) =>
        r
          .writeHead(422)
          .end('{"status":"error","errorType":"execution","error":"many-to-many matching"}'),
      'answered 422 Unprocessable Entity: execution: many-to-many matching',
    ],
    [
      'a proxy’s error page is shown as its first words',
      (_: IncomingMessage, r: ServerResponse) =>
        r.writeHead(502).end('<html><body><h1>502 Bad Gateway</h1>nginx</body></html>'),
      'answered 502 Bad Gateway with HTML (502 Bad Gateway nginx)',
    ],
    [
      'an empty error',
      (_: IncomingMessage, r: ServerResponse) => r.writeHead(503).end(),
      'answered 503 Service Unavailable',
    ],
    [
      'a redirect is not followed',
      (_: IncomingMessage, r: ServerResponse) => r.writeHead(302, { location: '/elsewhere' }).end(),
      'redirects are not followed',
    ],
    [
      'an encoded answer',
      (_: IncomingMessage, r: ServerResponse) =>
        r.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
      'content-encoding gzip, which was not asked for',
    ],
    [
      'an answer whose length is over the limit',
      (_: IncomingMessage, r: ServerResponse) => r.end(Buffer.alloc(1_000_001)),
      'answered more than 1000000 bytes',
    ],
    [
      'an endless answer',
      (_: IncomingMessage, r: ServerResponse) => {
        const more = (): void => {
          while (r.write(Buffer.alloc(65_536)));
        }
        r.on('drain', more)
        more()
      },
      'answered more than 1000000 bytes',
    ],
    [
      'an answer that breaks off',
      (_: IncomingMessage, r: ServerResponse) => {
        r.writeHead(200, { 'content-length': 100 })
        r.write('{"status":"succ', () => r.destroy())
      },
      'could not be asked',
    ],
  ] as Array<[string, Handler, string]>)('%s', async (_name, handler, message) => {
    const url = await serve(handler)
    const querier = querierOf(url)
    const text = await failure(querier.query('up', 0, never))
    expect(text).toContain(message)
    expect(text).toContain(`datasource main (${url}) `)
  })

  it.each([
    ['a server that never answers', (_: IncomingMessage, _r: ServerResponse) => {}],
    [
      'a server that sends a byte now and then',
      (_: IncomingMessage, r: ServerResponse) => {
        r.writeHead(200)
        const timer = setInterval(() => r.write(' '), 20)
        r.on('close', () => clearInterval(timer))
      },
    ],
  ] as Array<[string, Handler]>)('%s is given up at the deadline', async (_name, handler) => {
    const url = await serve(handler)
    const started = performance.now()
    const text = await failure(querierOf(url, { timeoutMs: 200 }).query('up', 0, never))
    expect(text).toContain('did not answer within 0.2 s')
    expect(performance.now() - started).toBeLessThan(1_000)
  })

  test('queries that wait for a connection have the same deadline, and are not sent afterwards', async () => {
    let requests = 0
    const url = await serve(() => requests++)
    const querier = querierOf(url, { timeoutMs: 150, maxConnections: 2 })
    const all = Array.from({ length: 6 }, () => failure(querier.query('up', 0, never)))
    for (const text of await Promise.all(all)) expect(text).toContain('did not answer within')
    expect(requests).toBeLessThanOrEqual(4)
  })

  test('nobody listens', async () => {
    const text = await failure(querierOf('http://127.0.0.1:1').query('up', 0, never))
    expect(text).toContain('refused the connection')
  })

  test('an aborted query ends at once', async () => {
    const url = await serve(() => {})
    const stop = new AbortController()
    const query = failure(querierOf(url).query('up', 0, stop.signal))
    setTimeout(() => stop.abort(), 20)
    expect(await query).toContain('the evaluation was stopped')
  })
})

describe('dropped connections', () => {
  const reply = `HTTP/1.1 200 OK\r\ncontent-length: ${EMPTY.length}\r\n\r\n${EMPTY}`

  /** Answers the first `good` requests of each connection, and drops the connection at the next one. */
  async function dropper(good: number): Promise<{ url: string; requests: () => number }> {
    let requests = 0
    const sockets = new Set<Socket>()
    const server = createTcpServer((socket) => {
      let served = 0
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('data', () => {
        requests++
        if (served++ < good) socket.write(reply)
        else socket.destroy()
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    closers.push(async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((done) => server.close(done))
    })
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      requests: () => requests,
    }
  }

  test('a kept connection that breaks is replaced and the query asked again', async () => {
    const { url } = await dropper(1)
    const querier = querierOf(url)
    for (let i = 0; i < 5; i++) {
      expect((await querier.query('up', 0, never)).toString()).toBe(EMPTY)
    }
  })

  test('a server that drops every connection is asked twice, not for ever', async () => {
    const { url, requests } = await dropper(0)
    expect(await failure(querierOf(url).query('up', 0, never))).toContain('could not be asked')
    expect(requests()).toBe(2)
  })

  test('an error answer is not asked again', async () => {
    let requests = 0
    const url = await serve((_, response) => {
      requests++
      response.writeHead(503).end()
    })
    await failure(querierOf(url).query('up', 0, never))
    expect(requests).toBe(1)
  })
})
