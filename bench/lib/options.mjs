import { parseArgs } from 'node:util'
import { durationText, parseDuration } from './time.mjs'

const COMMON = [
  { flag: 'reps', key: 'reps', kind: 'count', value: 1, help: 'repetitions' },
  { flag: 'peer', key: 'peer', kind: 'switch', value: false, help: 'run the peer beside it' },
  { flag: 'json', key: 'json', kind: 'text', value: null, help: 'write every figure to this file' },
  {
    flag: 'keep',
    key: 'keep',
    kind: 'switch',
    value: false,
    help: 'keep the folders with the logs',
  },
  { flag: 'help', key: 'help', kind: 'switch', value: false, help: 'show this' },
]

/**
 * Reads the command line by a list of `{flag, key, kind, value, help}`: kind is count (from 1), duration (ms), text or switch, `value` the
 * default. @throws Error that names the option and says what would be right
 */
export function readOptions(own, args) {
  const specs = [...own, ...COMMON]
  const options = Object.fromEntries(
    specs.map(({ flag, kind }) => [flag, { type: kind === 'switch' ? 'boolean' : 'string' }]),
  )
  const { values } = parseArgs({ args, options, strict: true })
  return Object.fromEntries(
    specs.map((spec) => [
      spec.key,
      values[spec.flag] === undefined ? spec.value : parse(spec, values[spec.flag]),
    ]),
  )
}

function parse({ flag, kind }, text) {
  if (kind === 'switch' || kind === 'text') return text
  if (kind === 'count') {
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
    throw new Error(`--${flag} ${text}: must be a whole number from 1`)
  }
  const ms = parseDuration(text)
  if (ms === null) throw new Error(`--${flag} ${text}: must be a duration such as 500ms, 15s or 5m`)
  return ms
}

/** The options and their defaults, one a line. */
export function optionsHelp(own) {
  return [...own, ...COMMON]
    .map(({ flag, kind, value, help }) => {
      const left = kind === 'switch' ? `--${flag}` : `--${flag} ${kind.toUpperCase()}`
      const shown = kind === 'duration' ? durationText(value) : value
      const fallback =
        value === null || value === '' || kind === 'switch' ? '' : ` (default ${shown})`
      return `  ${left.padEnd(27)}${help}${fallback}`
    })
    .join('\n')
}
