import { createRedactor } from '../http/redact.ts'
import { transportFailure } from '../http/transportFailure.ts'
import { cut, oneLine } from '../message/cut.ts'
import { withWarnings } from '../message/warnings.ts'
import { DeliveryError } from '../notifier.ts'
import { combinedFailure, createRecipientMemory } from '../recipientMemory.ts'
import type { NotifierOptions, OpenNotifier } from '../registry.ts'
import type { EmailSettings } from './config.ts'
import { otherHeaders, renderEmail } from './render.ts'
import type { EmailRequest } from './render.ts'
import { smtpFailure } from './smtpFailure.ts'
import { createSmtpPool } from './transport.ts'
import type { SmtpPool } from './transport.ts'

/**
 * Sends mail through one SMTP server. The Message-ID comes from the idempotency key, so that a mail sent twice (the answer to its
 * last line was lost) can be recognised. A recipient who accepted is not asked again by a retry.
 */
export function createEmailNotifier(
  settings: EmailSettings,
  { sendResolved, deps }: NotifierOptions,
): OpenNotifier {
  const pool = createSmtpPool(settings, deps.network, () => deps.now())
  const memory = createRecipientMemory()
  const server = `${settings.smarthost.host}:${settings.smarthost.port}`

  return {
    kind: 'email',
    sendResolved,
    async send(outgoing, signal) {
      const { idempotencyKey } = outgoing
      const { hostname } = deps
      const mail = renderEmail(settings, outgoing, deps.templates, { now: deps.now(), hostname })
      if (mail.from === null || mail.to.length === 0) throw nobody(mail)
      const to = mail.to.filter((address) => !memory.accepted(idempotencyKey).has(address))
      const refused = new Map<string, DeliveryError>()
      const sent = await transmit(pool, server, { mail, to, date: new Date(deps.now()) }, signal)
      memory.add(idempotencyKey, sent.accepted.map(String))
      for (const error of sent.rejectedErrors ?? []) {
        refused.set(
          error.recipient ?? '?',
          smtpFailure(server, error, (text) => text),
        )
      }
      const accepted = memory.accepted(idempotencyKey).size
      const failure = combinedFailure(refused, { accepted, total: mail.to.length })
      if (failure !== null) throw failure
      memory.forget(idempotencyKey)
      const answer = cut(oneLine(sent.response), 200)
      return { providerId: mail.messageId, answer: withWarnings(answer, mail.warnings) }
    },
    close: async () => pool.close(),
  }
}

/** Resolves when the server took the mail for at least one recipient. @throws DeliveryError */
async function transmit(
  pool: SmtpPool,
  server: string,
  {
    mail,
    to,
    date,
  }: { readonly mail: EmailRequest; readonly to: readonly string[]; readonly date: Date },
  signal: AbortSignal,
) {
  const secrets: string[] = []
  try {
    return await pool.get(secrets).sendMail({
      envelope: { from: mail.from ?? '', to: [...to] },
      from: mail.headers['From'],
      to: mail.headers['To'],
      subject: mail.subject,
      messageId: mail.messageId,
      date,
      headers: otherHeaders(mail),
      ...(mail.text === '' ? {} : { text: mail.text }),
      ...(mail.html === '' ? {} : { html: mail.html }),
      textEncoding: 'quoted-printable',
      signal,
    })
  } catch (error) {
    const redact = createRedactor(secrets)
    if (error instanceof DeliveryError || signal.aborted) {
      throw transportFailure(`mail server ${server}`, error, signal, redact)
    }
    throw smtpFailure(server, error, redact)
  }
}

function nobody({ from, warnings }: EmailRequest): DeliveryError {
  const what = from === null ? 'from is not exactly one address' : 'to holds no address'
  const why = warnings.length === 0 ? '' : `: ${warnings[0]}`
  return new DeliveryError(`e-mail cannot be sent, ${what}${why}`, 'rejected')
}
