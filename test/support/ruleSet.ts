import type { RuleSet } from '../../src/rules/ruleSet.ts'

/** One bad file whose last good version has one group: the alerting rule A (r1) and a recording rule. */
export const RULES: RuleSet = {
  version: 'v1',
  files: [
    {
      file: 'a.yml',
      hash: 'h',
      stale: true,
      problems: [{ file: 'a.yml', line: 3, column: 5, severity: 'error', message: 'bad' }],
    },
  ],
  groups: [
    {
      id: 'g1',
      file: 'a.yml',
      name: 'a',
      intervalMs: 60_000,
      queryOffsetMs: 0,
      limit: 0,
      checksum: 'c',
      rules: [
        {
          kind: 'alerting',
          key: 'r1',
          name: 'A',
          expr: 'up == 0',
          labels: {},
          line: 1,
          column: 1,
          forMs: 5_000,
          keepFiringMs: 0,
          annotations: { summary: '{{ $value }}' },
        },
        {
          kind: 'recording',
          key: 'r2',
          name: 'a:b',
          expr: 'sum(up)',
          labels: {},
          line: 2,
          column: 1,
        },
      ],
    },
  ],
}
