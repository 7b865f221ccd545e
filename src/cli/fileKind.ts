import { parseYamlText } from '../config/yamlText.ts'

export type FileKind = 'rules' | 'notifications' | 'service'

/** Keys that only one kind of file has at its top. `rules` is not among them: people try it in rule files. */
const SIGNS: ReadonlyArray<readonly [FileKind, readonly string[]]> = [
  ['rules', ['groups']],
  [
    'notifications',
    ['route', 'receivers', 'inhibit_rules', 'time_intervals', 'mute_time_intervals'],
  ],
  [
    'service',
    [
      'redis',
      'data_dir',
      'datasources',
      'evaluation_interval',
      'notifications',
      'listen',
      'auth',
      'external_url',
    ],
  ],
]

/** What kind of file a text is, by the keys at its top; null when nothing gives it away. */
export function fileKind(text: string): FileKind | null {
  // Keys of block YAML stand at the line's beginning: no need to parse a large file for them.
  const keys = new Set(
    [...text.matchAll(/^["']?([a-z_]+)["']?[ \t]*:/gm)].map(([, key]) => key ?? ''),
  )
  return byKeys(keys) ?? byKeys(parsedKeys(text))
}

function byKeys(keys: ReadonlySet<string>): FileKind | null {
  return SIGNS.find(([, signs]) => signs.some((sign) => keys.has(sign)))?.[0] ?? null
}

function parsedKeys(text: string): ReadonlySet<string> {
  const { value } = parseYamlText('', text)
  return new Set(typeof value === 'object' && value !== null ? Object.keys(value) : [])
}
