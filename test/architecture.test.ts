import { expect, test } from 'vitest'
import { parseSource, readSourceFiles } from './support/sourceFiles.ts'
import type { SourceFile } from './support/sourceFiles.ts'

/**
 * Imports run one way: core ← pure ← shell ← adapter ← app ← entry. A layer is given by the first list below that has
 * the file; what is on no list is pure, so a new file that does more must say so here.
 */
const LAYERS = ['core', 'pure', 'shell', 'adapter', 'app', 'entry'] as const
type Layer = (typeof LAYERS)[number]

/** `*` stands for one name, `**` for anything below. */
const PLACES: ReadonlyArray<readonly [Layer, readonly string[]]> = [
  // Only words of the domain: everything may use them.
  ['core', ['core/**']],

  // Start the program, or run beside it and start it.
  ['entry', ['main.ts', 'cli/main.ts', 'cli/program.ts', 'cli/run.ts', 'cli/demo.ts']],

  // Composition roots: they know the adapters and join them. The thread is one of its own.
  ['app', ['app.ts', 'pipeline.ts', 'stores.ts', 'service/**', 'evaluator/thread.ts']],

  // Talk to something outside: the network, a store, a terminal, other programs, the machine.
  [
    'adapter',
    [
      'system.ts',
      'shutdownSignal.ts',
      'node.ts',
      'version.ts',
      'api/**',
      'cli/**',
      'demo/**',
      'embedded/**',
      'network/**',
      'telemetry/**',
      'store/redis/**',
      'queue/bullmq.ts',
      'datasource/authorization.ts',
      'datasource/deadlines.ts',
      'datasource/exchange.ts',
      'datasource/failureText.ts',
      'datasource/prometheus.ts',
      'datasource/sharedAbort.ts',
      'datasource/transport.ts',
      'notifiers/*/notifier.ts',
      'notifiers/http/**',
      'notifiers/email/smtpFailure.ts',
      'notifiers/email/transport.ts',
      'notifiers/slack/answer.ts',
      'notifiers/sms/refusal.ts',
      'notifiers/sms/twilioHttp.ts',
      'notifiers/notifierPool.ts',
      'notifiers/recipientMemory.ts',
      'notifiers/registry.ts',
    ],
  ],

  // One step each: read the store, call one pure function, write the store. They take a clock.
  [
    'shell',
    [
      'config/load.ts',
      'rules/checkRuleFiles.ts',
      'rules/compileFiles.ts',
      'rules/compileThread.ts',
      'rules/globFiles.ts',
      'rules/loader.ts',
      'rules/readRuleFile.ts',
      'rules/readRuleFiles.ts',
      'evaluator/evaluator.ts',
      'evaluator/evaluatorThread.ts',
      'evaluator/followRules.ts',
      'evaluator/groupRunner.ts',
      'evaluator/iteration.ts',
      'evaluator/metrics.ts',
      'evaluator/retryStore.ts',
      'evaluator/runRule.ts',
      'evaluator/selfMonitor.ts',
      'evaluator/threadProtocol.ts',
      'routing/dispatcher.ts',
      'routing/notificationLoader.ts',
      'routing/router.ts',
      'routing/suppression.ts',
      'routing/sweep.ts',
      'notifiers/attempt.ts',
      'notifiers/deliver.ts',
    ],
  ],
]

/** The stages in the order an alert passes them: no shell imports the shell of a later one. */
const STAGES = ['config', 'rules', 'datasource', 'evaluator', 'routing', 'notifiers']

/** Who may import what starts the whole service. */
const STARTERS: Readonly<Record<string, readonly string[]>> = {
  'app.ts': ['main.ts', 'cli/run.ts', 'cli/demo.ts'],
  'main.ts': ['cli/run.ts'],
}

/** What pure files may use of Node: names that compute and touch nothing. Null: any. */
const PURE_NODE: Readonly<Record<string, readonly string[] | null>> = {
  'node:path': null,
  'node:crypto': ['createHash'],
  'node:net': ['isIP', 'isIPv4', 'isIPv6'],
}
const PURE_PACKAGES = [
  '@lezer/common',
  '@prometheus-io/lezer-promql',
  'ajv',
  'lru-cache',
  'nodemailer/lib/addressparser',
  're2js',
  'typebox',
  'yaml',
]

/** Reads the wall clock, waits, throws dice or looks at the process. */
const IMPURE = /\bDate\.now\b|\bnew Date\(\)|\bset(Timeout|Interval|Immediate)\b|\bMath\.random\b/
const PROCESS = /\bprocess\.\w+|\brandom(UUID|Bytes|Int)\b/
const ANY = /\bas any\b|: any\b|<any\b|\bany\[\]/

const MAX_LINES = 300

const files = readSourceFiles()

test.each<[string, (file: SourceFile) => string[]]>([
  ['imports run one way through the layers', upwardImports],
  ['no shell imports the shell of a later stage', laterStages],
  ['only entry points import what starts the service', foreignStarts],
  ['pure files use no module that does input or output', impureModules],
  ['pure files know no clock, timer, dice or process', impureWords],
  ['shells are given clock, dice and environment', hiddenInputs],
  ['no file is longer than 300 lines', tooLong],
  ['nothing is exported by default and nothing is any', forbiddenForms],
])('%s', (_rule, violations) => {
  expect(files.flatMap((file) => violations(file).map((what) => `${file.path}: ${what}`))).toEqual(
    [],
  )
})

test('files that are needed at run time do not import each other in a circle', () => {
  expect(circles(files)).toEqual([])
})

test('every name in the lists above still stands for a file', () => {
  const patterns = PLACES.flatMap(([, places]) => places)
  const used = patterns.filter((pattern) => files.some(({ path }) => fits(path, pattern)))
  expect(patterns).toEqual(used)
})

test.each<[string, string, string, (file: SourceFile) => string[]]>([
  [
    'a pure file that imports a shell',
    'routing/merge.ts',
    "import {\n  a,\n  b,\n} from './router.ts'",
    upwardImports,
  ],
  [
    'a shell that imports an adapter, also for its types',
    'routing/router.ts',
    "import type { Redis } from '../store/redis/connection.ts'",
    upwardImports,
  ],
  [
    'a shell that imports a later shell',
    'routing/router.ts',
    "import { createDeliverer } from '../notifiers/deliver.ts'",
    laterStages,
  ],
  ['a start from inside', 'service/x.ts', "await import('../app.ts')", foreignStarts],
  [
    'a pure file that reads files',
    'rules/x.ts',
    "import { readFile } from 'node:fs/promises'",
    impureModules,
  ],
  ['a pure file with a clock', 'routing/x.ts', 'const now = Date.now()', impureWords],
  ['a pure file with the date of today', 'core/x.ts', 'const now = new Date()', impureWords],
  ['a shell with a timer', 'routing/sweep.ts', 'setTimeout(f, 1)', hiddenInputs],
  ['a default export', 'core/x.ts', 'export default 1', forbiddenForms],
  ['any', 'core/x.ts', 'const x: any = 1', forbiddenForms],
])('finds %s', (_case, path, text, violations) => {
  expect(violations(parseSource(path, text))).toHaveLength(1)
})

test('does not take comments and texts for code', () => {
  const text = "// Date.now() : any\n/* new Date() */ const a = 'Math.random'"
  expect(impureWords(parseSource('core/x.ts', text))).toEqual([])
})

function layerOf(path: string): Layer {
  return PLACES.find(([, places]) => places.some((place) => fits(path, place)))?.[0] ?? 'pure'
}

function fits(path: string, pattern: string): boolean {
  if (pattern.endsWith('/**')) return path.startsWith(pattern.slice(0, -2))
  const parts = pattern.split('/')
  const names = path.split('/')
  return (
    parts.length === names.length && parts.every((part, i) => part === '*' || part === names[i])
  )
}

function upwardImports({ path, imports }: SourceFile): string[] {
  const layer = layerOf(path)
  const rank = LAYERS.indexOf(layer)
  return imports
    .filter(({ own, target }) => own && LAYERS.indexOf(layerOf(target)) > rank)
    .map(({ target }) => `is ${layer} and imports ${target}, which is ${layerOf(target)}`)
}

function laterStages({ path, imports }: SourceFile): string[] {
  if (layerOf(path) !== 'shell') return []
  const stage = STAGES.indexOf(stageOf(path))
  return imports
    .filter(({ target }) => layerOf(target) === 'shell' && STAGES.indexOf(stageOf(target)) > stage)
    .map(({ target }) => `imports ${target} of a later stage`)
}

function stageOf(path: string): string {
  return path.split('/')[0] ?? ''
}

function foreignStarts({ path, imports }: SourceFile): string[] {
  return imports
    .filter(({ own, target }) => own && STARTERS[target]?.includes(path) === false)
    .map(({ target }) => `imports ${target}`)
}

function impureModules({ path, imports }: SourceFile): string[] {
  if (!isPure(path)) return []
  return imports
    .filter(({ own, target, names, typeOnly }) => {
      if (own || typeOnly || PURE_PACKAGES.includes(target)) return false
      if (!Object.hasOwn(PURE_NODE, target)) return true
      const allowed = PURE_NODE[target] ?? null
      return allowed !== null && !names.every((name) => allowed.includes(name))
    })
    .map(({ target }) => `is ${layerOf(path)} and imports ${target}`)
}

function isPure(path: string): boolean {
  return ['core', 'pure'].includes(layerOf(path))
}

function impureWords({ path, code }: SourceFile): string[] {
  const found = IMPURE.exec(code) ?? PROCESS.exec(code) ?? /\bperformance\.now\b/.exec(code)
  return isPure(path) && found !== null ? [`is ${layerOf(path)} and says ${found[0]}`] : []
}

/** Shells may measure how long something took, but not look up when it is. */
function hiddenInputs({ path, code }: SourceFile): string[] {
  const found = IMPURE.exec(code) ?? PROCESS.exec(code)
  return layerOf(path) === 'shell' && found !== null ? [`says ${found[0]}`] : []
}

function tooLong({ lines }: SourceFile): string[] {
  return lines > MAX_LINES ? [`has ${lines} lines`] : []
}

function forbiddenForms({ code }: SourceFile): string[] {
  const found = /^export default\b/m.exec(code) ?? ANY.exec(code)
  return found === null ? [] : [`says ${found[0]}`]
}

/** Each circle once, as the path from file to file. */
function circles(all: readonly SourceFile[]): string[] {
  const next = new Map(
    all.map(({ path, imports }) => [
      path,
      imports.filter(({ own, typeOnly }) => own && !typeOnly).map(({ target }) => target),
    ]),
  )
  const found: string[] = []
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start >= 0) found.push([...trail.slice(start), path].join(' → '))
    if (start >= 0 || done.has(path)) return
    for (const target of next.get(path) ?? []) visit(target, [...trail, path])
    done.add(path)
  }
  for (const { path } of all) visit(path, [])
  return found
}
