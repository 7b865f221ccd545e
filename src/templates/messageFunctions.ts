import { BUILTINS } from './engine/builtins.ts'
import { DurationValue } from './engine/duration.ts'
import { fixed, variadic } from './engine/functions.ts'
import type { Functions, TemplateFunction } from './engine/functions.ts'
import { ANY, asList, asText, asTexts, STRING, STRINGS, typed } from './engine/params.ts'
import { FunctionError } from './engine/templateError.ts'
import { formatLayout } from './engine/timeLayout.ts'
import { parseLayout } from './engine/timeParse.ts'
import {
  asTime,
  inZone,
  nanosecondsBetween,
  TIME,
  timeFromMs,
  ZERO_TIME,
} from './engine/timeValue.ts'
import { stringList } from './engine/stringList.ts'
import { AnyMap, List, Markup } from './engine/value.ts'
import type { Value } from './engine/value.ts'
import { humanizeDuration } from './humanize.ts'
import { toJson } from './jsonText.ts'
import { toLower, toTitle, toUpper } from './letterCase.ts'
import { numberOf } from './numericArgument.ts'
import { MATCH, REPLACE_ALL } from './patternFunctions.ts'

const ANY_LIST = typed('[]interface {}', (value) => value instanceof List, true)

/** Functions of message templates beyond Go's own, as Alertmanager names and documents them. */
export const MESSAGE_FUNCTIONS: Functions = new Map<string, TemplateFunction>([
  ...BUILTINS,
  ['toUpper', text(toUpper)],
  ['toLower', text(toLower)],
  ['title', text((s) => toTitle(s, true))],
  ['trimSpace', text((s) => s.trim())],
  ['join', fixed([STRING, STRINGS], ([sep, list]) => asTexts(list).join(asText(sep)))],
  ['match', MATCH],
  ['reReplaceAll', REPLACE_ALL],
  ['safeHtml', text((s) => new Markup('html', s))],
  ['safeUrl', text((s) => new Markup('url', s))],
  ['urlUnescape', text(urlUnescape)],
  ['stringSlice', variadic([], STRING, (args) => stringList(args.map((arg) => asText(arg))))],
  ['date', fixed([STRING, TIME], ([layout, t]) => formatLayout(asText(layout), asTime(t).face))],
  ['tz', fixed([STRING, TIME], ([zone, t]) => inZone(asTime(t), asText(zone)))],
  ['now', fixed([], (_args, run) => timeFromMs(run.host.now()))],
  ['since', fixed([TIME], ([t], run) => since(run.host.now(), t ?? null))],
  ['toDate', fixed([STRING, STRING], ([l, s]) => parseLayout(asText(l), asText(s)) ?? ZERO_TIME)],
  ['mustToDate', fixed([STRING, STRING], ([l, s]) => mustToDate(asText(l), asText(s)))],
  ['humanizeDuration', fixed([ANY], ([value]) => humanizeDuration(numberOf(value ?? null)))],
  ['toJson', fixed([ANY], ([value]) => toJson(value ?? null))],
  ['base64encode', text(base64encode)],
  ['base64decode', text(base64decode)],
  ['list', variadic([], ANY, (args) => new List(args))],
  ['append', variadic([ANY_LIST], ANY, ([list, ...more]) => append(list ?? null, more))],
  ['dict', variadic([], ANY, dict)],
  ['routeLabels', text(() => '')],
])

function text(call: (value: string) => Value): TemplateFunction {
  return fixed([STRING], ([value]) => call(asText(value)))
}

function urlUnescape(escaped: string): string {
  const bad = /%(?![0-9a-fA-F]{2}).{0,2}/su.exec(escaped)
  if (bad !== null) throw new FunctionError(`invalid URL escape ${JSON.stringify(bad[0])}`)
  const bytes = escaped.replaceAll('+', ' ').replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => {
    return Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8')
  })
  return bytes
}

function since(now: number, time: Value): Value {
  return new DurationValue(nanosecondsBetween(timeFromMs(now), asTime(time)))
}

function mustToDate(layout: string, source: string): Value {
  const time = parseLayout(layout, source)
  if (time !== null) return time
  const [shown, wanted] = [JSON.stringify(source), JSON.stringify(layout)]
  throw new FunctionError(`parsing time ${shown} as ${wanted}: it does not have that form`)
}

function base64encode(plain: string): string {
  return Buffer.from(plain, 'utf8').toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}

function base64decode(encoded: string): string {
  if (!/^[A-Za-z0-9_-]*={0,2}$/.test(encoded) || encoded.length % 4 !== 0) {
    throw new FunctionError('illegal base64 data: the URL-safe alphabet with padding is expected')
  }
  return Buffer.from(encoded, 'base64url').toString('utf8')
}

function append(list: Value, more: readonly Value[]): Value {
  return new List([...(list === null ? [] : asList(list).items), ...more])
}

function dict(args: readonly Value[]): Value {
  if (args.length % 2 !== 0) {
    throw new FunctionError('dict expects an even number of arguments: key value key value')
  }
  const entries = new Map<string, Value>()
  for (let i = 0; i < args.length; i += 2) {
    const key = args[i]
    if (typeof key !== 'string') throw new FunctionError('dict keys must be strings')
    entries.set(key, args[i + 1] ?? null)
  }
  return new AnyMap(entries)
}
