import type { HttpAnswer } from '../http/httpAnswer.ts'
import type { HttpSender } from '../http/httpSender.ts'
import { basicAuthorization } from '../http/authorization.ts'

/** The part of a request of Twilio's library that we need. */
export interface TwilioRequest {
  readonly uri: string
  readonly username?: string
  readonly password?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly data?: unknown
}

export interface TwilioResponse {
  readonly statusCode: number
  readonly body: string
  readonly headers: unknown
}

/** The HTTP client that is given to Twilio's library: our connections, our deadline, and the answer kept for classification. */
export interface TwilioHttp {
  request(request: TwilioRequest): Promise<TwilioResponse>
  /** The last answer; null before the first. */
  answer(): HttpAnswer | null
}

/** For one message: `token` is its idempotency token, `apiUrl` takes the place of the library's own address. */
export function createTwilioHttp(
  sender: HttpSender,
  options: { readonly apiUrl: string; readonly token: string; readonly signal: AbortSignal },
): TwilioHttp {
  let answer: HttpAnswer | null = null
  return {
    async request({ uri, username = '', password = '', headers, data }) {
      const { pathname, search } = new URL(uri)
      const secrets = [password]
      const message = {
        url: `${options.apiUrl}${pathname}${search}`,
        headers: {
          ...headers,
          'I-Twilio-Idempotency-Token': options.token,
          authorization: basicAuthorization(username, password, secrets),
        },
        body: [Buffer.from(formText(data))],
        secrets,
      }
      answer = await sender.post(message, options.signal)
      return { statusCode: answer.status, body: answer.body, headers: answer.headers }
    },
    answer: () => answer,
  }
}

/** The message fields we give are all texts. */
function formText(data: unknown): string {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries((data ?? {}) as Record<string, unknown>)) {
    if (typeof value === 'string') form.append(name, value)
  }
  return form.toString()
}
