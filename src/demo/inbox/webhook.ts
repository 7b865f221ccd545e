import { isObject, jsonAnswer, parseObject, textAnswer } from './provider.ts'
import type { ProviderAnswer, ProviderRequest } from './provider.ts'

export const WEBHOOK_PATH = /^\/webhook$/
const TEXTS = ['receiver', 'notification_reason', 'externalURL', 'groupKey']
const MAPS = ['groupLabels', 'commonLabels', 'commonAnnotations', 'routeLabels']
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/

/** A receiver of Alertmanager's webhooks that checks every field of the version 4 body. */
export function webhook(request: ProviderRequest): ProviderAnswer {
  if (!(request.headers['content-type'] ?? '').startsWith('application/json')) {
    return textAnswer(415, 'content-type must be application/json')
  }
  const body = parseObject(request.body)
  if (body === null) return textAnswer(400, 'the body is no JSON object')
  const problem = bodyProblem(body)
  if (problem !== null) return textAnswer(400, problem)
  const alerts = body['alerts'] as readonly unknown[]
  const labels = body['groupLabels'] as Readonly<Record<string, string>>
  const fields = {
    body,
    alertCount: alerts.length,
    idempotencyKey: request.headers['idempotency-key'] ?? null,
  }
  const group = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
  const headline = `${String(body['status'])}: ${group.join(' ')} (${alerts.length} alerts)`
  return jsonAnswer(200, {}, { kind: 'webhook', headline, fields })
}

function bodyProblem(body: Readonly<Record<string, unknown>>): string | null {
  if (body['version'] !== '4') return 'version must be "4"'
  const text = TEXTS.find((name) => typeof body[name] !== 'string')
  if (text !== undefined) return `${text} must be a text`
  if (!isStatus(body['status'])) return 'status must be firing or resolved'
  const map = MAPS.find((name) => !isTextMap(body[name]))
  if (map !== undefined) return `${map} must be a map of texts`
  if (!Number.isSafeInteger(body['truncatedAlerts'])) return 'truncatedAlerts must be a number'
  if (!Array.isArray(body['alerts'])) return 'alerts must be a list'
  const index = body['alerts'].findIndex((alert: unknown) => !isAlert(alert))
  return index < 0 ? null : `alerts[${index}] is not as it should be`
}

function isAlert(alert: unknown): boolean {
  return (
    isObject(alert) &&
    isStatus(alert['status']) &&
    isTextMap(alert['labels']) &&
    isTextMap(alert['annotations']) &&
    TIME.test(String(alert['startsAt'])) &&
    TIME.test(String(alert['endsAt'])) &&
    typeof alert['generatorURL'] === 'string' &&
    typeof alert['fingerprint'] === 'string'
  )
}

function isStatus(value: unknown): boolean {
  return value === 'firing' || value === 'resolved'
}

function isTextMap(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((text) => typeof text === 'string')
}
