import type { Labels } from '../core/labels.ts'

/** One element of an instant vector. */
export interface Sample {
  readonly labels: Labels
  /** As the server printed it: "0", "1e-07", "NaN", "+Inf". */
  readonly value: string
}

/** What the evaluator needs of a Prometheus-compatible server. */
export interface Querier {
  readonly name: string
  /**
   * Runs an instant query at `at` (epoch ms) and resolves to the body of a 200 answer, unparsed and complete.
   * `query` is sent as written.
   * @throws DatasourceError when the server cannot be reached, is late, answers something else than 200, or with a body
   * over the size limit.
   */
  query(query: string, at: number, signal: AbortSignal): Promise<Buffer>
  close(): Promise<void>
}
