/** What a PromQL expression can be: a number, one element per series, samples over time, a text. */
export type ValueType = 'scalar' | 'vector' | 'matrix' | 'string'

export interface Signature {
  readonly args: readonly ValueType[]
  /** How many of `args` may be left out, from the end. */
  readonly optional: number
  /** The last of `args` may be repeated. */
  readonly repeats: boolean
  readonly returns: ValueType
}

const LETTERS: Readonly<Record<string, ValueType>> = {
  s: 'scalar',
  v: 'vector',
  m: 'matrix',
  t: 'string',
}

/**
 * Argument types, one letter each (s scalar, v instant vector, m range vector, t string); `?` makes the letter before it
 * optional, `*` lets it appear any number of times. All return an instant vector, except those of SCALARS.
 * Source: Prometheus' documentation of its functions, 3.x.
 */
const ARGUMENTS: Readonly<Record<string, string>> = {
  v:
    'abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor histogram_avg histogram_count histogram_sum ' +
    'histogram_stddev histogram_stdvar ln log10 log2 rad scalar sgn sin sinh sort sort_desc sqrt tan tanh timestamp',
  m:
    'absent_over_time avg_over_time changes count_over_time delta deriv first_over_time idelta increase irate ' +
    'last_over_time mad_over_time max_over_time min_over_time present_over_time rate resets stddev_over_time ' +
    'stdvar_over_time sum_over_time ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time',
  'v?': 'day_of_month day_of_week day_of_year days_in_month hour minute month year',
  '': 'pi time',
  s: 'vector',
  sv: 'histogram_quantile',
  sm: 'quantile_over_time',
  ms: 'predict_linear',
  mss: 'double_exponential_smoothing',
  vs: 'clamp_max clamp_min',
  vss: 'clamp',
  'vs?': 'round',
  'vv?': 'info',
  ssv: 'histogram_fraction',
  vtttt: 'label_replace',
  'vttt*': 'label_join',
  'vt*': 'sort_by_label sort_by_label_desc',
}
const SCALARS = new Set(['pi', 'scalar', 'time'])

/** By name. Functions that the grammar knows and this table does not are taken as they are. */
export const FUNCTIONS: ReadonlyMap<string, Signature> = new Map(
  Object.entries(ARGUMENTS).flatMap(([letters, names]) =>
    names.split(' ').map((name) => [name, signature(letters, name)] as const),
  ),
)

/** The first argument that these take besides the vector; all others take the vector only. */
export const AGGREGATION_PARAMETERS: ReadonlyMap<string, ValueType> = new Map([
  ['bottomk', 'scalar'],
  ['count_values', 'string'],
  ['limit_ratio', 'scalar'],
  ['limitk', 'scalar'],
  ['quantile', 'scalar'],
  ['topk', 'scalar'],
])

export const AGGREGATIONS: readonly string[] = [
  ...AGGREGATION_PARAMETERS.keys(),
  ...'avg count group max min stddev stdvar sum'.split(' '),
]

function signature(letters: string, name: string): Signature {
  const types = letters.replaceAll(/[?*]/g, '').split('')
  const args = types.map((letter) => LETTERS[letter] ?? 'vector')
  const repeats = letters.endsWith('*')
  return {
    args,
    optional: repeats || letters.endsWith('?') ? 1 : 0,
    repeats,
    returns: SCALARS.has(name) ? 'scalar' : 'vector',
  }
}
