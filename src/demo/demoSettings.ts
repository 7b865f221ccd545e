import { parseDuration, durationProblem } from '../core/duration.ts'
import { AppError } from '../core/errors.ts'
import type { Cycle } from './cycle.ts'

/** One thing about the demo that can be chosen, by option or environment. */
export interface DemoSetting {
  readonly flag: string
  readonly placeholder: string
  readonly variable: string
  readonly fallback: string
  readonly about: string
}

const port = (flag: string, variable: string, fallback: string, about: string): DemoSetting => ({
  flag,
  placeholder: 'port',
  variable,
  fallback,
  about,
})

/** All of them, in the order of `tocsin demo --help`. An option wins over the environment. */
export const DEMO_SETTINGS = {
  dataDir: {
    flag: '--data-dir',
    placeholder: 'folder',
    variable: 'TOCSIN_DATA_DIR',
    fallback: '.tocsin',
    about: 'where state is kept; delete it to begin anew',
  },
  servicePort: port('--service-port', 'TOCSIN_DEMO_SERVICE_PORT', '8093', 'API of Tocsin'),
  managementPort: port(
    '--management-port',
    'TOCSIN_DEMO_MANAGEMENT_PORT',
    '8094',
    'health and metrics of Tocsin',
  ),
  inboxPort: port('--inbox-port', 'TOCSIN_DEMO_INBOX_PORT', '8095', 'page with the messages'),
  smtpPort: port('--smtp-port', 'TOCSIN_DEMO_SMTP_PORT', '8096', 'mail server of the inbox'),
  prometheusPort: port(
    '--prometheus-port',
    'TOCSIN_DEMO_PROMETHEUS_PORT',
    '8097',
    'private Prometheus',
  ),
  cycle: {
    flag: '--cycle',
    placeholder: 'durations',
    variable: 'TOCSIN_DEMO_CYCLE',
    fallback: '10s,150s,60s',
    about: 'how checkout breaks: healthy at first, then broken and healthy in turns',
  },
  deliveries: {
    flag: '--stop-after-deliveries',
    placeholder: 'count',
    variable: 'TOCSIN_DEMO_STOP_AFTER_DELIVERIES',
    fallback: '',
    about: 'stop once so many messages were delivered (for scripts)',
  },
  seconds: {
    flag: '--stop-after',
    placeholder: 'duration',
    variable: 'TOCSIN_DEMO_STOP_AFTER',
    fallback: '',
    about: 'stop after this time; an error when the deliveries asked for did not happen',
  },
} as const satisfies Record<string, DemoSetting>

export type DemoSettingName = keyof typeof DEMO_SETTINGS
export type DemoPorts = Readonly<
  Record<'service' | 'management' | 'inbox' | 'smtp' | 'prometheus', number>
>

export interface DemoOptions {
  readonly dataDir: string
  /** 0: any free one. */
  readonly ports: DemoPorts
  /** Of the first demo service, checkout. */
  readonly cycle: Cycle
  /** Null: no end. */
  readonly stopAfterDeliveries: number | null
  readonly stopAfterMs: number | null
}

/**
 * Reads what was chosen. `given` are the values of the options that were on the command line.
 * @throws AppError naming the option or variable that makes no sense, and what would.
 */
export function readDemoOptions(
  given: Readonly<Partial<Record<DemoSettingName, string>>>,
  env: NodeJS.ProcessEnv,
): DemoOptions {
  const read = (name: DemoSettingName): Chosen => {
    const { flag, variable, fallback } = DEMO_SETTINGS[name]
    const own = given[name]
    if (own !== undefined) return { text: own, source: flag }
    const fromEnv = env[variable]
    if (fromEnv !== undefined && fromEnv !== '') return { text: fromEnv, source: variable }
    return { text: fallback, source: flag }
  }
  return {
    dataDir: read('dataDir').text,
    ports: {
      service: portNumber(read('servicePort')),
      management: portNumber(read('managementPort')),
      inbox: portNumber(read('inboxPort')),
      smtp: portNumber(read('smtpPort')),
      prometheus: portNumber(read('prometheusPort')),
    },
    cycle: cycle(read('cycle')),
    stopAfterDeliveries: optional(read('deliveries'), count),
    stopAfterMs: optional(read('seconds'), duration),
  }
}

/** How to choose another value, for messages: `--inbox-port (or TOCSIN_DEMO_INBOX_PORT)`. */
export function remedy(name: DemoSettingName): string {
  return `${DEMO_SETTINGS[name].flag} (or ${DEMO_SETTINGS[name].variable})`
}

interface Chosen {
  readonly text: string
  /** The option or variable it came from. */
  readonly source: string
}

function optional<T>(chosen: Chosen, parse: (chosen: Chosen) => T): T | null {
  return chosen.text === '' ? null : parse(chosen)
}

function portNumber({ text, source }: Chosen): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw invalid(source, `"${text}" is not a port: write a number from 0 to 65535 (0: any free one)`)
}

function count({ text, source }: Chosen): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw invalid(source, `"${text}" is not a count: write a whole number from 1`)
}

function duration({ text, source }: Chosen): number {
  const ms = parseDuration(text.trim())
  if (ms !== null && ms > 0) return ms
  throw invalid(source, ms === null ? durationProblem(text) : 'must be longer than 0')
}

function cycle({ text, source }: Chosen): Cycle {
  const parts = text.split(',')
  if (parts.length !== 3) {
    throw invalid(source, `"${text}" must be three durations with commas, such as 10s,150s,60s`)
  }
  const [firstHealthyMs, brokenMs, healthyMs] = parts.map((part) =>
    duration({ text: part, source }),
  )
  return { firstHealthyMs, brokenMs, healthyMs } as Cycle
}

function invalid(source: string, message: string): AppError {
  return new AppError('INVALID_INPUT', `${source}: ${message}`)
}
