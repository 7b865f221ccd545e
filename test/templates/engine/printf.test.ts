import { expect, it } from 'vitest'
import { DurationValue } from '../../../src/templates/engine/duration.ts'
import { sprintf } from '../../../src/templates/engine/printf.ts'
import { List, StringMap } from '../../../src/templates/engine/value.ts'
import type { Value } from '../../../src/templates/engine/value.ts'

const CASES: [string, Value[], string][] = [
  ['%d', [5], '%!d(float64=5)'],
  ['%+d', [5], '%!d(float64=+5)'],
  ['%s', [5], '%!s(float64=5)'],
  ['%d', [], '%!d(MISSING)'],
  ['a', [1n], 'a%!(EXTRA int=1)'],
  ['a', [1n, 'x', null], 'a%!(EXTRA int=1, string=x, <nil>)'],
  ['%', [], '%!(NOVERB)'],
  ['%z', [1n], '%!z(int=1)'],
  ['%s', [null], '%!s(<nil>)'],
  ['%v', [null], '<nil>'],
  ['%%', [], '%'],
  ['%f %.0f %.0f %.0f', [1, 0.5, 1.5, 2.5], '1.000000 0 2 2'],
  ['%e %g %G', [1, 1e21, 1e-7], '1.000000e+00 1e+21 1E-07'],
  ['%x %X', [3, 'é'], '0x1.8p+01 C3A9'],
  ['%6.2f|%-8.1f|%08.3f', [3.1459, 2, -1.5], '  3.15|2.0     |-001.500'],
  ['%05d|%-5d|%+d|% d', [42n, 42n, 42n, 42n], '00042|42   |+42| 42'],
  ['%x %X %o %b %#x', [255n, 255n, 8n, 5n, 255n], 'ff FF 10 101 0xff'],
  ['%08f', [Number.POSITIVE_INFINITY], '    +Inf'],
  ['%05.1f', [Number.NaN], '  NaN'],
  ['%q %q', ['a"b\n\u00e9', 120n], '"a\\"b\\né" \'x\''],
  ['%10s|%-6s|%.2s', ['é', 'ab', 'abc'], '         é|ab    |ab'],
  ['%[2]s %[1]s', ['a', 'b'], 'b a'],
  ['%[3]s', ['a'], '%!s(BADINDEX)'],
  ['%*d', [5n, 42n], '   42'],
  ['%99999d', [1n], '%!(BADWIDTH)1'],
  ['%T %T %T %T', [1n, 1.5, 'a', new StringMap({})], 'int float64 string map[string]string'],
  ['%v %s', [new List(['a', 'b']), new List(['a', 'b'])], '[a b] [a b]'],
  ['%d', [new List([1n, 2n])], '[1 2]'],
  ['%v %d', [new DurationValue(1500000000n), new DurationValue(5n)], '1.5s 5'],
  ['%t %v', [true, false], 'true false'],
  ['%c%U', [97n, 97n], 'aU+0061'],
  ['%.3d', [5n], '005'],
]

it.each(CASES)('prints %s as Go does', (format, args, want) =>
  expect(sprintf(format, args)).toBe(want),
)
