import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'
import type { SMTPServerOptions } from 'smtp-server'
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from 'vitest'
import type { Fault } from '../../src/demo/inbox/faults.ts'
import { startInbox } from '../../src/demo/inbox/inbox.ts'
import type { Inbox } from '../../src/demo/inbox/inbox.ts'
import type { OpenNotifier } from '../../src/notifiers/registry.ts'
import {
  failureOf,
  NETWORK,
  NO_SIGNAL,
  NOW,
  openNotifier,
  outgoing,
  NOPE,
} from './support/harness.ts'

const closers: Array<() => Promise<unknown>> = []
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()))
})

const dir = mkdtempSync(join(tmpdir(), 'tocsin-mail-'))
afterAll(() => rmSync(dir, { recursive: true }))
beforeAll(() => {
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const out = ['-keyout', join(dir, 'key.pem'), '-out', join(dir, 'cert.pem')]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
  execFileSync('openssl', ['req', '-x509', '-nodes', '-days', '2', ...curve, ...subject, ...out], {
    stdio: 'ignore',
  })
})

async function openInbox(): Promise<Inbox> {
  const inbox = await startInbox({ host: '127.0.0.1', port: 0, smtpPort: 0, onMessage: () => {} })
  closers.push(() => inbox.close())
  return inbox
}

const mailItem = (port: number, more = 'to: a@b.example', tls = 'require_tls: false'): string =>
  `smarthost: localhost:${port}\nfrom: Tocsin <t@b.example>\n${more}\n${tls}`

function open(...args: Parameters<typeof openNotifier>): OpenNotifier {
  const notifier = openNotifier(...args)
  closers.push(() => notifier.close())
  return notifier
}

/** A mail server of the test's own making; resolves to its port. */
async function serveMail(options: SMTPServerOptions): Promise<number> {
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    closeTimeout: 100,
    ...options,
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => new Promise((resolve) => server.close(() => resolve(null))))
  return (server.server.address() as AddressInfo).port
}

const tlsFiles = () => ({
  key: readFileSync(join(dir, 'key.pem')),
  cert: readFileSync(join(dir, 'cert.pem')),
})

test('a mail arrives whole, and its receipt names it', async () => {
  const inbox = await openInbox()
  const more =
    'to: "A <a@b.example>, c@d.example"\nheaders: {X-Team: "é {{ .Status }}", Subject: "ä {{ len .Alerts }}"}\nhtml: <b>hé</b>'
  const receipt = await open('email', mailItem(inbox.smtpPort, more)).send(
    outgoing({ notice: 'sent late' }),
    NO_SIGNAL,
  )
  const [mail] = inbox.messages()
  expect(mail).toMatchObject({
    kind: 'email',
    headline: 'ä 1',
    from: 't@b.example',
    to: ['a@b.example', 'c@d.example'],
    messageId: receipt.providerId,
    headers: {
      'auto-submitted': 'auto-generated',
      to: 'A <a@b.example>, c@d.example',
      from: 'Tocsin <t@b.example>',
      date: new Date(NOW).toUTCString().replace('GMT', '+0000'),
    },
  })
  expect(mail?.['html']).toContain('<b>hé</b>')
  expect(mail?.['html']).toContain('sent late')
  expect(mail?.['text']).toContain('sent late')
  expect(receipt.answer).toBe('250 2.0.0 OK: queued in the inbox')
})

describe('a mail server that', () => {
  it.each<readonly [string, Fault, string, RegExp]>([
    [
      'asks to try later',
      { smtpCode: 451 },
      'unavailable',
      /answered: 451 .*as the test asked to DATA$/,
    ],
    ['refuses the message', { smtpCode: 550 }, 'rejected', /answered: 550 /],
    ['refuses the sender', { smtpCode: 553, smtpStage: 'MAIL' }, 'rejected', /to MAIL FROM$/],
    ['is in the wrong state', { smtpCode: 503, smtpStage: 'MAIL' }, 'unavailable', /503/],
    ['shuts down', { smtpCode: 421, smtpStage: 'RCPT' }, 'unavailable', /421/],
    ['demands a login', { smtpCode: 530, smtpStage: 'MAIL' }, 'unauthorized', /530/],
    ['turns us away at the door', { smtpCode: 554, smtpStage: 'CONNECT' }, 'unavailable', /554/],
    ['loses its answer', { loseAnswer: true }, 'unavailable', /421/],
  ])('%s', async (_name, fault, reason, message) => {
    const inbox = await openInbox()
    inbox.fail('email', fault)
    const notifier = open('email', mailItem(inbox.smtpPort))
    const error = await failureOf(notifier)
    expect(error.reason).toBe(reason)
    expect(error.message).toMatch(message)
    // The next attempt is not spoilt by the former, and a mail sent twice carries one id.
    const { providerId } = await notifier.send(outgoing(), NO_SIGNAL)
    const ids = inbox.messages().map((m) => m['messageId'])
    expect(ids).toEqual(Array(fault.loseAnswer === true ? 2 : 1).fill(providerId))
  })

  it.each(['CONNECT', 'RCPT', 'DATA'] as const)(
    'hangs at %s costs no more than the time of an attempt',
    async (smtpStage) => {
      const inbox = await openInbox()
      inbox.fail('email', { hang: true, smtpStage })
      const network = { ...NETWORK, requestTimeoutMs: 300 }
      const start = performance.now()
      const error = await failureOf(open('email', mailItem(inbox.smtpPort), { network }))
      expect(error.reason).toBe('timeout')
      expect(error.message).toMatch(/^mail server localhost:\d+ did not answer in time$/)
      expect(performance.now() - start).toBeLessThan(2000)
    },
  )

  test('says nothing at all costs no more than that either', async () => {
    const server = createServer(() => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closers.push(() => new Promise((resolve) => server.close(resolve)))
    const network = { ...NETWORK, connectTimeoutMs: 200, requestTimeoutMs: 3000 }
    const { port } = server.address() as AddressInfo
    const error = await failureOf(open('email', mailItem(port), { network }))
    expect(error.reason).toBe('timeout')
  })

  test('does not listen is named', async () => {
    const error = await failureOf(open('email', mailItem(9).replace('localhost', '127.0.0.1')))
    expect(error.reason).toBe('unavailable')
    expect(error.message).toMatch(/^mail server 127\.0\.0\.1:9 could not be used: .*ECONNREFUSED/)
  })

  test('is slow is not waited for when the sender stops', async () => {
    const inbox = await openInbox()
    inbox.fail('email', { hang: true })
    const stop = new AbortController()
    const sending = failureOf(open('email', mailItem(inbox.smtpPort)), outgoing(), stop.signal)
    setTimeout(() => stop.abort(), 50)
    expect((await sending).message).toMatch(/^sending to mail server localhost:\d+ was stopped$/)
  })
})

describe('several recipients', () => {
  test('one is refused: the others get the mail once, and the failure is final', async () => {
    const inbox = await openInbox()
    const notifier = open(
      'email',
      mailItem(inbox.smtpPort, 'to: a@b.example, refused@b.example, c@b.example'),
    )
    const error = await failureOf(notifier)
    expect(error.reason).toBe('rejected')
    expect(error.message).toMatch(
      /^2 of 3 recipients accepted; refused@b\.example: mail server localhost:\d+ answered: 550 5\.1\.1 No such user here to RCPT TO$/,
    )
    expect((await failureOf(notifier)).reason).toBe('rejected')
    expect(inbox.messages().map((m) => m['to'])).toEqual([['a@b.example', 'c@b.example']])
  })

  test('one is deferred: only that one is tried again', async () => {
    const inbox = await openInbox()
    const notifier = open('email', mailItem(inbox.smtpPort, 'to: deferred@b.example, a@b.example'))
    expect((await failureOf(notifier)).reason).toBe('unavailable')
    expect((await failureOf(notifier)).reason).toBe('unavailable')
    expect(inbox.messages().map((m) => m['to'])).toEqual([['a@b.example']])
  })

  it.each([
    ['nobody', 'to: "{{ .CommonLabels.none }}"', 'to holds no address'],
    [
      'a failed template',
      'to: "{{ .Nope }}"',
      `to holds no address: template of to failed: ${NOPE}`,
    ],
    ['two senders', 'to: a@b\nfrom: "{{ .Status }}@b, c@d"', 'from is not exactly one address'],
  ])('%s is final', async (_name, more, want) => {
    const item = mailItem(9, more).replace(
      more.includes('from:') ? 'from: Tocsin <t@b.example>\n' : '\0',
      '',
    )
    const error = await failureOf(open('email', item))
    expect([error.reason, error.message]).toEqual(['rejected', `e-mail cannot be sent, ${want}`])
  })
})

describe('login', () => {
  it.each([
    ['with a password', 'auth_password: good', 'u'],
    ['with CRAM-MD5 when there is only a secret', 'auth_secret: good', 'u'],
  ])('%s', async (_name, secret, user) => {
    const inbox = await openInbox()
    const item = mailItem(inbox.smtpPort, `to: a@b.example\nauth_username: u\n${secret}`)
    await open('email', item).send(outgoing(), NO_SIGNAL)
    expect(inbox.messages()[0]).toMatchObject({ user })
  })

  test('with a wrong password is final and does not tell it', async () => {
    const inbox = await openInbox()
    const item = mailItem(inbox.smtpPort, 'to: a@b.example\nauth_username: u\nauth_password: wrong')
    const error = await failureOf(open('email', item))
    expect(error.reason).toBe('unauthorized')
    expect(error.message).toMatch(
      /answered: 535 5\.7\.8 Authentication credentials invalid to AUTH PLAIN$/,
    )
    expect(error.message).not.toContain('wrong')
  })

  test('that the server cannot check now is retried', async () => {
    const inbox = await openInbox()
    inbox.fail('email', { smtpCode: 454, smtpStage: 'AUTH' })
    const item = mailItem(inbox.smtpPort, 'to: a@b.example\nauth_username: u\nauth_password: good')
    expect((await failureOf(open('email', item))).reason).toBe('unavailable')
  })

  test('with a password file that changes uses the new one', async () => {
    const inbox = await openInbox()
    const file = join(dir, 'password')
    writeFileSync(file, 'wrong\n')
    const item = mailItem(
      inbox.smtpPort,
      `to: a@b.example\nauth_username: u\nauth_password_file: ${file}`,
    )
    const notifier = open('email', item)
    expect((await failureOf(notifier)).reason).toBe('unauthorized')
    writeFileSync(file, 'good\n')
    await notifier.send(outgoing(), NO_SIGNAL)
    rmSync(file)
    const error = await failureOf(notifier)
    expect([error.reason, error.message]).toEqual([
      'unavailable',
      `cannot read the secret file ${file}`,
    ])
  })
})

describe('TLS', () => {
  test('that is demanded but not offered can be retried, and nothing was said in the clear', async () => {
    const inbox = await openInbox()
    const error = await failureOf(open('email', mailItem(inbox.smtpPort, 'to: a@b.example', '')))
    expect(error.reason).toBe('unavailable')
    expect(error.message).toMatch(/STARTTLS/)
    expect(inbox.messages()).toEqual([])
  })

  it.each([
    ['STARTTLS', {}, ''],
    ['TLS from the start', { secure: true }, 'force_implicit_tls: true'],
  ])('%s with a trusted certificate', async (_name, options, more) => {
    const secure: boolean[] = []
    const port = await serveMail({
      ...tlsFiles(),
      ...options,
      onData: (stream, session, done) => {
        secure.push(session.secure)
        stream.resume().on('end', () => done())
      },
    })
    const tls = `tls_config: {ca_file: ${join(dir, 'cert.pem')}}\n${more}`
    await open('email', mailItem(port, 'to: a@b.example', tls)).send(outgoing(), NO_SIGNAL)
    expect(secure).toEqual([true])
  })

  test('with a certificate nobody trusts can be retried', async () => {
    const port = await serveMail(tlsFiles())
    const error = await failureOf(open('email', mailItem(port, 'to: a@b.example', '')))
    expect(error.reason).toBe('unavailable')
    expect(error.message).toMatch(/self-signed certificate/)
  })
})

test('connections are used again, and replaced when they are old', async () => {
  let connections = 0
  const port = await serveMail({
    disabledCommands: ['STARTTLS'],
    onConnect: (_session, done) => {
      connections++
      done()
    },
  })
  let now = NOW
  const notifier = open('email', mailItem(port), { now: () => now })
  await notifier.send(outgoing(), NO_SIGNAL)
  await notifier.send(outgoing(), NO_SIGNAL)
  expect(connections).toBe(1)
  now += NETWORK.maxConnectionAgeMs + 1
  await notifier.send(outgoing(), NO_SIGNAL)
  expect(connections).toBe(2)
})
