import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import {
  formatExponent,
  formatFixed,
  formatFloat,
  formatSignificant,
} from '../../src/templates/engine/floatText.ts'
import {
  humanize,
  humanize1024,
  humanizeDuration,
  humanizePercentage,
  parsePrometheusValue,
} from '../../src/templates/humanize.ts'
import { renderRule } from './support.ts'

const ROWS: [number, string, string, string, string][] = [
  [0, '0', '0', '0s', '0%'],
  [1, '1', '1', '1s', '100%'],
  [-1, '-1', '-1', '-1s', '-100%'],
  [0.12, '120m', '0.12', '120ms', '12%'],
  [0.0015, '1.5m', '0.0015', '1.5ms', '0.15%'],
  [1.2345, '1.234', '1.234', '1.234s', '123.4%'],
  [60.5, '60.5', '60.5', '1m 0s', '6050%'],
  [999.95, '1000', '1000', '16m 39s', '1e+05%'],
  [1000, '1k', '1000', '16m 40s', '1e+05%'],
  [1024, '1.024k', '1ki', '17m 4s', '1.024e+05%'],
  [12345, '12.35k', '12.06ki', '3h 25m 45s', '1.234e+06%'],
  [999999, '1000k', '976.6ki', '11d 13h 46m 39s', '1e+08%'],
  [1234567, '1.235M', '1.177Mi', '14d 6h 56m 7s', '1.235e+08%'],
  [1e9, '1G', '953.7Mi', '11574d 1h 46m 40s', '1e+11%'],
  [-0.5, '-500m', '-0.5', '-500ms', '-50%'],
  [1e-9, '1n', '1e-09', '1ns', '1e-07%'],
  [1e-27, '0.001y', '1e-27', '0.001ys', '1e-25%'],
  [1e27, '1000Y', '827.2Yi', '-106751991167300d -15h -30m -8s', '1e+29%'],
  [Number.NaN, 'NaN', 'NaN', 'NaN', 'NaN%'],
  [Number.POSITIVE_INFINITY, '+Inf', '+Inf', '+Inf', '+Inf%'],
  [Number.NEGATIVE_INFINITY, '-Inf', '-Inf', '-Inf', '-Inf%'],
  [100.25, '100.2', '100.2', '1m 40s', '1.002e+04%'],
  [12.345, '12.35', '12.35', '12.35s', '1234%'],
  [59.9996, '60', '60', '60s', '6000%'],
]

it.each(ROWS)('humanizes %d', (value, plain, binary, duration, percentage) => {
  expect(humanize(value)).toBe(plain)
  expect(humanize1024(value)).toBe(binary)
  expect(humanizeDuration(value)).toBe(duration)
  expect(humanizePercentage(value)).toBe(percentage)
})

it.each([
  ['a numeric string', '"1.5"', '1.5 1.5 1.5s 150%'],
  ['an int constant', '1024', '1.024k 1ki 17m 4s 1.024e+05%'],
  ['an exponent in a string', '"1e3"', '1k 1000 16m 40s 1e+05%'],
])('humanizes %s in templates', (_name, constant, want) => {
  const text = ['humanize', 'humanize1024', 'humanizeDuration', 'humanizePercentage']
    .map((fn) => `{{ ${fn} ${constant} }}`)
    .join(' ')
  expect(renderRule(text).text).toBe(want)
})

it.each([
  ['the epoch', '0', '1970-01-01 00:00:00 +0000 UTC'],
  ['milliseconds', '1435065584.128', '2015-06-23 13:19:44.128 +0000 UTC'],
  ['NaN', '"nan"', 'NaN'],
  ['infinity', '"-Inf"', '-Inf'],
])('humanizes the timestamp of %s', (_name, constant, want) => {
  expect(renderRule(`{{ humanizeTimestamp ${constant} }}`).text).toBe(want)
})

it.each([
  ['a small integer', 5, '5'],
  ['a fraction', 0.1, '0.1'],
  ['ten thousand', 10000, '10000'],
  ['the last plain integer', 999999, '999999'],
  ['a long plain number', 123456.5, '123456.5'],
  ['a million', 1e6, '1e+06'],
  ['seven digits', 1234567, '1.234567e+06'],
  ['epoch seconds', 1353755652, '1.353755652e+09'],
  ['the last plain fraction', 0.0001, '0.0001'],
  ['a small fraction', 0.00001, '1e-05'],
  ['minus zero', -0, '-0'],
  ['three digits of exponent', 1e-300, '1e-300'],
  ['not a number', Number.NaN, 'NaN'],
  ['infinity', Number.POSITIVE_INFINITY, '+Inf'],
  ['minus infinity', Number.NEGATIVE_INFINITY, '-Inf'],
])('prints %s as Go does', (_name, value, want) => expect(formatFloat(value)).toBe(want))

it.each([
  [0.5, 0, '0'],
  [1.5, 0, '2'],
  [2.5, 0, '2'],
  [0.125, 2, '0.12'],
  [0.375, 2, '0.38'],
  [0.05, 2, '0.05'],
  [-0.001, 2, '-0.00'],
  [1e22, 1, '10000000000000000000000.0'],
  [123.456, 0, '123'],
  [0.1, 20, '0.10000000000000000555'],
])('fixes %d to %d digits, ties to even', (value, digits, want) => {
  expect(formatFixed(value, digits)).toBe(want)
})

it('keeps exponents and ties right', () => {
  expect(formatExponent(2.5, 0)).toBe('2e+00')
  expect(formatExponent(3.5, 0)).toBe('4e+00')
  expect(formatExponent(9.5, 0)).toBe('1e+01')
  expect(formatSignificant(0.00001234, 2)).toBe('1.2e-05')
})

describe('numbers in texts', () => {
  it.each([
    ['decimal', '1.5', 1.5],
    ['exponent', '1e3', 1000],
    ['underscores', '1_000', 1000],
    ['hexadecimal with exponent', '0x1p-2', 0.25],
    ['short infinity', 'inf', Number.POSITIVE_INFINITY],
    ['long infinity', '-Infinity', Number.NEGATIVE_INFINITY],
    ['nan in any case', 'NaN', Number.NaN],
    ['no exponent of a hexadecimal', '0x10', null],
    ['blanks', ' 1', null],
    ['a unit', '5m', null],
    ['nothing', '', null],
    ['too large', '1e999', null],
    ['a word', 'one', null],
  ])('reads %s', (_name, text, want) => expect(parsePrometheusValue(text)).toBe(want))

  test('what is printed reads back the same', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(parsePrometheusValue(formatFloat(value))).toBe(value)
      }),
    )
  })

  test('significant digits are those of the exact value', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e300, max: 1e300 }), (value) => {
        const printed = Number(formatSignificant(value, 17))
        expect(printed).toBe(value)
        const error = Math.abs(Number(formatSignificant(value, 4)) - value)
        expect(error).toBeLessThanOrEqual(Math.abs(value) * 5.01e-4 + Number.MIN_VALUE)
      }),
    )
  })
})
