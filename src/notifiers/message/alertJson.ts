import type { MessageAlert, MessageData } from '../notifier.ts'
import { escapeJson, goTime, rawJson, rawLabelsJson } from './goJson.ts'

const CHUNK_CHARACTERS = 64 * 1024

/** One alert as Alertmanager's webhook body has it. */
export function alertJson(alert: MessageAlert): string {
  return escapeJson(
    `{"status":"${alert.status}","labels":${rawLabelsJson(alert.labels)},` +
      `"annotations":${rawLabelsJson(alert.annotations)},"startsAt":"${goTime(alert.startsAt)}",` +
      `"endsAt":"${goTime(alert.endsAt)}","generatorURL":${rawJson(alert.generatorURL)},` +
      `"fingerprint":${rawJson(alert.fingerprint)}}`,
  )
}

/** The text pieces of a large body, collected into buffers of useful size, so that no one string holds it all. */
export class BodyBuilder {
  readonly #buffers: Buffer[] = []
  #pending: string[] = []
  #pendingLength = 0

  add(piece: string): void {
    this.#pending.push(piece)
    this.#pendingLength += piece.length
    if (this.#pendingLength >= CHUNK_CHARACTERS) this.#flush()
  }

  build(): readonly Buffer[] {
    this.#flush()
    return this.#buffers
  }

  #flush(): void {
    if (this.#pending.length > 0) this.#buffers.push(Buffer.from(this.#pending.join('')))
    this.#pending = []
    this.#pendingLength = 0
  }
}

/** The message restricted to its first `max` alerts: status and common maps are those of the alerts kept. */
export function keepFirst(data: MessageData, max: number): MessageData {
  if (max <= 0 || data.alerts.length <= max) return data
  const alerts = data.alerts.slice(0, max)
  return {
    ...data,
    alerts,
    status: alerts.some((alert) => alert.status === 'firing') ? 'firing' : 'resolved',
    commonLabels: common(alerts.map((alert) => alert.labels)),
    commonAnnotations: common(alerts.map((alert) => alert.annotations)),
  }
}

function common(maps: ReadonlyArray<MessageAlert['labels']>): MessageAlert['labels'] {
  const shared = Object.create(null) as Record<string, string>
  const first = maps[0] ?? {}
  for (const name of Object.keys(first)) {
    const value = first[name] as string
    if (maps.every((map) => Object.hasOwn(map, name) && map[name] === value)) shared[name] = value
  }
  return shared
}
