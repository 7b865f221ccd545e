import { compareUtf8 } from '../core/labels.ts'
import { parseDuration } from '../core/duration.ts'
import { BUILTINS } from './engine/builtins.ts'
import { DurationValue } from './engine/duration.ts'
import { escapeQuery } from './engine/escapeText.ts'
import { formatSignificant } from './engine/floatText.ts'
import { fixed, variadic } from './engine/functions.ts'
import type { Functions, TemplateFunction } from './engine/functions.ts'
import { ANY, asList, asStruct, asText, STRING, typed } from './engine/params.ts'
import type { Param } from './engine/params.ts'
import type { QuerySample, Run } from './engine/run.ts'
import { FunctionError } from './engine/templateError.ts'
import { timeFromMs, timeText } from './engine/timeValue.ts'
import { AnyMap, List, Struct, StringMap } from './engine/value.ts'
import type { StructType, Value } from './engine/value.ts'
import { stripDomain, stripPort } from './hostPort.ts'
import { humanize, humanize1024, humanizeDuration, humanizePercentage } from './humanize.ts'
import { toLower, toTitle, toUpper } from './letterCase.ts'
import { floatToTimeMs, isFinite64, numberOf } from './numericArgument.ts'
import { MATCH, REPLACE_ALL } from './patternFunctions.ts'

const SAMPLE_TYPE: StructType = {
  name: '*template.sample',
  fields: [
    { name: 'Labels', json: null },
    { name: 'Value', json: null, isInterface: true },
  ],
}
const RESULT_NAME = 'template.queryResult'
const SAMPLE: Param = typed(
  SAMPLE_TYPE.name,
  (value) => value instanceof Struct && value.type === SAMPLE_TYPE,
  true,
)
const RESULT: Param = typed(
  RESULT_NAME,
  (value) => value instanceof List && value.typeName === RESULT_NAME,
  true,
)

/** Functions of rule templates beyond Go's own, as Prometheus names and documents them. */
export const RULE_FUNCTIONS: Functions = new Map<string, TemplateFunction>([
  ...BUILTINS,
  ['query', fixed([STRING], ([expression], run) => query(asText(expression), run))],
  ['first', fixed([RESULT], ([result]) => first(result ?? null))],
  ['label', fixed([STRING, SAMPLE], ([name, sample]) => labelOf(asText(name), sample ?? null))],
  ['value', fixed([SAMPLE], ([sample]) => asStruct(sample).values.get('Value') ?? null)],
  ['strvalue', fixed([SAMPLE], ([sample]) => labelOf('__value__', sample ?? null))],
  ['sortByLabel', fixed([STRING, RESULT], ([name, result]) => sortByLabel(asText(name), result))],
  [
    'args',
    variadic([], ANY, (values) => new AnyMap(new Map(values.map((v, i) => [`arg${i}`, v])))),
  ],
  ['reReplaceAll', REPLACE_ALL],
  ['match', MATCH],
  ['safeHtml', text((s) => s)],
  ['title', text((s) => toTitle(s, false))],
  ['toUpper', text(toUpper)],
  ['toLower', text(toLower)],
  ['graphLink', text((s) => `/graph?g0.expr=${escapeQuery(s)}&g0.tab=0`)],
  ['tableLink', text((s) => `/graph?g0.expr=${escapeQuery(s)}&g0.tab=1`)],
  ['urlQueryEscape', text(escapeQuery)],
  ['stripPort', text(stripPort)],
  ['stripDomain', text(stripDomain)],
  ['parseDuration', text(durationSeconds)],
  ['humanize', numeric(humanize)],
  ['humanize1024', numeric(humanize1024)],
  ['humanizeDuration', numeric(humanizeDuration)],
  ['humanizePercentage', numeric(humanizePercentage)],
  ['humanizeTimestamp', numeric(humanizeTimestamp)],
  ['toTime', numeric((value) => timeFromMs(floatToTimeMs(value), '*time.Time'))],
  ['toDuration', numeric(toDuration)],
  ['now', fixed([], (_args, run) => run.host.now() / 1000)],
  ['externalURL', fixed([], (_args, run) => run.host.externalURL)],
  ['pathPrefix', fixed([], (_args, run) => pathOf(run.host.externalURL))],
])

function text(call: (value: string) => Value): TemplateFunction {
  return fixed([STRING], ([value]) => call(asText(value)))
}

function numeric(call: (value: number) => Value): TemplateFunction {
  return fixed([ANY], ([value]) => call(numberOf(value ?? null)))
}

function query(expression: string, run: Run): Value {
  if (run.host.query === null) throw new FunctionError('query is not available in templates yet')
  return new List(run.host.query(expression).map(sampleValue), RESULT_NAME)
}

function sampleValue(sample: QuerySample): Struct {
  const values = new Map<string, Value>([
    ['Labels', new StringMap(sample.labels)],
    ['Value', sample.value],
  ])
  return new Struct(SAMPLE_TYPE, () => values)
}

function first(result: Value): Value {
  const sample = result === null ? undefined : asList(result).items[0]
  if (sample === undefined) throw new FunctionError('first() called on vector with no elements')
  return sample
}

function labelOf(name: string, sample: Value): string {
  const labels = asStruct(sample).values.get('Labels')
  return labels instanceof StringMap ? labels.get(name) : ''
}

function sortByLabel(name: string, result: Value | undefined): Value {
  if (result === null) return null
  const items = asList(result).items.map((sample) => ({ sample, key: labelOf(name, sample) }))
  items.sort((a, b) => compareUtf8(a.key, b.key))
  return new List(
    items.map(({ sample }) => sample),
    RESULT_NAME,
  )
}

function durationSeconds(value: string): number {
  if (value === '') throw new FunctionError('empty duration string')
  const isNegative = value.startsWith('-')
  const ms = parseDuration(isNegative ? value.slice(1) : value)
  if (ms === null) throw new FunctionError(`not a valid duration string: ${JSON.stringify(value)}`)
  return (isNegative ? -ms : ms) / 1000
}

function humanizeTimestamp(seconds: number): string {
  if (!Number.isFinite(seconds)) return formatSignificant(seconds, 4)
  return timeText(timeFromMs(floatToTimeMs(seconds)))
}

function toDuration(seconds: number): Value {
  const nanoseconds = seconds * 1e9
  if (!isFinite64(nanoseconds)) {
    throw new FunctionError(`${seconds} seconds cannot be represented as a duration`)
  }
  return new DurationValue(BigInt(Math.trunc(nanoseconds)), '*time.Duration')
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname.replace(/^\/$/, '') : ''
}
