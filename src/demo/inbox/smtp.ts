import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import type { SMTPServerSession } from 'smtp-server'
import type { Fault, Faults, SmtpStage } from './faults.ts'
import type { Arrival } from './messages.ts'

export interface SmtpInbox {
  readonly port: number
  close(): Promise<void>
}

type Done = (error?: Error | null) => void

const MAX_MAIL_BYTES = 25 * 1024 * 1024
const MAX_CLIENTS = 100

/**
 * A mail server that takes every well-formed mail. For tests, local parts have a meaning: `refused@` is answered 550, `deferred@`
 * 451; the password `wrong` is refused.
 */
export async function startSmtp(
  host: string,
  port: number,
  faults: Faults,
  arrived: (arrival: Arrival) => void,
): Promise<SmtpInbox> {
  const server = new SMTPServer({
    name: 'inbox.localhost',
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    authMethods: ['PLAIN', 'LOGIN', 'CRAM-MD5'],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    size: MAX_MAIL_BYTES,
    maxClients: MAX_CLIENTS,
    socketTimeout: 60_000,
    closeTimeout: 200,
    onConnect: (_session, done) => staged(faults, 'CONNECT', done, () => done()),
    onAuth: (auth, _session, done) =>
      staged(
        faults,
        'AUTH',
        (error) => done(error ?? null),
        () => {
          const isWrong = auth.password === 'wrong' || auth.password === ''
          if (isWrong) done(reply(535, '5.7.8 Authentication credentials invalid'))
          else done(null, { user: auth.username ?? '' })
        },
      ),
    onMailFrom: (_address, _session, done) => staged(faults, 'MAIL', done, () => done()),
    onRcptTo: ({ address }, _session, done) =>
      staged(faults, 'RCPT', done, () => done(recipientProblem(address))),
    onData: (stream, session, done) => void takeMail(stream, session, done, faults, arrived),
  })
  server.on('error', () => {}) // a client that vanished in the middle
  server.listen(port, host)
  await once(server.server, 'listening')
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

function recipientProblem(address: string): Error | null {
  if (address.startsWith('refused@')) return reply(550, '5.1.1 No such user here')
  return address.startsWith('deferred@') ? reply(451, '4.3.0 Try again later') : null
}

/** Answers a command with its fault, or goes on. */
function staged(faults: Faults, stage: SmtpStage, done: Done, goOn: () => void): void {
  const fault = faults.take('email', (f) => (f.smtpStage ?? 'DATA') === stage)
  misbehave(fault, done, goOn)
}

function misbehave(fault: Fault | null, done: Done, goOn: () => void): void {
  if (fault?.hang === true) return
  const code = fault?.smtpCode
  const act = code === undefined ? goOn : () => done(reply(code, 'as the test asked'))
  if (fault?.delayMs === undefined) act()
  else setTimeout(act, fault.delayMs).unref()
}

async function takeMail(
  stream: AsyncIterable<Uint8Array> & { readonly sizeExceeded: boolean },
  session: SMTPServerSession,
  done: (error?: Error | null, message?: string) => void,
  faults: Faults,
  arrived: (arrival: Arrival) => void,
): Promise<void> {
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of stream) if (!stream.sizeExceeded) chunks.push(chunk)
    if (stream.sizeExceeded) return done(reply(552, '5.3.4 Message size exceeds fixed limit'))
    const mail = await parseMail(Buffer.concat(chunks), session)
    const fault = faults.take('email', (f) => (f.smtpStage ?? 'DATA') === 'DATA')
    const accept = (): void => {
      arrived(mail)
      if (fault?.loseAnswer !== true) done(null, '2.0.0 OK: queued in the inbox')
      else done(reply(421, '4.4.2 Connection dropped'))
    }
    misbehave(fault, done, accept)
  } catch (error) {
    done(reply(554, `5.6.0 Message cannot be parsed: ${String(error)}`))
  }
}

async function parseMail(raw: Buffer, session: SMTPServerSession): Promise<Arrival> {
  const mail = await PostalMime.parse(raw)
  const to = session.envelope.rcptTo.map((recipient) => recipient.address)
  const fields = {
    from: session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address,
    to,
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html ?? '',
    messageId: mail.messageId ?? '',
    headers: Object.fromEntries(mail.headers.map(({ key, value }) => [key, value])),
    user: typeof session.user === 'string' ? session.user : null,
    sizeBytes: raw.length,
  }
  return { kind: 'email', headline: mail.subject ?? '(no subject)', fields }
}

function reply(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode })
}
