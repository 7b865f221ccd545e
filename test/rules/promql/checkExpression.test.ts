import * as fc from 'fast-check'
import { expect, it, test } from 'vitest'
import { checkExpression } from '../../../src/rules/promql/checkExpression.ts'

function problems(expr: string): string[] {
  return checkExpression(expr).map((p) => `${p.offset} ${p.severity}: ${p.message}`)
}

it.each([
  'up == 0',
  'sum by (job) (rate(x{code=~"5.."}[5m])) / ignoring (code) group_left sum(rate(x[5m])) > 0.5',
  'x / x offset 1d > 2',
  'a + b offset 5m @ 4',
  '-x offset 5m',
  'max_over_time(rate(x[5m])[10m:1m]) > 1',
  'max_over_time((a / b)[5m:])',
  'absent(up{job="x"})',
  'x > bool 1',
  '1 == bool 2',
  'time() - x > 1h',
  'topk(5, x)',
  'count_values("version", build_info)',
  'label_replace(up, "a", "$1", "b", "(.*)")',
  'label_join(up, "a", ",")',
  'day_of_week() == 1',
  'vector(1)',
  '{"a.b", c="d"}',
  '{__name__=~"a|b"}',
  'x{a=`\\d`, b="\\\\d"}',
  'a * on (x) group_left (y) b',
  'x # a comment\n > 1',
  'SUM(x)',
  '1',
])('%s is good', (expr) => expect(problems(expr)).toEqual([]))

it.each([
  ['', '0 error: the expression is empty'],
  ['up ==', '5 error: the expression ends too early: a bracket, quote or operand is missing'],
  ['up == 0 }', '8 error: unexpected "}"'],
  ['foo bar', '4 error: unexpected "bar"'],
  ['x{a=b}', '4 error: unexpected "b"'],
  ['sum(Rate(x[5m]))', '4 error: unknown function "Rate": did you mean "rate"?'],
  [
    'histogram_quantil(1, x)',
    '0 error: unknown function "histogram_quantil": did you mean "histogram_quantile"?',
  ],
  ['rate(x)', '5 error: rate() wants a range vector such as x[5m] here, not an instant vector'],
  ['sum(x[5m])', '4 error: sum() wants an instant vector here, not a range vector'],
  ['topk(x)', '0 error: topk() takes 2 arguments, not 1'],
  ['sum(x, y)', '0 error: sum() takes 1 argument, not 2'],
  ['round(x, 1, 2)', '0 error: round() takes 1 to 2 arguments, not 3'],
  ['a + b[5m]', '4 error: operators want an instant vector, not a range vector'],
  ['x == "a"', '5 error: == wants numbers or instant vectors, not a text in quotes'],
  ['1 == 2', '2 error: two numbers are compared with "== bool"'],
  ['x + bool y', '2 error: bool goes with comparisons only'],
  ['a and 1', '2 error: and wants an instant vector on both sides, not a number'],
  ['1 + on(a) x', '4 error: on and ignoring go between two instant vectors, not with a number'],
  [
    'x * on(a) group_left(a) b',
    '21 error: label "a" stands in on() and in group_left(): it can be in one only',
  ],
  [
    'sum(x)[5m]',
    '0 error: a range such as [5m] goes on a metric only: for anything else write [5m:], a subquery',
  ],
  ['rate(x[0s])', '7 error: a range must be longer than 0'],
  ['x offset 5m offset 5m', '0 error: offset is given twice'],
  [
    'rate(x[5m]) offset 5m',
    '0 error: offset goes right behind a selector or a subquery, inside of functions',
  ],
  [
    'a / sum(x) offset 5m',
    '4 error: offset goes right behind a selector or a subquery, inside of functions',
  ],
  [
    '{a=~".*"}',
    '0 error: this selects every series: at least one matcher must exclude the empty value',
  ],
  ['x{a=~"("}', '2 error: "(" is not a regular expression of RE2: missing closing ): `(?s)(`'],
  ['x{a="\\d"}', '5 error: unknown escape \\d in quotes: write \\\\d, or use backquotes'],
  ['x{__name__="y"}', '2 error: the metric name is given twice'],
  [
    '"x"',
    '0 warning: the expression gives a text, so each evaluation will fail: a rule needs an instant vector or a number',
  ],
])('%s: %s', (expr, want) => expect(problems(expr)).toEqual([want]))

it('takes a generated expression that is longer than the parser is sure of', () => {
  const long = Array.from({ length: 2_000 }, (_, i) => `metric_${i}{a="b"}`).join(' or ')
  expect(checkExpression(long).every((p) => p.severity === 'warning')).toBe(true)
})

test('never throws, and points into the text', () => {
  const words =
    'x rate sum ( ) [5m] [5m:] { } a="b" =~"(" + - == bool by on 1 " \\ offset 5m @ and group_left , # \n'.split(
      ' ',
    )
  const token = fc.constantFrom(...words)
  const tokens = fc.array(token, { maxLength: 15 }).map((parts) => parts.join(' '))
  fc.assert(
    fc.property(fc.oneof(tokens, fc.string()), (expr) => {
      for (const p of checkExpression(expr)) {
        expect(p.offset).toBeGreaterThanOrEqual(0)
        expect(p.offset).toBeLessThanOrEqual(expr.length)
      }
    }),
    { numRuns: 2_000 },
  )
})
