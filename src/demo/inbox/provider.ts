import type { IncomingHttpHeaders } from 'node:http'
import type { Arrival } from './messages.ts'

/** A POST to one of the providers that the inbox plays. */
export interface ProviderRequest {
  /** Path without the query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** The provider's answer, and the message if it took one. */
export interface ProviderAnswer {
  readonly status: number
  readonly contentType: 'application/json' | 'text/plain'
  readonly body: string
  readonly arrival: Arrival | null
}

/** Decides as the real provider would. */
export type Provider = (request: ProviderRequest) => ProviderAnswer

export function jsonAnswer(
  status: number,
  body: unknown,
  arrival: Arrival | null = null,
): ProviderAnswer {
  return { status, contentType: 'application/json', body: JSON.stringify(body), arrival }
}

export function textAnswer(
  status: number,
  body: string,
  arrival: Arrival | null = null,
): ProviderAnswer {
  return { status, contentType: 'text/plain', body, arrival }
}

/** The JSON object of a body; null when it is anything else. */
export function parseObject(body: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(body)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
