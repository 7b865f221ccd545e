import { Type } from 'typebox'
import type { Static } from 'typebox'
import * as part from './schemaParts.ts'

const text = (description: string) => Type.String({ minLength: 1, description })

const tls = part.strictObject({
  ca_file: Type.Optional(text('PEM file with the authorities to trust instead of the system’s.')),
  cert_file: Type.Optional(text('PEM file with our client certificate; needs key_file.')),
  key_file: Type.Optional(text('PEM file with the key of cert_file.')),
  server_name: Type.Optional(text('Name to verify the certificate for, when not the URL’s host.')),
  insecure_skip_verify: Type.Boolean({
    default: false,
    description: 'Do not verify the server’s certificate. Only for tests.',
  }),
})

const datasource = part.strictObject({
  name: Type.String({ minLength: 1, default: 'default', description: 'Name in logs and metrics.' }),
  type: Type.Literal('prometheus', {
    default: 'prometheus',
    description: 'Anything that serves Prometheus’ query API.',
  }),
  url: Type.String({
    pattern: part.HTTP_URL_PATTERN,
    description: 'Base URL; `/api/v1/query` is appended. May have a path.',
    examples: ['http://127.0.0.1:9090'],
  }),
  basic_auth: Type.Optional(
    part.strictObject({
      username: text('User name.'),
      password: Type.Optional(Type.String({ description: 'Password. Prefer password_file.' })),
      password_file: Type.Optional(text('File with the password, read at every use.')),
    }),
  ),
  bearer_token: Type.Optional(text('Bearer token. Prefer bearer_token_file.')),
  bearer_token_file: Type.Optional(text('File with the bearer token, read at every use.')),
  headers: part.textMap('Headers sent with every query, such as X-Scope-OrgID.'),
  tls: Type.Optional(tls),
  timeout: part.duration('30s', 'A query that takes longer failed.'),
  max_connections: part.count(16, 'Connections kept to this datasource at most.', 10_000),
  max_response_bytes: part.count(
    268_435_456,
    'A larger answer is an error instead of an outage of memory.',
    2_000_000_000,
  ),
})

const token = part.strictObject({
  name: text('Who it is: appears in the history and as the owner of acknowledgements.'),
  role: Type.Enum(['viewer', 'responder', 'admin'], {
    description:
      'viewer reads; responder also acknowledges, silences and posts alerts; admin also reloads and replays.',
  }),
  hash: Type.String({
    pattern: part.HASH_PATTERN,
    description:
      'SHA-256 of the token, as `tocsin token create` prints it: sha256:<64 hex digits>.',
  }),
})

const network = part.section('Limits of every connection we open or accept.', {
  connect_timeout: part.duration('5s', 'To establish an outbound connection.'),
  request_timeout: part.duration('15s', 'One attempt to deliver, from connect to the answer.'),
  max_connections_per_host: part.count(16, 'Outbound connections to one host.', 10_000),
  max_connection_age: part.duration(
    '5m',
    'Older connections are replaced, so that DNS and load-balancer changes are noticed.',
  ),
  keep_alive_timeout: part.duration('30s', 'Idle connections are closed after this.'),
  max_server_connections: part.count(2_048, 'Connections each of our servers accepts at once.'),
  server_request_timeout: part.duration('30s', 'A client must have sent its request within this.'),
  reconnect_min: part.duration(
    '100ms',
    'First wait before connecting again; doubles, with jitter.',
  ),
  reconnect_max: part.duration('5s', 'Longest wait before connecting again.'),
})

const delivery = part.section('How notifications are sent and retried.', {
  concurrency: part.count(64, 'Sends running at once, for each kind of integration.', 10_000),
  retry_min: part.duration('1s', 'First wait before trying again; doubles, with jitter.'),
  retry_max: part.duration('64s', 'Longest of the doubling waits.'),
  retry_slow: part.duration('5m', 'Wait between attempts once the doubling ones are used up.'),
  deadline: part.duration('1d', 'A notification that could not be sent for this long is dead.'),
  retention: part.duration('5d', 'How long delivered and dead notifications stay readable.'),
})

const evaluator = part.section('How rules are evaluated.', {
  lease: part.duration(
    '15s',
    'Another node takes over the groups of one that was silent this long.',
  ),
  failure_alert_after: part.duration(
    '5m',
    'A rule or datasource that fails this long raises an alert.',
  ),
  refresh: part.duration('1m', 'Firing alerts with changed values are updated at most this often.'),
  threads: part.count(1, 'Threads that evaluate.', 64),
})

/** What a person writes into tocsin.yml. Field names, defaults and limits have their only home here. */
export const rawConfigSchema = part.strictObject({
  redis: part.section('Where state is kept.', {
    url: Type.Optional(
      Type.String({
        pattern: part.REDIS_URL_PATTERN,
        description: 'Redis or Valkey. Absent: a private server is started in data_dir.',
        examples: ['redis://127.0.0.1:6379/0'],
      }),
    ),
    url_file: Type.Optional(text('File with the URL, for URLs with a password. Read at start.')),
    connect_timeout: part.duration('5s', 'To establish a connection.'),
    command_timeout: part.duration('5s', 'A command without an answer for this long failed.'),
  }),
  data_dir: Type.String({
    minLength: 1,
    default: '.tocsin',
    description: 'Folder of the private Redis server.',
  }),
  datasources: Type.Array(datasource, {
    default: [],
    description: 'Servers that rules are evaluated against. Needed as soon as there are rules.',
  }),
  rules: Type.Array(text('A file or a pattern such as rules/**/*.yml.'), {
    default: [],
    description: 'Prometheus rule files.',
  }),
  evaluation_interval: part.duration('1m', 'Interval of rule groups that state none.'),
  outage_tolerance: part.duration(
    '1h',
    'After a longer pause of evaluation, pending alerts start their `for` anew.',
  ),
  watch_interval: part.duration(
    '5s',
    'How often rule and notification files are checked for changes.',
  ),
  notifications: Type.Optional(text('The alertmanager.yml. Absent: evaluate and show only.')),
  listen: part.section('Addresses as host:port; port 0 takes any free one.', {
    service: Type.String({
      pattern: part.ADDRESS_PATTERN,
      default: '127.0.0.1:8093',
      description: 'API and dashboard.',
    }),
    management: Type.String({
      pattern: part.ADDRESS_PATTERN,
      default: '127.0.0.1:8094',
      description: 'Health, reload and metrics; a listener of its own.',
    }),
  }),
  external_url: Type.Optional(
    Type.String({
      pattern: part.HTTP_URL_PATTERN,
      description: 'How people reach the service: links in messages. Default: the service address.',
    }),
  ),
  external_labels: part.textMap('Labels added to every alert of ours.'),
  auth: part.textOr(
    'disabled',
    part.strictObject({
      tokens: Type.Array(token, { description: 'Who may do what.' }),
    }),
    'Who may use the API: a list of tokens, or the word disabled. Without tokens only loopback addresses may be listened on.',
    { tokens: [] },
  ),
  roles: Type.Array(Type.Enum(['evaluator', 'dispatcher', 'notifier', 'api']), {
    default: ['evaluator', 'dispatcher', 'notifier', 'api'],
    minItems: 1,
    uniqueItems: true,
    description: 'What this process does.',
  }),
  network,
  delivery,
  evaluator,
})

/** A validated file with environment and defaults applied: still text, not yet meaning. */
export type RawConfig = Static<typeof rawConfigSchema>
export type RawDatasource = RawConfig['datasources'][number]
