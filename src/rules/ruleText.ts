import { durationProblem, parseDuration } from '../core/duration.ts'
import type { Problem } from '../core/problem.ts'
import type { Position } from '../config/lineIndex.ts'
import type { YamlPath, YamlText } from '../config/yamlText.ts'

/** Longest text of one expression, label or annotation. */
export const MAX_TEXT_BYTES = 1_048_576
/** Problems of one file that are listed; a file with more is broken in one way many times. */
const MAX_PROBLEMS = 1_000
/** Messages quote the file, and a file may hold anything. */
const MAX_MESSAGE = 600

/** One YAML text being read as rules: values by path, and the problems found on the way. */
export interface RuleText {
  readonly yaml: YamlText
  readonly problems: readonly Problem[]
  error(path: YamlPath, message: string, part?: 'key' | 'value'): void
  warn(path: YamlPath, message: string, part?: 'key' | 'value'): void
  /** A problem at one character of the text at the path. */
  problemIn(path: YamlPath, index: number, severity: Problem['severity'], message: string): void
  /** The scalar as written, '' when absent. Null, reported by the schema, when it is no scalar; or too long, reported here. */
  text(path: YamlPath): string | null
  /** Milliseconds; null when absent or, reported, no duration. */
  duration(path: YamlPath): number | null
}

/** `where` says which group and rule a path is in: it begins each message. */
export function openRuleText(
  file: string,
  yaml: YamlText,
  where: (path: YamlPath) => string,
): RuleText {
  const problems: Problem[] = [...yaml.problems]
  const report = (
    severity: Problem['severity'],
    place: Position,
    path: YamlPath,
    text: string,
  ): void => {
    if (problems.length < MAX_PROBLEMS) {
      problems.push({ file, ...place, severity, message: shorten(where(path) + text) })
    } else if (problems.length === MAX_PROBLEMS) {
      problems.push({ file, ...place, severity: 'error', message: 'more problems follow' })
    }
  }
  const error = (path: YamlPath, message: string, part?: 'key' | 'value'): void =>
    report('error', yaml.position(path, part), path, message)

  return {
    yaml,
    problems,
    error,
    warn: (path, message, part) => report('warning', yaml.position(path, part), path, message),
    problemIn: (path, index, severity, message) =>
      report(severity, yaml.positionIn(path, index), path, message),
    text(path) {
      const text = yaml.sourceText(path)
      if (text === undefined) return null
      if (text === null) return ''
      if (text.length <= MAX_TEXT_BYTES / 4 || Buffer.byteLength(text) <= MAX_TEXT_BYTES)
        return text
      error(
        path,
        `${path.at(-1)} is ${mebibytes(text)}: one text may have ${mebibytes(MAX_TEXT_BYTES)}`,
      )
      return null
    },
    duration(path) {
      const text = yaml.sourceText(path)
      if (text === null || text === undefined) return null
      const ms = parseDuration(text)
      if (ms === null) error(path, `${path.at(-1)}: ${durationProblem(text.slice(0, 40))}`)
      return ms
    },
  }
}

function shorten(message: string): string {
  return message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE)} …`
}

function mebibytes(size: string | number): string {
  const bytes = typeof size === 'string' ? Buffer.byteLength(size) : size
  return `${Number((bytes / MAX_TEXT_BYTES).toFixed(1))} MiB`
}
