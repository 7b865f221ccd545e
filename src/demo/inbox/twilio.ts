import { createHash } from 'node:crypto'
import { jsonAnswer } from './provider.ts'
import type { Provider, ProviderAnswer, ProviderRequest } from './provider.ts'

export const TWILIO_PATH =
  /^(?:\/twilio)?\/2010-04-01\/Accounts\/(AC[0-9a-fA-F]{32})\/Messages\.json$/
const E164 = /^\+[1-9]\d{6,14}$/
const SENDER = /^(?:\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[\w &+-]{1,11})$/
/** Twilio's own test numbers. https://www.twilio.com/docs/iam/test-credentials */
const TEST_NUMBERS: ReadonlyMap<string, readonly [number, string]> = new Map([
  ['+15005550001', [21211, "Invalid 'To' Phone Number: +15005550001"]],
  ['+15005550002', [21612, 'Message cannot be sent with the current combination of To and From']],
  ['+15005550004', [21610, 'Attempt to send to unsubscribed recipient']],
  ['+15005550009', [21614, "'To' number is not a valid mobile number"]],
])

/** Twilio's Messages resource: POST of a form, basic authentication, 201 with the message as JSON. */
export function createTwilio(): Provider {
  let count = 0
  return (request) => {
    const accountSid = TWILIO_PATH.exec(request.path)?.[1] ?? ''
    if (!isAuthorized(request, accountSid)) return refusal(401, 20003, 'Authenticate')
    const type = request.headers['content-type'] ?? ''
    if (!type.startsWith('application/x-www-form-urlencoded')) {
      return refusal(415, 20415, `Unsupported Media Type: ${type}`)
    }
    const form = new URLSearchParams(request.body)
    const problem = formProblem(form)
    if (problem !== null) return refusal(400, ...problem)
    const sid = `SM${createHash('md5').update(`${accountSid} ${count++}`).digest('hex')}`
    const [to, body] = [form.get('To') ?? '', form.get('Body') ?? '']
    const from = form.get('From')
    const fields = {
      to,
      from,
      messagingServiceSid: form.get('MessagingServiceSid'),
      body,
      sid,
      idempotencyToken: request.headers['i-twilio-idempotency-token'] ?? null,
    }
    const resource = {
      sid,
      account_sid: accountSid,
      to,
      from,
      body,
      status: 'queued',
      direction: 'outbound-api',
      api_version: '2010-04-01',
      error_code: null,
      error_message: null,
      num_segments: '1',
      num_media: '0',
      uri: `/2010-04-01/Accounts/${accountSid}/Messages/${sid}.json`,
    }
    return jsonAnswer(201, resource, { kind: 'sms', headline: `to ${to}: ${body}`, fields })
  }
}

function isAuthorized({ headers }: ProviderRequest, accountSid: string): boolean {
  const basic = /^Basic (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? ''
  const pair = Buffer.from(basic, 'base64').toString()
  const [username = '', ...password] = pair.split(':')
  const isOwner = username === accountSid || /^SK[0-9a-fA-F]{32}$/.test(username)
  return isOwner && password.join(':') !== ''
}

function formProblem(form: URLSearchParams): readonly [number, string] | null {
  const [to, from, service] = [form.get('To'), form.get('From'), form.get('MessagingServiceSid')]
  const body = form.get('Body')
  if (!to) return [21604, "A 'To' phone number is required."]
  if (!E164.test(to)) return [21211, `Invalid 'To' Phone Number: ${to}`]
  if (!from && !service) return [21603, "A 'From' phone number is required."]
  if (from && !SENDER.test(from)) return [21212, `Invalid 'From' Phone Number: ${from}`]
  if (service && !/^MG[0-9a-fA-F]{32}$/.test(service))
    return [21701, 'The Messaging Service does not exist']
  if (!body) return [21602, 'Message body is required.']
  if (body.length > 1600) {
    return [21617, 'The concatenated message body exceeds the 1600 character limit.']
  }
  return TEST_NUMBERS.get(to) ?? null
}

function refusal(status: number, code: number, message: string): ProviderAnswer {
  const moreInfo = `https://www.twilio.com/docs/errors/${code}`
  return jsonAnswer(status, { code, message, more_info: moreInfo, status })
}
