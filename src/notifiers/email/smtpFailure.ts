import { errorText } from '../../core/errors.ts'
import { cut, oneLine } from '../message/cut.ts'
import { DeliveryError } from '../notifier.ts'
import type { FailureReason } from '../notifier.ts'

/** What nodemailer adds to its errors. */
interface SmtpError extends Error {
  readonly code?: string
  /** 550, ... */
  readonly responseCode?: number
  /** The server's last line. */
  readonly response?: string
  /** The command that failed: `RCPT TO`, `AUTH PLAIN`, `CONN`, ... */
  readonly command?: string
  readonly recipient?: string
}

/** What an SMTP failure means. `server` is host:port. Replies are the server's own words, without our password. */
export function smtpFailure(
  server: string,
  error: unknown,
  redact: (text: string) => string,
): DeliveryError {
  const smtp = error as SmtpError
  const reason = reasonOf(smtp)
  const text = cut(oneLine(redact(smtp.response ?? errorText(error))), 300)
  const said = smtp.response === undefined ? `could not be used: ${text}` : `answered: ${text}`
  const during = smtp.command === undefined || smtp.command === 'CONN' ? '' : ` to ${smtp.command}`
  return new DeliveryError(
    `mail server ${server} ${said}${smtp.response === undefined ? '' : during}`,
    reason,
  )
}

/**
 * 5xx to MAIL, RCPT or DATA is final (RFC 5321 section 4.2.1), 5xx to AUTH means our login is wrong. Everything else, a refused
 * greeting or STARTTLS included, says something about the server and not about the message.
 */
function reasonOf({ code, responseCode, command = '' }: SmtpError): FailureReason {
  if (code === 'ETIMEDOUT') return 'timeout'
  const isFinal = responseCode !== undefined && responseCode >= 500 && responseCode !== 503
  if (code === 'EAUTH' || command.startsWith('AUTH')) {
    return isFinal || responseCode === undefined ? 'unauthorized' : 'unavailable'
  }
  // Servers that demand a login answer so to MAIL or RCPT.
  if (responseCode === 530 || responseCode === 535) return 'unauthorized'
  const isAboutMessage = code === 'EENVELOPE' || code === 'EMESSAGE'
  if (isAboutMessage && (isFinal || responseCode === undefined)) return 'rejected'
  return 'unavailable'
}
