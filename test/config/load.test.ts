import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { afterAll, describe, expect, it, test } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { loadConfig, printServiceConfigSchema, serviceConfigSchema } from '../../src/config/load.ts'
import { formatProblem } from '../../src/core/problem.ts'

const folder = mkdtempSync(join(tmpdir(), 'tocsin-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

const HASH = `sha256:${'aB'.repeat(32)}`

/** Loads a text as `tocsin.yml`; problems as text, with the folder left out. */
function load(
  text: string,
  env: Record<string, string> = {},
): { config: Config | null; problems: string[] } {
  const file = join(folder, 'tocsin.yml')
  writeFileSync(file, text)
  const { config, problems } = loadConfig({ file, env, cwd: '/elsewhere' })
  return { config, problems: problems.map((p) => formatProblem(p).replaceAll(`${folder}/`, '')) }
}

function good(text: string, env: Record<string, string> = {}): Config {
  const { config, problems } = load(text, env)
  expect(problems).toEqual([])
  if (config === null) throw new Error('no configuration')
  return config
}

describe('defaults', () => {
  test('without a file everything has a default, and paths start from the current folder', () => {
    const { config, problems } = loadConfig({ file: null, env: {}, cwd: '/srv' })
    expect(problems).toEqual([])
    expect(config).toMatchObject({
      file: null,
      dataDir: '/srv/.tocsin',
      redis: { url: null, connectTimeoutMs: 5_000, commandTimeoutMs: 5_000 },
      datasources: [],
      rules: [],
      evaluationIntervalMs: 60_000,
      outageToleranceMs: 3_600_000,
      notifications: null,
      listen: {
        service: { host: '127.0.0.1', port: 8093 },
        management: { host: '127.0.0.1', port: 8094 },
      },
      externalUrl: 'http://127.0.0.1:8093',
      auth: { disabled: false, tokens: [] },
      roles: ['evaluator', 'dispatcher', 'notifier', 'api'],
      network: { connectTimeoutMs: 5_000, requestTimeoutMs: 15_000, maxConnectionAgeMs: 300_000 },
      delivery: { retryMinMs: 1_000, retryMaxMs: 64_000, deadlineMs: 86_400_000 },
    })
  })

  it.each([
    ['an empty file', ''],
    ['a file of comments', '# nothing\n'],
    ['keys without values', 'redis:\nrules:\nnetwork:\n'],
  ])('%s means the defaults', (_name, text) => {
    expect(good(text).evaluationIntervalMs).toBe(60_000)
  })

  test('the result cannot be changed at any depth', () => {
    const config = good('datasources: [{url: "http://a"}]')
    expect(Object.isFrozen(config) && Object.isFrozen(config.network)).toBe(true)
    expect(Object.isFrozen(config.datasources[0]?.headers)).toBe(true)
  })
})

describe('meaning', () => {
  test('relative paths start from the folder of the file', () => {
    const config = good(
      'data_dir: d\nrules: [r/*.yml, /abs/x.yml]\nnotifications: ../am.yml\ndatasources: [{url: "http://a"}]',
    )
    expect(config.dataDir).toBe(join(folder, 'd'))
    expect(config.rules).toEqual([join(folder, 'r/*.yml'), '/abs/x.yml'])
    expect(config.notifications).toBe(join(folder, '../am.yml'))
  })

  test('texts keep what was written, as in files read by Go', () => {
    const config = good('external_labels: {version: 1.10, on: yes, empty: ""}')
    expect(config.externalLabels).toEqual({ version: '1.10', on: 'yes', empty: '' })
  })

  it.each([
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['localhost:80', { host: 'localhost', port: 80 }],
    ['"[::1]:9"', { host: '::1', port: 9 }],
  ])('listens on %s', (text, address) => {
    expect(good(`listen: {service: ${text}}`).listen.service).toEqual(address)
  })

  test('a service on all addresses is reached by the name of the machine', () => {
    const config = good('listen: {service: ":80"}\nauth: disabled')
    expect(config.listen.service).toEqual({ host: '0.0.0.0', port: 80 })
    expect(config.externalUrl).toBe(`http://${hostname()}:80`)
  })

  test('URLs lose their trailing slashes', () => {
    const config = good('external_url: https://a/b//\ndatasources: [{url: "http://p:9/x/"}]')
    expect([config.externalUrl, config.datasources[0]?.url]).toEqual([
      'https://a/b',
      'http://p:9/x',
    ])
  })

  test('secrets stay where they are, token hashes are lower-cased', () => {
    const config = good(`
datasources:
  - { url: "http://a", basic_auth: { username: u, password_file: pw } }
  - { name: b, url: "http://b", bearer_token: t }
auth: { tokens: [{ name: alice, role: admin, hash: "${HASH}" }] }`)
    expect(config.datasources[0]?.basicAuth).toEqual({
      username: 'u',
      password: { file: join(folder, 'pw') },
    })
    expect(config.datasources[1]?.bearerToken).toEqual({ text: 't' })
    expect(config.auth.tokens).toEqual([{ name: 'alice', role: 'admin', sha256: 'ab'.repeat(32) }])
  })

  test('a file written as JSON, with free ports, is read like any other', () => {
    const config = good(
      JSON.stringify({
        redis: { url: 'redis://127.0.0.1:6380' },
        data_dir: '/bench/data',
        datasources: [{ name: 'default', type: 'prometheus', url: 'http://127.0.0.1:9' }],
        rules: [],
        notifications: '/bench/alertmanager.yml',
        listen: { service: '127.0.0.1:8100', management: '127.0.0.1:0' },
      }),
    )
    expect(config.listen.management).toEqual({ host: '127.0.0.1', port: 0 })
    expect(config.notifications).toBe('/bench/alertmanager.yml')
  })

  test('the Redis URL can lie in a file', () => {
    writeFileSync(join(folder, 'url'), 'redis://:pw@host:6379\n')
    expect(good('redis: {url_file: url}').redis.url).toBe('redis://:pw@host:6379')
  })
})

describe('problems', () => {
  it.each([
    [
      'an unknown key names the nearest',
      'evaluation_intervall: 1m',
      '1:1: unknown key "evaluation_intervall", did you mean "evaluation_interval"?',
    ],
    [
      'an unknown key below names its place',
      'redis:\n  ulr: x',
      '2:3: unknown key "ulr" in redis, did you mean "url"?',
    ],
    [
      'an unknown key far from all lists them',
      'listen: {grpc: x}',
      '1:10: unknown key "grpc" in listen, known are service, management',
    ],
    [
      '__proto__ is an unknown key',
      'listen: {__proto__: {}}',
      '1:10: unknown key "__proto__" in listen, known are service, management',
    ],
    [
      'a number is no duration',
      'evaluation_interval: 30',
      '1:22: evaluation_interval is wrong: "30" is not a duration: write whole numbers with units from large to small, such as 30s, 5m or 1h30m',
    ],
    ['a wait cannot be 0', 'watch_interval: 0', '1:17: watch_interval must be longer than 0'],
    [
      'a wait cannot be longer than a timer',
      'network: {connect_timeout: 4w}',
      '1:28: network.connect_timeout must not be longer than 24d',
    ],
    [
      'an address needs a port',
      'listen: {service: localhost}',
      '1:19: listen.service must be host:port such as 127.0.0.1:8093 or [::1]:8093, not "localhost"',
    ],
    [
      'a port ends at 65535',
      'listen: {service: "127.0.0.1:65536"}',
      '1:19: listen.service: ports go from 0 to 65535',
    ],
    [
      'both servers need their own address',
      'listen: {management: "127.0.0.1:8093"}',
      '1:22: listen.management must differ from listen.service: it is a listener of its own',
    ],
    [
      'a datasource needs a URL',
      'datasources: [{name: a}]',
      '1:15: datasources[0] needs the key "url"',
    ],
    [
      'a datasource URL is http',
      'datasources: [{url: "ftp://a"}]',
      '1:21: datasources[0].url must be a URL that begins with http:// or https:// and names a host',
    ],
    [
      'credentials do not belong into URLs',
      'datasources: [{url: "http://u:p@a"}]',
      '1:21: datasources[0].url holds credentials, which would show up in logs: use basic_auth',
    ],
    [
      'two datasources of one name',
      'datasources: [{url: "http://a"}, {url: "http://b"}]',
      '1:34: there are two datasources named "default": give each its own name',
    ],
    [
      'two ways to authenticate',
      'datasources: [{url: "http://a", bearer_token: t, basic_auth: {username: u}}]',
      '1:62: datasources[0] has both basic_auth and a bearer token: keep one of them',
    ],
    [
      'rules need a datasource',
      'rules: [a.yml]',
      '1:8: rules need a datasource to be evaluated against: add `datasources: [{url: http://127.0.0.1:9090}]`',
    ],
    [
      'a list where a mapping belongs',
      'network: []',
      '1:10: network must be a mapping, not a list',
    ],
    ['a text where a list belongs', 'rules: a.yml', '1:8: rules must be a list, not "a.yml"'],
    [
      'a fraction where a count belongs',
      'delivery: {concurrency: 1.5}',
      '1:25: delivery.concurrency must be a whole number, not 1.5',
    ],
    [
      'a count below its limit',
      'delivery: {concurrency: 0}',
      '1:25: delivery.concurrency must be >= 1, not 0',
    ],
    [
      'an unknown role',
      'roles: [evaluator, sender]',
      '1:20: roles[1] must be one of evaluator, dispatcher, notifier, api, not "sender"',
    ],
    ['no role at all', 'roles: []', '1:8: roles must have at least one item'],
    ['auth is a list or the word disabled', 'auth: off', '1:7: auth must be disabled, not "off"'],
    [
      'a token without a role',
      `auth: {tokens: [{name: a, hash: "${HASH}"}]}`,
      '1:17: auth.tokens[0] needs the key "role"',
    ],
    [
      'a hash of the wrong form',
      'auth: {tokens: [{name: a, role: viewer, hash: "sha256:12"}]}',
      '1:47: auth.tokens[0].hash must be sha256: and 64 hexadecimal digits, as `tocsin token create` prints it',
    ],
    [
      'waits in the wrong order',
      'delivery: {retry_min: 5m}',
      '1:23: delivery.retry_min must not be longer than delivery.retry_max',
    ],
    [
      'a Redis URL of another kind',
      'redis: {url: "http://a"}',
      '1:14: redis.url must be a URL that begins with redis://, rediss:// or unix://',
    ],
    [
      'a Redis URL twice',
      'redis: {url: "redis://a", url_file: url}',
      '1:37: redis has both url and url_file: keep one of them',
    ],
    [
      'a certificate without its key',
      'datasources: [{url: "http://a", tls: {cert_file: /dev/null}}]',
      '1:38: datasources[0].tls needs cert_file and key_file together',
    ],
    ['the whole file is a list', '[]', '1:1: the file must be a mapping, not a list'],
  ])('%s', (_name, text, problem) => {
    expect(load(text)).toEqual({ config: null, problems: [`tocsin.yml:${problem}`] })
  })

  test('all problems are told, in the order of the file', () => {
    const { problems } = load('redis: {ulr: 1}\nroles: [x]\nnetwork: {connect_timeout: 1x}\n')
    expect(problems.map((p) => p.split(' ')[0])).toEqual([
      'tocsin.yml:1:9:',
      'tocsin.yml:2:9:',
      'tocsin.yml:3:28:',
    ])
  })

  test('broken YAML is told with its place', () => {
    expect(load('redis: {').problems[0]).toMatch(/^tocsin\.yml:1:\d+: /)
  })

  test('a file that is not there is a problem', () => {
    const { problems } = loadConfig({ file: 'nope.yml', env: {}, cwd: folder })
    expect(problems[0]?.message).toContain('cannot be read: ENOENT')
  })

  it.each([
    '0.0.0.0:80',
    ':80',
    '10.0.0.1:80',
    '"[::]:80"',
    'example.org:80',
    '127.example.org:80',
  ])('without tokens %s may not be listened on', (address) => {
    const text = `listen: {service: "${address.replaceAll('"', '')}"}`
    expect(load(text).problems.join()).toContain('write `auth: disabled`, or listen on 127.0.0.1')
    expect(load(`${text}\nauth: disabled`).problems).toEqual([])
    const tokens = `auth: {tokens: [{name: a, role: viewer, hash: "${HASH}"}]}`
    expect(load(`${text}\n${tokens}`).problems).toEqual([])
  })
})

describe('environment', () => {
  test('any key can be set, and wins over the file', () => {
    const config = good('redis: {url: redis://file}\nnetwork: {request_timeout: 1s}', {
      TOCSIN_REDIS_URL: 'redis://env',
      TOCSIN_NETWORK_REQUEST_TIMEOUT: '7s',
      TOCSIN_LISTEN_SERVICE: '127.0.0.1:1',
      TOCSIN_DELIVERY_CONCURRENCY: '3',
      TOCSIN_RULES: 'a.yml, b/*.yml',
      TOCSIN_ROLES: 'api',
      TOCSIN_DATASOURCES_0_URL: 'http://p:9090',
      TOCSIN_DATASOURCES_0_TLS_INSECURE_SKIP_VERIFY: 'true',
      TOCSIN_EXTERNAL_LABELS: '{cluster: 01}',
      TOCSIN_NOTIFICATIONS: '',
    })
    expect(config).toMatchObject({
      redis: { url: 'redis://env' },
      network: { requestTimeoutMs: 7_000 },
      listen: { service: { port: 1 } },
      delivery: { concurrency: 3 },
      rules: [join(folder, 'a.yml'), join(folder, 'b/*.yml')],
      roles: ['api'],
      datasources: [{ name: 'default', url: 'http://p:9090', tls: { insecureSkipVerify: true } }],
      externalLabels: { cluster: '01' },
      notifications: null,
    })
  })

  test('a whole list is set before its items', () => {
    const config = good('', {
      TOCSIN_DATASOURCES_1_TIMEOUT: '3s',
      TOCSIN_DATASOURCES: '[{name: a, url: http://a}, {name: b, url: http://b}]',
    })
    expect(config.datasources.map((d) => d.timeoutMs)).toEqual([30_000, 3_000])
  })

  test('auth can be switched, and tokens given', () => {
    expect(good('', { TOCSIN_AUTH: 'disabled' }).auth.disabled).toBe(true)
    const tokens = `[{name: a, role: viewer, hash: "${HASH}"}]`
    expect(good('auth: disabled', { TOCSIN_AUTH_TOKENS: tokens }).auth.tokens).toHaveLength(1)
  })

  it.each([
    [
      'a bad duration',
      { TOCSIN_NETWORK_REQUEST_TIMEOUT: '5x' },
      'TOCSIN_NETWORK_REQUEST_TIMEOUT: network.request_timeout is wrong: "5x" is not a duration: write whole numbers with units from large to small, such as 30s, 5m or 1h30m',
    ],
    [
      'a bad count',
      { TOCSIN_DELIVERY_CONCURRENCY: 'many' },
      'TOCSIN_DELIVERY_CONCURRENCY: delivery.concurrency must be a whole number, not "many"',
    ],
    [
      'an exposed address',
      { TOCSIN_LISTEN_SERVICE: '10.0.0.1:1' },
      'TOCSIN_LISTEN_SERVICE: listen.service: without tokens anybody who reaches 10.0.0.1 could silence your alerts: add `auth: {tokens: [...]}` (`tocsin token create` prints the line), or write `auth: disabled`, or listen on 127.0.0.1',
    ],
    [
      'a gap in a list',
      { TOCSIN_DATASOURCES_1_URL: 'http://a' },
      'TOCSIN_DATASOURCES_1_URL leaves a gap: datasources has 0 items, number them from 0 without gaps',
    ],
    [
      'YAML that is none',
      { TOCSIN_EXTERNAL_LABELS: '{a: ' },
      expect.stringMatching(
        /^environment:1:1: TOCSIN_EXTERNAL_LABELS is not valid YAML: /,
      ) as unknown as string,
    ],
  ])('%s names its variable', (_name, env, problem) => {
    const want = typeof problem === 'string' ? `environment:1:1: ${problem}` : problem
    expect(load('', env)).toEqual({ config: null, problems: [want] })
  })

  test('what is nearly one of ours is a warning, what is not is left alone', () => {
    const { config, problems } = load('', {
      TOCSIN_REDIS_ULR: 'x',
      TOCSIN_PORT: 'tcp://10.0.0.1:8093',
      TOCSIN_SERVICE_HOST: '10.0.0.1',
      TOCSIN_LOG_LEVEL: 'debug',
      TOCSIN_DEMO_CYCLE: '1s,1s,1s',
    })
    expect(config).not.toBeNull()
    expect(problems).toEqual([
      'environment:1:1: warning: TOCSIN_REDIS_ULR is not a known variable and has no effect, did you mean TOCSIN_REDIS_URL?',
    ])
  })
})

describe('the published schema', () => {
  const validate = new Ajv({ strict: true }).compile(serviceConfigSchema)

  test('accepts what has defaults left out, and refuses unknown keys', () => {
    expect(validate({})).toBe(true)
    expect(validate({ datasources: [{ url: 'http://a' }], auth: 'disabled' })).toBe(true)
    expect(validate({ auth: { tokens: [] }, network: { connect_timeout: '1s' } })).toBe(true)
    expect(validate({ reddis: {} })).toBe(false)
    expect(validate({ datasources: [{}] })).toBe(false)
  })

  test('every key has a description, and the text is the schema', () => {
    const undescribed: string[] = []
    const visit = (schema: Record<string, unknown>, path: string): void => {
      const own = (schema['else'] ?? schema) as Record<string, unknown>
      for (const [key, member] of Object.entries(
        (own['properties'] ?? {}) as Record<string, Record<string, unknown>>,
      )) {
        const isGroup = member['properties'] !== undefined
        if (typeof member['description'] !== 'string' && !isGroup)
          undescribed.push(`${path}.${key}`)
        visit(member, `${path}.${key}`)
        if (typeof member['items'] === 'object')
          visit(member['items'] as Record<string, unknown>, `${path}.${key}[]`)
      }
    }
    visit(serviceConfigSchema, '')
    expect(undescribed).toEqual([])
    expect(JSON.parse(printServiceConfigSchema())).toEqual(serviceConfigSchema)
  })
})
