import type { InboxKind } from './messages.ts'

/** How a provider misbehaves, for the next `times` messages (1 when not given). */
export interface Fault {
  readonly times?: number
  /** Waits before it goes on. */
  readonly delayMs?: number
  /** Never answers. */
  readonly hang?: boolean
  /** Takes the message, but closes the connection instead of answering. */
  readonly loseAnswer?: boolean
  /** HTTP answer instead of the real one. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** SMTP answer instead of the real one, to this command (DATA when not given). */
  readonly smtpCode?: number
  readonly smtpStage?: SmtpStage
}

export type SmtpStage = 'CONNECT' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA'

/** The faults that tests asked for, first come, first served. */
export interface Faults {
  add(kind: InboxKind, fault: Fault): void
  /** The fault for a message of this kind now, which counts as used; null: behave. `isMeant` picks among them. */
  take(kind: InboxKind, isMeant?: (fault: Fault) => boolean): Fault | null
  clear(): void
}

export function createFaults(): Faults {
  const waiting: Array<{ readonly kind: InboxKind; readonly fault: Fault; left: number }> = []
  return {
    add: (kind, fault) => void waiting.push({ kind, fault, left: fault.times ?? 1 }),
    take(kind, isMeant = () => true) {
      const index = waiting.findIndex((entry) => entry.kind === kind && isMeant(entry.fault))
      const entry = waiting[index]
      if (entry === undefined) return null
      entry.left--
      if (entry.left <= 0) waiting.splice(index, 1)
      return entry.fault
    },
    clear: () => void waiting.splice(0),
  }
}
