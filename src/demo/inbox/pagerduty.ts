import { isObject, jsonAnswer, parseObject } from './provider.ts'
import type { Provider, ProviderAnswer, ProviderRequest } from './provider.ts'

export const PAGERDUTY_PATH = /^(?:\/pagerduty)?\/v2\/enqueue$/
const MAX_BYTES = 512_000
const MAX_OPEN = 10_000
const ACTIONS = ['trigger', 'acknowledge', 'resolve']
const SEVERITIES = ['critical', 'error', 'warning', 'info']

/** PagerDuty's Events API v2: 202 for a good event; it remembers which dedup keys are open. */
export function createPagerduty(): Provider {
  const open = new Set<string>()
  return (request) => {
    if (Buffer.byteLength(request.body) > MAX_BYTES) return invalid(413, ['Payload Too Large'])
    const event = parseObject(request.body)
    if (event === null) return invalid(400, ['Payload is not a JSON object'])
    const errors = eventProblems(event)
    if (errors.length > 0) return invalid(400, errors)
    const key =
      typeof event['dedup_key'] === 'string' ? event['dedup_key'] : `auto-${open.size + 1}`
    const incident = changeIncident(open, key, event['event_action'] as string)
    const payload = isObject(event['payload']) ? event['payload'] : {}
    const summary = typeof payload['summary'] === 'string' ? payload['summary'] : key
    const arrival = {
      kind: 'pagerduty' as const,
      headline: `${String(event['event_action'])}: ${summary}`,
      fields: { event, dedupKey: key, incident },
    }
    const body = { status: 'success', message: 'Event processed', dedup_key: key }
    return jsonAnswer(202, body, arrival)
  }
}

function changeIncident(open: Set<string>, key: string, action: string): string {
  const wasOpen = open.has(key)
  if (action === 'resolve') {
    open.delete(key)
    return wasOpen ? 'resolved' : 'was not open'
  }
  if (action === 'acknowledge') return wasOpen ? 'acknowledged' : 'was not open'
  if (open.size < MAX_OPEN) open.add(key)
  return wasOpen ? 'updated' : 'opened'
}

function eventProblems(event: Readonly<Record<string, unknown>>): readonly string[] {
  const errors: string[] = []
  const { routing_key: key, event_action: action, dedup_key: dedup, payload } = event
  if (typeof key !== 'string' || key === '') errors.push("'routing_key' is missing or blank")
  else if (key.length !== 32)
    errors.push("Length of 'routing_key' is incorrect (should be 32 characters)")
  if (!ACTIONS.includes(String(action)))
    errors.push("'event_action' must be trigger, acknowledge or resolve")
  if (dedup !== undefined && (typeof dedup !== 'string' || dedup.length > 255)) {
    errors.push("'dedup_key' must be a string of at most 255 characters")
  }
  if (action !== 'trigger' && dedup === undefined) errors.push("'dedup_key' is missing")
  if (isObject(payload)) errors.push(...payloadProblems(payload))
  else if (payload !== undefined || action === 'trigger')
    errors.push("'payload' is missing or no object")
  errors.push(...listProblems(event, 'images', 'src'), ...listProblems(event, 'links', 'href'))
  for (const name of ['client', 'client_url']) {
    if (event[name] !== undefined && typeof event[name] !== 'string')
      errors.push(`'${name}' must be a string`)
  }
  return errors
}

function payloadProblems(payload: Readonly<Record<string, unknown>>): readonly string[] {
  const errors: string[] = []
  for (const name of ['summary', 'source']) {
    const value = payload[name]
    if (typeof value !== 'string' || value === '')
      errors.push(`'payload.${name}' is missing or blank`)
    else if (value.length > 1024)
      errors.push(`'payload.${name}' is too long (maximum is 1024 characters)`)
  }
  if (!SEVERITIES.includes(String(payload['severity']))) {
    errors.push(
      `'payload.severity' is invalid (must be one of the following: ${SEVERITIES.join(', ')})`,
    )
  }
  for (const name of ['class', 'component', 'group']) {
    if (payload[name] !== undefined && typeof payload[name] !== 'string') {
      errors.push(`'payload.${name}' must be a string`)
    }
  }
  const details = payload['custom_details']
  if (details !== undefined && !isObject(details))
    errors.push("'payload.custom_details' must be an object")
  return errors
}

function listProblems(
  event: Readonly<Record<string, unknown>>,
  name: string,
  required: string,
): readonly string[] {
  const list = event[name]
  if (list === undefined) return []
  if (!Array.isArray(list)) return [`'${name}' must be an array`]
  return list.flatMap((item: unknown) =>
    isObject(item) && typeof item[required] === 'string' && item[required] !== ''
      ? []
      : [`'${name}.${required}' is missing or blank`],
  )
}

function invalid(status: number, errors: readonly string[]): ProviderAnswer {
  return jsonAnswer(status, { status: 'invalid event', message: 'Event object is invalid', errors })
}

export const PAGERDUTY_V1_PATH = /^\/generic\/2010-04-15\/create_event\.json$/

/** The older API with a service key: 200 for a good event. */
export function pagerdutyV1(request: ProviderRequest): ProviderAnswer {
  const event = parseObject(request.body) ?? {}
  const { service_key: key, event_type: type, description } = event
  const isGood =
    typeof key === 'string' &&
    key !== '' &&
    ACTIONS.includes(String(type)) &&
    typeof description === 'string' &&
    description !== '' &&
    description.length <= 1024
  if (!isGood)
    return invalid(400, ['service_key, event_type and description (at most 1024) are needed'])
  const fields = { event, dedupKey: event['incident_key'] }
  const headline = `${String(type)}: ${description}`
  const body = {
    status: 'success',
    message: 'Event processed',
    incident_key: event['incident_key'],
  }
  return jsonAnswer(200, body, { kind: 'pagerduty', headline, fields })
}
