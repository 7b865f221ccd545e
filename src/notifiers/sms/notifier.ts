import { errorText } from '../../core/errors.ts'
import { isAccepted } from '../http/httpAnswer.ts'
import { createHttpSender } from '../http/httpSender.ts'
import type { HttpSender } from '../http/httpSender.ts'
import { readSecretNow } from '../http/secret.ts'
import { cut } from '../message/cut.ts'
import { withWarnings } from '../message/warnings.ts'
import { DeliveryError } from '../notifier.ts'
import { combinedFailure, createRecipientMemory } from '../recipientMemory.ts'
import type { NotifierDeps, NotifierOptions, OpenNotifier } from '../registry.ts'
import type { SmsSettings } from './config.ts'
import { twilioRefusal } from './refusal.ts'
import { renderSms } from './render.ts'
import { createTwilioHttp } from './twilioHttp.ts'
import type { TwilioHttp } from './twilioHttp.ts'

/** One text message as it is asked for at Twilio. */
interface TextMessage {
  readonly to: string
  readonly text: string
  readonly token: string
  readonly password: string
}

/** Sends text messages through Twilio, one for each number. A number that accepted is not asked again by a retry. */
export function createSmsNotifier(
  settings: SmsSettings,
  { sendResolved, deps }: NotifierOptions,
): OpenNotifier {
  const sender = createHttpSender('Twilio', settings.http, settings.timeoutMs, deps)
  const memory = createRecipientMemory()
  return {
    kind: 'sms',
    sendResolved,
    async send(outgoing, signal) {
      const { idempotencyKey } = outgoing
      const { to, unusable, text, warnings } = renderSms(settings, outgoing, deps.templates)
      if (to.length + unusable.length === 0) {
        throw new DeliveryError(
          `SMS has no number to send to: ${warnings[0] ?? 'to is empty'}`,
          'rejected',
        )
      }
      const password = readSecretNow(settings.password, [])
      const failures = new Map(unusable.map((number) => [cut(number, 40), notANumber()]))
      const sids: string[] = []
      for (const number of to) {
        if (memory.accepted(idempotencyKey).has(number)) continue
        const token = `${idempotencyKey}-${number.slice(1)}`
        try {
          sids.push(
            await sendOne(settings, sender, { to: number, text, token, password }, signal, deps),
          )
          memory.add(idempotencyKey, [number])
        } catch (error) {
          if (!(error instanceof DeliveryError)) throw error
          failures.set(number, error)
          // Twilio is away or wants us to wait: the next number would hear the same.
          if (error.retryable) break
        }
      }
      const accepted = memory.accepted(idempotencyKey).size
      const total = to.length + unusable.length
      const failure = combinedFailure(failures, { accepted, total })
      if (failure !== null) throw failure
      memory.forget(idempotencyKey)
      const answer = sids.length === 1 ? '201 Created' : `201 Created, ${to.length} numbers`
      return { providerId: sids.join(' '), answer: withWarnings(answer, warnings) }
    },
    close: () => sender.close(),
  }
}

function notANumber(): DeliveryError {
  return new DeliveryError('not a phone number such as +15550100', 'rejected')
}

/** Resolves to Twilio's message id. @throws DeliveryError */
async function sendOne(
  settings: SmsSettings,
  sender: HttpSender,
  { to, text, token, password }: TextMessage,
  signal: AbortSignal,
  deps: NotifierDeps,
): Promise<string> {
  if (password === '') throw new DeliveryError('Twilio: the auth token is empty', 'unauthorized')
  const http = createTwilioHttp(sender, { apiUrl: settings.apiUrl, token, signal })
  const client = await createClient(settings, password, http)
  try {
    const message = await client.messages.create({ to, body: text, ...settings.sender })
    return message.sid
  } catch (error) {
    if (error instanceof DeliveryError) throw error
    const answer = http.answer()
    if (answer !== null && !isAccepted(answer)) throw twilioRefusal(answer, deps.now())
    throw new DeliveryError(`Twilio: ${cut(errorText(error), 200)}`, 'unavailable')
  }
}

/** The library is large, so it is loaded with the first message. */
async function createClient(settings: SmsSettings, password: string, http: TwilioHttp) {
  const { default: twilio } = await import('twilio')
  return twilio(settings.username, password, {
    accountSid: settings.accountSid,
    // The library wants its own class, but calls nothing of it except request().
    httpClient: http as unknown as InstanceType<typeof twilio.RequestClient>,
  })
}
